"""Conversations: kept, found again at their address, renamed, deleted, taken away; and what follows an answer."""

from __future__ import annotations

import datetime
import re
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from chat.history import History
from tests.browser.clicks import Click, once, three_times, twice
from tests.browser.conftest import ASKED, OpenPage, Reader

GOLD = "Why is demand for gold holding up?"
TABLE = "What are the figures in Table 3?"


def conversation_named(reader: Reader, title: str) -> Locator:
    row = reader.page.locator("li", has=reader.page.locator("button.title"))
    return row.filter(has_text=title)


def do(reader: Reader, action: str, click: Click = once) -> None:
    """Opens what can be done with the conversation that is read, and does it."""
    mine = reader.page.locator("li.open")
    mine.get_by_role("button", name=re.compile("^More:")).click()
    click(mine.get_by_role("button", name=action, exact=True))


def rename(reader: Reader, new: str) -> None:
    do(reader, "Rename")
    field = reader.page.get_by_role("textbox", name="Rename")
    field.fill(new)
    field.press("Enter")
    expect(conversation_named(reader, new)).to_have_count(1)


def test_a_reload_shows_the_same_conversation_under_its_name_with_what_was_said_of_it(
    reader: Reader, home: Path
) -> None:
    answer = reader.ask(ASKED)
    words = answer.locator(".statement").all_inner_texts()
    complain(answer, "The second quote is of another year.")
    rename(reader, "Exchanges, for the morning call")
    expect(reader.page).to_have_url(re.compile(r"\?c=[\w-]{20,}$"))
    reader.page.reload()
    expect(reader.answers.locator(".statement").first).to_be_visible()
    assert reader.answers.locator(".statement").all_inner_texts() == words
    expect(conversation_named(reader, "Exchanges, for the morning call")).to_have_count(1)
    expect(reader.answers.get_by_role("button", name="Something is wrong")).to_have_attribute("aria-pressed", "true")
    reader.answers.locator(".statement .chip").first.click()
    expect(reader.panel.locator("mark").first).to_contain_text("Upbit")
    assert feedback_with("The second quote is of another year.", home) == [(ASKED, "bad", "citation-wrong")]


def complain(answer: Locator, note: str) -> None:
    """Says that a citation is wrong."""
    wrong = answer.get_by_role("button", name="Something is wrong")
    wrong.click()
    answer.get_by_label("The citation is wrong").check()
    answer.get_by_role("textbox").fill(note)
    twice(answer.get_by_role("button", name="Send"))
    expect(answer.get_by_role("status")).to_have_text("Thank you, noted")
    expect(wrong).to_have_attribute("aria-pressed", "true")


def feedback_with(note: str, home: Path) -> list[tuple[str, str, str]]:
    """What is kept with a note: question, verdict and reason."""
    with closing(History.at(home)) as history:
        rows = [row for row in history.feedback_rows() if row["note"] == note]
    return [(row["question"], row["verdict"], row["reason"]) for row in rows]


def test_the_way_back_closes_the_source_and_leaves_the_conversation(reader: Reader) -> None:
    reader.ask(ASKED).locator(".statement .chip").first.click()
    expect(reader.panel.locator("h2")).to_be_visible()
    reader.page.go_back()
    expect(reader.panel).to_have_count(0)
    expect(reader.answers).to_have_count(1)
    reader.page.go_back()
    expect(reader.page.locator("button.question")).to_have_count(9)
    expect(reader.answers).to_have_count(0)
    reader.page.go_forward()
    expect(reader.answers).to_have_count(1)


def test_copying_takes_the_sources_along(answered: Reader) -> None:
    answered.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = answered.answers.first
    answer.get_by_role("button", name="Copy with sources").click()
    expect(answer.get_by_role("button", name="Copied")).to_be_visible()
    copied = answered.page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"\[1\].*\n\n\[1\] .*§6\.1", copied, re.DOTALL)
    assert "Not investment advice" in copied


def test_the_address_of_an_open_source_opens_it_again_elsewhere(answered: Reader, open_page: OpenPage) -> None:
    answered.ask(GOLD)
    answered.answers.first.locator(".statement .chip").first.click()
    expect(answered.page).to_have_url(re.compile(r"&s=1\.1$"))
    expect(answered.panel.locator("h2")).to_have_text(re.compile("^§6.1 "))
    path = answered.page.url.removeprefix(answered.url.rstrip("/"))
    other = open_page(path)
    expect(other.answers).to_have_count(2)
    expect(other.panel.locator("h2")).to_have_text(re.compile("^§6.1 "))


def test_a_day_stands_once_above_its_conversations(reader: Reader) -> None:
    for question in (GOLD, TABLE):
        reader.ask(question)
        reader.begin_anew()
    today = reader.page.get_by_role("navigation", name="Conversations").get_by_role("region", name="Today")
    expect(today.locator(".day")).to_have_text("Today")
    assert today.locator("button.title").count() > 1
    expect(today.locator("li").first).to_have_text(f"{TABLE}⋯")


