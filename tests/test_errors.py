"""Errors that nobody foresaw, at many places (O4): who meets one reads its number, which the log has, and no word.

Each is an exception of another class with a secret in its message, raised in a page, a click or a background thread of
the real app over a small library; then the place is whole again and the next question is answered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from chat.assistant import Assistant
from chat.model import Message, Reply
from chat.model_failure import ModelFailure
from chat.settings import Settings
from ingest.document import LANGUAGES
from tests.bigrams import NAME, Bigrams
from tests.broken_places import ERRORS, SECRET, broken_at, check_told
from tests.opened import Opened, strings
from ui import documents
from ui.errors import keep_messages_out_of_the_log, show_unexpected
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import Librarian
from vectorstore.uploads import Upload

REPORT = b"# Quay report\n\n## 1. Freight\n\nFreight rates fell by 60% in 2025.\n\n## 2. Steel\n\nSteel output rose.\n"


# What is done where something breaks


def opened(page: Opened) -> None:
    page.test.run()


def asked(page: Opened) -> None:
    page.ask()


def cited(page: Opened) -> None:
    page.tell("answer-.*", "cite", 1)


def praised(page: Opened) -> None:
    page.tell("answer-.*", "feedback", {"verdict": "good"})


def done_to_conversation(event: str, **more: str) -> Callable[[Opened], None]:
    def act(page: Opened) -> None:
        (listed,) = [json.loads(words) for words in page.drawn() if '"conversations": [{' in words]
        id_ = listed["conversations"][0]["id"]
        page.tell("conversations", event, {"id": id_, **more} if more else id_)

    return act


def pointed(page: Opened) -> None:
    page.test.text_input(key="points-topic").set_value("Freight")
    page.click("points-write")


def edited(page: Opened) -> None:
    page.tell("points-board", "act", {"what": "down", "at": 0})


def checked(page: Opened) -> None:
    page.test.text_area(key="check-claim").set_value("Freight rates fell by 30% in 2025.")
    page.click("check-now")


def uploaded(page: Opened) -> None:
    page.test.file_uploader[0].set_value(("canal.md", b"# Canal\n\n## 1. Locks\n\nLocks closed.\n", "text/plain")).run()
    page.click("library-read")


def clicked(key: str) -> Callable[[Opened], None]:
    return lambda page: page.click(key)


def chosen(what: str) -> Callable[[Opened], None]:
    return lambda page: page.tell("library-shelf", "act", {"what": what, "work": "quay", "edition": "en-original"})


@dataclass(frozen=True)
class Place:
    """`broken` is module:attribute; `first` is done on the page while all is whole, `act` when it is broken."""

    broken: str
    page: str
    act: Callable[[Opened], None]
    first: tuple[Callable[[Opened], None], ...] = ()


PLACES = {
    "catalogue": Place("vectorstore.catalogue:Catalogue.live_build", "ask", opened),
    "opening of an index": Place("chat.assistant:open_or_mend", "ask", opened),
    "who reads": Place("ui.reader:is_configured", "ask", opened),
    "settings": Place("ui.masthead:read_settings", "ask", opened),
    "list of conversations": Place("chat.history:History.conversations", "ask", opened),
    "beginning of a conversation": Place("chat.history:History.begin", "ask", asked),
    "keeping of a question": Place("chat.history:History.ask", "ask", asked),
    "start of an answer": Place("chat.desk:Desk.begin", "ask", asked),
    "reading of a question": Place("chat.answering:understand", "ask", asked),
    "search": Place("vectorstore.retrieve:Search.hits", "ask", asked),
    "embedding engine": Place("tests.bigrams:Bigrams.embed_query", "ask", lambda page: page.ask("What rose?")),
    "model": Place("chat.answering:paid_reply", "ask", asked),
    "verification": Place("chat.answering:verify", "ask", asked),
    "saving of an answer": Place("chat.history:History.save", "ask", asked),
    "drawing of citations": Place("ui.chips:section_label", "ask", asked),
    "source panel": Place("ui.panel:neighbours", "ask", cited, (asked,)),
    "feedback": Place("chat.history:History.give_feedback", "ask", praised, (asked,)),
    "export": Place("chat.export_docx:to_docx", "ask", done_to_conversation("export", format="docx"), (asked,)),
    "renaming": Place("chat.history:History.rename", "ask", done_to_conversation("rename", title="x"), (asked,)),
    "deletion": Place("chat.history:History.delete", "ask", done_to_conversation("delete"), (asked,)),
    "text of a work": Place("ui.reading:page_at", "read", opened),
    "talking points": Place("chat.pointing:Pointing.result", "points", pointed),
    "cards of points": Place("ui.points:board_data", "points", pointed),
    "editing of points": Place("chat.points_edit:moved", "points", edited, (pointed,)),
    "claims": Place("chat.checking:Checking.result", "check", checked),
    "verdicts": Place("ui.check:check_data", "check", checked),
    "shelf": Place("ui.library:shelf_data", "library", opened),
    "self-check": Place("ui.library_rows:selfcheck", "library", opened),
    "upload": Place("vectorstore.librarian:save_uploads", "library", uploaded),
    "reading of a file": Place("vectorstore.intake:read_edition", "library", uploaded),
    "publication": Place("vectorstore.librarian:publish_build", "library", clicked("library-publish"), (uploaded,)),
    "discarding": Place("vectorstore.librarian:drop_upload", "library", clicked("library-discard-.*"), (uploaded,)),
    "indexing": Place("vectorstore.build:_write", "library", clicked("library-index")),
    "correction": Place("vectorstore.librarian:corrected", "library", clicked("library-save"), (chosen("edit"),)),
    "removal": Place("vectorstore.librarian:taken_out", "library", chosen("remove")),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Over a small library, with a model that does not answer."""
    home = tmp_path_factory.mktemp("quay")
    with closing(Catalogue.at(home)) as catalogue:
        librarian = Librarian(home, catalogue, NAME, Bigrams())
        (staged,) = librarian.stage([Upload("quay.md", REPORT)])
        librarian.publish([(staged, librarian.description(staged))])
    with closing(Assistant(Settings(home=home, embedding=NAME), Bigrams(), Mute())) as found:
        yield found


