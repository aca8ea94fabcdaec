"""What is clicked twice is done once; what is asked or deleted in two windows at once is neither lost nor mixed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from chat.history import History
from tests.browser.clicks import Click, impatiently, three_times, twice
from tests.browser.conftest import OpenPage, Reader
from tests.browser.test_page_conversations import do

pytestmark = pytest.mark.case("C4")

UPBIT = "How far did trading volume at Upbit in South Korea fall?"
GOLD = "Why is demand for gold holding up?"


@pytest.fixture
def history(home: Path) -> Iterator[History]:
    found = History.at(home)
    yield found
    found.close()


def conversation(reader: Reader) -> str:
    expect(reader.page).to_have_url(re.compile(r"\?c="))
    return parse_qs(urlsplit(reader.page.url).query)["c"][0]


def kept(history: History, reader: Reader) -> list[tuple[str, str]]:
    """The questions of the conversation that is read, each with what it was answered by; all of them whole."""
    found = history.exchanges("local", conversation(reader))
    assert {exchange.state for exchange in found} == {"whole"}
    return [(exchange.question, exchange.answer.question if exchange.answer else "") for exchange in found]


def check_answered(reader: Reader, count: int) -> None:
    """So many answers stand on the page, whole, and none more comes."""
    expect(reader.answers.nth(count - 1).locator("button.tool").first).to_be_visible()
    reader.settle()
    expect(reader.answers).to_have_count(count)


@pytest.mark.parametrize("click", [three_times, impatiently])
def test_a_question_that_is_clicked_again_is_asked_once(reader: Reader, history: History, click: Click) -> None:
    before = len(history.conversations("local"))
    click(reader.page.locator("button.question").first)
    check_answered(reader, 1)
    click(reader.page.locator("button.follow-up").first)
    check_answered(reader, 2)
    click(reader.answers.nth(1).get_by_role("button", name="Ask again"))
    check_answered(reader, 3)
    reader.question_box.fill(UPBIT)
    twice(reader.page.get_by_test_id("stChatInputSubmitButton"))
    check_answered(reader, 4)
    questions = [question for question, _ in kept(history, reader)]
    assert len(questions) == 4
    assert questions[1] == questions[2]
    assert questions[3] == UPBIT
    assert len(history.conversations("local")) == before + 1


def test_questions_asked_in_two_windows_at_once_are_both_answered_and_kept(
    reader: Reader, open_page: OpenPage, history: History
) -> None:
    one = reader
    one.ask("What are the figures in Table 3?")
    two = open_page(f"/?c={conversation(one)}")
    for first, second in ((one, two), (two, one)):
        first.question_box.fill(UPBIT)
        second.question_box.fill(GOLD)
        first.question_box.press("Enter")
        second.question_box.press("Enter")
        expect(first.page.get_by_test_id("stChatMessage").filter(has_text=UPBIT).last).to_be_visible()
        expect(second.page.get_by_test_id("stChatMessage").filter(has_text=GOLD).last).to_be_visible()
        for window in (first, second):
            expect(window.answers.last.locator("button.tool").first).to_be_visible()
            window.settle()
    for window in (one, two):
        window.page.reload()
        check_answered(window, 5)
    found = kept(history, one)
    assert sorted(question for question, _ in found[1:]) == sorted([UPBIT, GOLD] * 2)
    assert all(question == answered for question, answered in found)
    words = [[answer.inner_text() for answer in window.answers.all()] for window in (one, two)]
    assert words[0] == words[1]
    for at, (question, _) in enumerate(found[1:], 1):
        assert ("Upbit" in words[0][at]) == (question == UPBIT), "each answer stands below its question"


def test_a_conversation_deleted_in_another_window_is_said_to_be_gone_and_a_question_begins_a_new_one(
    reader: Reader, open_page: OpenPage, history: History
) -> None:
    reader.ask(UPBIT)
    gone = conversation(reader)
    other = open_page(f"/?c={gone}")
    do(other, "Delete")
    other.page.get_by_role("alertdialog").get_by_role("button", name="Delete", exact=True).click()
    expect(other.answers).to_have_count(0)
    reader.answers.first.get_by_role("button", name="Helpful").click()
    expect(reader.page.locator(".problem")).to_have_text(
        re.compile("^There is no such conversation here: it was deleted")
    )
    expect(reader.answers).to_have_count(0)
    reader.ask(GOLD)
    expect(reader.page.locator(".problem")).to_have_count(0)
    assert conversation(reader) != gone
    assert kept(history, reader) == [(GOLD, GOLD)]
