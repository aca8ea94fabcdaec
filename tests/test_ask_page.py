"""The Ask page with a small honest assistant: what is passed on, and what is said when something goes wrong."""

from __future__ import annotations

import json
import logging
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from chat.answer import Answer, Turn
from chat.events import AnswerStream, Finished, Understood
from chat.history import History
from ingest.document import Document, Edition, Outline, Refusal, Section, Work
from ui import ask as ask_page
from ui import documents
from vectorstore.catalogue import BuildRecord, Catalogue

SECRET = "plums at 40 tonnes"
MAIN = Path(__file__).parents[1] / "ui" / "main.py"


class Echo:
    """An assistant that answers with the question, remembers what it was given, or raises what it is told to."""

    def __init__(self) -> None:
        work = Work("echo", {"en": "Echo"}, "Nobody")
        self._build = SimpleNamespace(works={"echo": work})
        self.histories: list[Sequence[Turn]] = []
        self.works: list[Sequence[str]] = []
        self.users: list[str] = []
        self.error: Exception | None = None

    def build_for(self, _user: str) -> Any:
        return self._build

    def editions(self, _work: str, _user: str) -> list[Any]:
        return []

    def quoted_edition(self, _build: str, _work: str, _edition: str, user: str) -> None:
        """Nothing was ever replaced."""

    def picture(self, _edition: Any, _start: int, _end: int, user: str) -> None:
        """No edition has pages."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), works: Sequence[str] = (), user: str = ""
    ) -> AnswerStream:
        self.histories.append(tuple(history))
        self.works.append(tuple(works))
        self.users.append(user)
        if self.error:
            raise self.error
        answer = Answer(question, "en", "not_covered", f"You asked: {question}", notice=f"You asked: {question}")
        return AnswerStream((event for event in [Understood(question, "en"), Finished(answer)]), question, "en")

    def search(self, _user: str) -> None:
        """Not called: there is nothing to go on from an answer that is not covered."""


pytestmark = pytest.mark.usefixtures("without_packages")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Conversations of a test are kept in a folder of its own."""
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    st.cache_resource.clear()
    yield
    documents.open_history().close()
    st.cache_resource.clear()


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Echo:
    assistant = Echo()
    monkeypatch.setattr(documents, "_assistant", lambda: assistant)
    return assistant


def open_page() -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=30).run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    """The data of all our components, as one text."""
    found = []
    for element in page.main:
        found += _data(element)
    return "\n".join(found)


def _data(element: Any) -> list[str]:
    if hasattr(element, "children"):
        return [text for child in element.children.values() for text in _data(child)]
    proto = getattr(element, "proto", None)
    return [json.dumps(json.loads(proto.json), ensure_ascii=False)] if getattr(proto, "json", "") else []


def ask(page: AppTest, question: str) -> None:
    page.chat_input(key="question").set_value(question).run()
    assert not page.exception


def test_earlier_turns_go_along_with_a_question(echo: Echo) -> None:
    page = open_page()
    ask(page, "First?")
    ask(page, "And second?")
    assert echo.histories == [(), (Turn("user", "First?"), Turn("assistant", "You asked: First?"))]
    assert "You asked: And second?" in shown(page)


def test_any_random_id_of_a_turn_can_be_drawn(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count()
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _bytes: f"__a__{next(numbers)}__")
    page = open_page()
    ask(page, "First?")
    ask(page, "First?")
    assert shown(page).count("You asked: First?") >= 2
    assert len(echo.histories) == 2


@pytest.mark.case("C4")
def test_an_answer_is_asked_for_once_however_often_the_page_is_drawn(echo: Echo) -> None:
    page = open_page()
    ask(page, "First?")
    page.run()
    page.segmented_control(key="lang").set_value("zh-Hant").run()
    assert len(echo.histories) == 1


@pytest.mark.case("O4")
@pytest.mark.parametrize(("language", "words"), [("en", "Something went wrong"), ("zh-Hans", "系统发生错误")])
def test_an_unforeseen_error_shows_an_id_that_the_log_has_and_nothing_else(
    echo: Echo, caplog: pytest.LogCaptureFixture, language: str, words: str
) -> None:
    echo.error = ValueError(f"{SECRET} /secret/path")
    page = open_page()
    page.segmented_control(key="lang").set_value(language).run()
    with caplog.at_level(logging.DEBUG, logger="chat"):
        ask(page, f"What about {SECRET}?")
    answers = shown(page).replace(f"What about {SECRET}?", "")
    assert words in answers
    record = next(record for record in caplog.records if record.name == "chat.unforeseen")
    assert str(record.args[0] if record.args else "") in answers
    for hidden in (SECRET, "/secret/path", "Traceback", "ValueError"):
        assert hidden not in answers
    assert SECRET not in caplog.text
    assert "ValueError" in caplog.text
    assert "in stream" in caplog.text


