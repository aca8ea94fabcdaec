"""A page of the app in the test's process, with all that a reader can do on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from chat.access import LOCAL
from ingest.document import Language
from tests.conftest import ROOT
from ui import documents

QUESTION = "How far did freight rates fall?"


class Opened:
    """A page of the app in the test's process."""

    def __init__(self, name: str, language: Language) -> None:
        self.test = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
        self.test.query_params["lang"] = language
        self.test._page_hash = calc_hash(name)
        self.test.run()

    def ask(self, question: str = QUESTION) -> None:
        """Asks and waits until the answer has ended."""
        self.test.chat_input(key="question").set_value(question).run()
        desk = documents.open_desk()
        for turn in list(desk._jobs):
            assert desk.wait(LOCAL.owner, turn, 20)
        self.test.run()

    def click(self, key: str) -> None:
        next(button for button in self.test.button if re.fullmatch(key, button.key or "")).click().run()

    def tell(self, key: str, event: str, value: object) -> None:
        """Does on one of our components what it tells the page as an event with a value."""
        id_ = next(id_ for id_ in _ids(self.test._tree) if re.search(rf"-{key}\Z", id_))
        states = self.test._tree.get_widget_states()
        trigger = json.dumps([{"event": event, "value": value}])
        states.widgets.append(WidgetState(id=_make_trigger_id(id_, "events"), json_trigger_value=trigger))
        self.test._run(states)

    def drawn(self) -> list[str]:
        """Every word of the page as it stands."""
        return [words for proto in _protos(self.test._tree) for words in strings(proto)]


def _protos(block: Any) -> Iterator[Message]:
    for element in block.children.values():
        if hasattr(element, "children"):
            yield from _protos(element)
        elif isinstance(getattr(element, "proto", None), Message):
            yield element.proto


def _ids(block: Any) -> Iterator[str]:
    return (str(proto.id) for proto in _protos(block) if hasattr(proto, "id"))


def strings(message: Message) -> Iterator[str]:
    """Every string in a message, scripts and styles aside; JSON with its characters as they are."""
    for field, value in message.ListFields():
        if field.name in ("js_content", "css_content", "main_script_path"):
            continue
        for each in [value] if isinstance(value, Message | str) else value if hasattr(value, "__iter__") else ():
            if isinstance(each, Message):
                yield from strings(each)
            elif isinstance(each, str):
                yield json.dumps(json.loads(each), ensure_ascii=False) if each.startswith("{") else each