@pytest.mark.case("C4")
def test_a_conversation_is_found_by_its_words_and_opened_and_once_deleted_is_gone_from_its_address(
    reader: Reader,
) -> None:
    reader.ask(GOLD)
    reader.begin_anew()
    reader.ask("What are the figures in Table 4?")
    expect(reader.page).to_have_url(re.compile(r"\?c="))
    address = reader.page.url
    three_times(reader.page.get_by_role("button", name="New conversation"))
    reader.begin_anew()
    search = reader.page.get_by_role("textbox", name="Search conversations")
    search.fill("no conversation has these")
    search.press("Enter")
    expect(reader.page.get_by_text("No conversation has these words.")).to_be_visible()
    search.fill("TABLE 4")
    search.press("Enter")
    expect(conversation_named(reader, "Table 4")).to_have_count(1)
    conversation_named(reader, "Table 4").locator("button.title").click()
    expect(reader.answers).to_have_count(1)
    expect(reader.page).to_have_url(address)
    search.fill("")
    search.press("Enter")
    expect(reader.page.locator("li button.title").nth(1)).to_be_visible()
    reader.settle()
    others = reader.page.locator("li button.title").count() - 1
    do(reader, "Delete", three_times)
    sure = reader.page.get_by_role("alertdialog")
    expect(sure).to_contain_text("Delete this conversation for good?")
    three_times(sure.get_by_role("button", name="Delete", exact=True))
    expect(conversation_named(reader, "Table 4")).to_have_count(0)
    reader.settle()
    expect(reader.answers).to_have_count(0)
    expect(reader.page.locator("li button.title")).to_have_count(others)
    reader.page.goto(address)
    expect_empty(reader)
    expect(reader.page.locator(".problem")).to_contain_text("There is no such conversation here")


def test_an_address_that_names_nothing_is_an_empty_page(reader: Reader) -> None:
    """More such addresses stand in test_address."""
    for name in ("c=../../etc/passwd&s=9.9", "c=%00&s=1.1"):
        reader.page.goto(f"{reader.url}?{name}")
        expect_empty(reader)


def expect_empty(reader: Reader) -> None:
    expect(reader.page.locator("button.question")).to_have_count(9)
    expect(reader.answers).to_have_count(0)
    expect(reader.panel).to_have_count(0)


def test_a_conversation_leaves_with_its_citations_date_and_disclaimer(open_page: OpenPage, tmp_path: Path) -> None:
    reader = open_page(zone="Pacific/Kiritimati")
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=14)))
    quote = reader.ask(ASKED).locator(".statement").first.inner_text().split("\n")[0]
    for kind, action in (("md", "Save as Markdown"), ("docx", "Save as Word")):
        with reader.page.expect_download() as downloading:
            do(reader, action)
        assert downloading.value.suggested_filename.endswith(f".{kind}")
        file = tmp_path / f"file.{kind}"
        downloading.value.save_as(file)
        said = words_of(file)
        for words in (ASKED, "§6.1", "10 February 2026", "Not investment advice", "US$1.78 billion", quote[:40]):
            assert words in said, (kind, words)
        assert f"Saved on {today.day} {today:%B %Y}" in said, "the reader's own day"


def words_of(file: Path) -> str:
    """What stands in a file that was saved."""
    if file.suffix == ".md":
        return file.read_text(encoding="utf-8").replace("\\", "")
    with zipfile.ZipFile(file) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(GOLD, id="en"),
        pytest.param("黃金需求為何維持強勁？", id="zh-Hant"),
        pytest.param("黄金需求为何维持强劲？", id="zh-Hans"),
    ],
)
def test_a_question_to_go_on_with_is_answered(reader: Reader, question: str) -> None:
    language = reader.ask(question).get_attribute("lang")
    offered = reader.page.locator("button.follow-up")
    expect(offered.first).to_be_visible()
    assert offered.count() <= 3
    words = offered.first.inner_text()
    offered.first.click()
    expect(reader.answers).to_have_count(2)
    expect(reader.page.get_by_test_id("stChatMessage").nth(2)).to_contain_text(words)
    expect(reader.answers.nth(1).locator(".statement .chip").first).to_be_visible()
    expect(reader.answers.nth(1)).to_have_attribute("lang", str(language))


def test_what_comes_after_an_answer_leaves_the_answer_as_it_stands(reader: Reader) -> None:
    """The answer's own elements are the same before and after the questions to go on with are there."""
    reader.question_box.fill(ASKED)
    reader.question_box.press("Enter")
    chip = reader.answers.first.locator(".statement .chip").first
    expect(chip).to_be_visible()
    chip.evaluate("chip => { chip.mine = true; chip.focus(); }")
    expect(reader.page.locator("button.follow-up").first).to_be_visible()
    assert chip.evaluate("chip => chip.mine === true && chip.getRootNode().activeElement === chip")
