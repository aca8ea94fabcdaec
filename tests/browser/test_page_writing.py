"""An answer that a model writes slowly: what is shown of it stays through a reload and can be stopped."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chat.context import PASSAGE
from ingest.passages import sentence_spans
from tests.browser.conftest import OpenPage, Reader
from tests.browser.served import Served, serve
from tests.browser.test_page_conversations import do
from tests.scripted_model import HEAD, Part, Request, ScriptedModel, event, says

ASKED = "How far did trading volume at Upbit in South Korea fall?"
GOLD = "Why is demand for gold holding up?"


@pytest.fixture(scope="module")
def model(chromium: None) -> Iterator[ScriptedModel]:  # noqa: ARG001 - skip first
    with ScriptedModel() as server:
        yield server


@pytest.fixture(scope="module")
def written(home: Path, model: ScriptedModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app with a model that answers as its script says."""
    patient = {"chat_read_timeout": "60", "chat_total_timeout": "120", "chat_api_key": "none"}
    log = tmp_path_factory.mktemp("log") / "log"
    with serve(home, log, chat_model="openai:scripted", chat_base_url=model.url, **patient) as served:
        yield served


def whole_sentences(prompt: str) -> list[str]:
    """Passages of one sentence, each with its number: what a model may say word for word."""
    found = [(number, text.strip()) for number, text in PASSAGE.findall(prompt)]
    return [f"{text} [{number}]\n" for number, text in found if text.endswith(".") and len(sentence_spans(text)) == 1]


def plays_in_two_parts(model: ScriptedModel) -> threading.Event:
    """One sentence; the second once the event that it gives is set."""
    go_on = threading.Event()

    def play(request: Request) -> Iterator[Part]:
        if not (passages := whole_sentences(request.prompt)):  # asked for the question as it stands alone
            yield from says(ASKED)
            return
        first, second = passages[:2]
        yield HEAD
        yield event(first)
        yield event(second[:9])
        for _ in range(600):
            if go_on.wait(0.1):
                break
            yield event("")
        yield event(second[9:])
        yield from says()[2:]

    model.script = lambda number: play(model.requests[number])
    return go_on


def begin(reader: Reader, question: str = ASKED, at: int = 0) -> str:
    """Asks, and gives the words of the first sentence when it stands on the page."""
    reader.question_box.fill(question)
    reader.question_box.press("Enter")
    first = reader.answers.nth(at).locator(".statement").first
    expect(first).to_be_visible(timeout=120_000)  # the first answer of a server loads the model's packages
    expect(reader.page.get_by_role("button", name="Stop")).to_be_visible()
    return first.inner_text()


@pytest.mark.case("C4")
def test_a_reload_while_an_answer_is_written_loses_nothing_that_was_shown(
    written: Served, visit: OpenPage, model: ScriptedModel
) -> None:
    go_on = plays_in_two_parts(model)
    reader = visit(written.url)
    standing = reader.page.get_by_test_id("stBottom").locator(".line")
    expect(standing).to_contain_text("Answers by openai:scripted, checked against the documents")
    expect(standing).not_to_contain_text("Quotes only")
    shown = begin(reader)
    reader.page.reload()
    statements = reader.answers.first.locator(".statement")
    expect(statements.first).to_have_text(shown, use_inner_text=True)
    expect(reader.page.get_by_role("button", name="Stop")).to_be_visible()
    go_on.set()
    expect(statements).to_have_count(2)
    expect(statements.first).to_have_text(shown, use_inner_text=True)
    expect(reader.page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(reader.answers.first.locator("button.tool").first).to_be_visible()


def test_what_is_stopped_stays_as_far_as_it_was_written(written: Served, visit: OpenPage, model: ScriptedModel) -> None:
    plays_in_two_parts(model)
    reader = visit(written.url)
    shown = begin(reader)
    reader.page.get_by_role("button", name="Stop").click()
    expect(reader.answers.first.locator(".stopped")).to_be_visible()
    expect(reader.answers.first.locator(".statement")).to_have_text([shown], use_inner_text=True)
    expect(reader.page.get_by_role("button", name="Stop")).to_have_count(0)


@pytest.mark.case("C4")
def test_answers_written_at_once_for_two_windows_of_a_conversation_both_come_to_their_end(
    written: Served, visit: OpenPage, model: ScriptedModel
) -> None:
    go_on = plays_in_two_parts(model)
    go_on.set()
    one = visit(written.url)
    one.ask(ASKED)
    two = visit(one.page.url)
    expect(two.answers.first.locator("button.tool").first).to_be_visible()
    two.settle()
    go_on.clear()
    begin(one, GOLD, 1)
    begin(two, ASKED, 2)
    go_on.set()
    for reader in (one, two):
        expect(reader.answers.locator("button.tool", has_text="Copy with sources")).to_have_count(3)
        expect(reader.page.locator(".stopped")).to_have_count(0)
        expect(reader.page.get_by_role("button", name="Stop")).to_have_count(0)
        expect(reader.page.get_by_test_id("stChatMessage").nth(2)).to_contain_text(GOLD)
        expect(reader.page.get_by_test_id("stChatMessage").nth(4)).to_contain_text(ASKED)
        for at in (1, 2):
            expect(reader.answers.nth(at).locator(".statement")).to_have_count(2)


@pytest.mark.case("C4")
def test_an_answer_being_written_ends_where_its_conversation_is_deleted_in_another_window(
    written: Served, visit: OpenPage, model: ScriptedModel
) -> None:
    go_on = plays_in_two_parts(model)
    reader = visit(written.url)
    begin(reader)
    other = visit(reader.page.url)
    do(other, "Delete")
    other.page.get_by_role("alertdialog").get_by_role("button", name="Delete", exact=True).click()
    expect(reader.page.locator(".problem")).to_have_text(
        re.compile("^There is no such conversation here: it was deleted")
    )
    expect(reader.answers).to_have_count(0)
    expect(reader.page.get_by_role("button", name="Stop")).to_have_count(0)
    go_on.set()
    reader.ask(ASKED)
    expect(reader.page.locator(".problem")).to_have_count(0)