@pytest.mark.case("O4")
def test_a_question_that_cannot_be_asked_stands_there_with_why_until_it_is(
    echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()
    with monkeypatch.context() as full:
        full.setattr(History, "ask", lambda *_: 1 / 0)
        ask(page, "Lost?")
    assert page.chat_input, "the page is drawn as before"
    assert "\n".join(_data(page._tree)).count('"parts": ["Lost?"]') == 1
    assert "Something went wrong" in "\n".join(_data(page._tree))
    ask(page, "Lost?")
    assert "\n".join(_data(page._tree)).count('"parts": ["Lost?"]') == 1
    assert "Something went wrong" not in "\n".join(_data(page._tree))
    ask(page, "And second?")
    assert "\n".join(_data(page._tree)).count('"parts": ["And second?"]') == 1
    assert len(echo.histories) == 2


def test_a_refusal_is_shown_in_the_language_of_the_page_even_after_a_switch(echo: Echo) -> None:
    echo.error = Refusal("question-too-long", length=5000, limit=4000)
    page = open_page()
    ask(page, "Long?")
    assert "at most 4,000 are taken" in shown(page)
    page.segmented_control(key="lang").set_value("zh-Hant").run()
    assert "上限是 4,000" in shown(page)


@pytest.fixture
def listed(tmp_path: Path) -> None:
    """A catalogue that lists one work, and another that is private to somebody."""
    works = [Work("listed", {"en": "A listed work"}, "Nobody"), Work("secret", {"en": "X"}, "Y", private_to="somebody")]
    section = Section("1", "chapter", None, "One", 1, 1, 0, 3)
    editions = [
        Edition(work.id, "en", "original", "f", Document("One\n", "text"), Outline((section,))) for work in works
    ]
    with closing(Catalogue.at(tmp_path)) as catalogue:
        build = BuildRecord("b", "model", "fingerprint", tuple(edition.key for edition in editions))
        catalogue.publish(build, works, editions)


@pytest.mark.usefixtures("listed")
def test_the_first_screen_stands_before_the_index_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(ask_page, "loading", lambda: True)
    monkeypatch.setattr(ask_page, "_until_loaded", drawn.append)
    monkeypatch.setattr(documents, "_assistant", lambda: pytest.fail("the index is waited for"))
    page = open_page()
    assert "A listed work" in shown(page)
    assert '"secret"' not in shown(page)
    assert page.chat_input
    assert drawn == ["en"]


@pytest.mark.usefixtures("listed")
def test_an_index_that_then_cannot_be_loaded_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    still = iter([True])

    def damaged() -> None:
        raise Refusal("build-damaged", build="abc")

    monkeypatch.setattr(ask_page, "loading", lambda: next(still, False))
    monkeypatch.setattr(documents, "_assistant", damaged)
    page = open_page()
    assert "The index abc is damaged" in shown(page)
    assert not page.chat_input


@pytest.mark.parametrize("ends", [None, Refusal("no-index"), ValueError("x")], ids=["whole", "refused", "broken"])
def test_whatever_becomes_of_loading_it_is_over_at_its_end(
    monkeypatch: pytest.MonkeyPatch, ends: Exception | None
) -> None:
    seen = []

    def load() -> None:
        seen.append((documents.loading(), sys.getswitchinterval()))
        if ends:
            raise ends

    before = sys.getswitchinterval()
    monkeypatch.setattr(documents, "_assistant", load)
    documents.warm_up()
    assert seen == [(True, pytest.approx(documents._IMPATIENCE))]
    assert (documents.loading(), sys.getswitchinterval()) == (False, before)


def test_what_the_first_screen_needs_loads_nothing_that_searches() -> None:
    """It is drawn while an index is loaded: what both need is waited for twice."""
    needs = "import sys, ui.ask, chat.history, vectorstore.catalogue; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", needs], check=True, capture_output=True, text=True).stdout.split()
    assert {"ui.ask", "chat.history"} <= set(loaded)
    assert not {"chromadb", "bm25s", "langchain_core", "vectorstore.build", "chat.assistant"} & set(loaded)


def test_the_page_goes_on_after_an_error(echo: Echo) -> None:
    page = open_page()
    echo.error = ValueError(SECRET)
    ask(page, "First?")
    echo.error = None
    ask(page, "Second?")
    assert "You asked: Second?" in shown(page)
    assert echo.histories[-1] == (), "a question that failed is no part of the conversation"


def test_an_index_that_cannot_be_opened_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        raise Refusal("build-damaged", build="abc")

    monkeypatch.setattr(documents, "_assistant", damaged)
    page = open_page()
    assert "The index abc is damaged" in shown(page)
    assert not page.chat_input