class Mute:
    """A model that does not answer."""

    name = "mute"

    def reply(self, _messages: Sequence[Message], _seconds: float) -> Reply:
        raise ModelFailure("unreachable")


@pytest.fixture
def sent(assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every word that is sent to a browser, by the app as it is served, over the small library."""
    words: list[str] = []
    as_before, run = LocalScriptRunner.__init__, LocalScriptRunner.run

    def with_our_handler(self: LocalScriptRunner, *args: Any, **kwargs: Any) -> None:
        as_before(self, *args, **kwargs)
        self._on_script_error = show_unexpected

    def noting(self: LocalScriptRunner, *args: Any, **kwargs: Any) -> Any:
        tree = run(self, *args, **kwargs)
        words.extend(text for message in self.forward_msgs() for text in strings(message))
        return tree

    monkeypatch.setattr(LocalScriptRunner, "__init__", with_our_handler)
    monkeypatch.setattr(LocalScriptRunner, "run", noting)
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    keep_messages_out_of_the_log()
    st.cache_resource.clear()
    monkeypatch.setattr(documents, "_assistant", lambda: assistant)
    yield words
    documents.open_desk().close()
    documents.open_history().close()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.mark.case("O4")
@pytest.mark.usefixtures("without_packages")
@pytest.mark.parametrize(("number", "name"), list(enumerate(PLACES)), ids=list(PLACES))
def test_of_an_error_a_page_has_its_number_and_no_word_and_goes_on(
    assistant: Assistant, sent: list[str], caplog: pytest.LogCaptureFixture, number: int, name: str
) -> None:
    if name == "opening of an index":
        assistant.close()  # whoever asks next opens it again
    place, language, error = PLACES[name], LANGUAGES[number % 3], ERRORS[number % len(ERRORS)]()
    page = Opened(place.page, language) if place.act is not opened else None
    for act in place.first if page else ():
        act(page)
    sent.clear()
    with broken_at(place.broken, error):
        if page:
            place.act(page)
        else:
            page = Opened(place.page, language)
    check_told("\n".join(sent), language, error, caplog.records)
    assert SECRET not in caplog.text
    if place.page == "ask":
        page.test.run()
        page.ask()
        assert any("Freight rates fell by 60% in 2025." in words for words in page.drawn())
    else:
        assert not [words for words in Opened(place.page, language).drawn() if '"kind": "problem"' in words]
