"""Questions on the page, their answers, the quotes behind the chips and the source panel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

import prompts
from tests.browser.conftest import ASKED, OpenPage, Reader
from tests.browser.served import ROOT, copy_home, environment, serve

TRADITIONAL, SIMPLIFIED = re.compile("加密貨幣"), re.compile("加密货币")
QUESTIONS = [
    (ASKED, "en", re.compile("80%")),
    ("韓國 Upbit 的日均交易量跌了多少？", "zh-Hant", TRADITIONAL),
    ("韩国 Upbit 的日均交易量跌了多少？", "zh-Hans", SIMPLIFIED),
]


def test_an_answer_is_in_the_language_of_the_question_with_chips(reader: Reader) -> None:
    for question, language, words in QUESTIONS:
        answer = reader.ask(question)
        expect(answer).to_have_attribute("lang", language)
        expect(answer.locator(".statement").first).to_contain_text(words)
        expect(answer.locator(".statement .chip").first).to_have_text("1")
        expect(answer.locator(".footnotes li").first).to_contain_text("§6.1")


def quote_shown(reader: Reader) -> Locator:
    return reader.page.locator(".tip:popover-open blockquote")


def test_hovering_a_chip_shows_its_quote_and_a_click_opens_its_source_beside_the_other_language(
    answered: Reader,
) -> None:
    chip = answered.answers.first.locator(".statement .chip").first
    expect(quote_shown(answered)).to_have_count(0)
    chip.hover()
    expect(quote_shown(answered)).to_contain_text("US$1.78 billion")
    answered.page.mouse.move(5, 5)
    expect(quote_shown(answered)).to_have_count(0)
    chip.hover()
    quote = quote_shown(answered).inner_text()
    chip.click()
    expect(answered.panel.locator("h2")).to_have_text(re.compile("^§6.1 "))
    columns = answered.panel.locator(".column")
    expect(columns).to_have_count(2)
    first, second = columns.all()
    expect(first.locator("mark")).to_have_text(quote)
    expect(first.locator("mark")).to_be_in_viewport()
    assert first.locator("p").count() > 3, "the section's other paragraphs stand around the quote"
    assert (first.get_attribute("data-edition"), second.get_attribute("data-edition")) == (
        "en-digest",
        "zh-Hant-digest",
    )
    expect(second.locator("p.beside")).to_contain_text("Upbit")
    side_by_side = """([first, second]) => {
        const [left, right] = [first.getBoundingClientRect(), second.getBoundingClientRect()];
        return right.left > left.right - 1 && Math.abs(right.top - left.top) < 2;
    }"""
    assert answered.page.evaluate(side_by_side, [first.element_handle(), second.element_handle()])


def test_the_keyboard_reads_and_opens_and_returns(answered: Reader) -> None:
    chip = answered.answers.first.locator(".statement .chip").first
    answered.question_box.focus()
    for _ in range(30):
        answered.page.keyboard.press("Shift+Tab")
        if chip.evaluate("chip => chip.getRootNode().activeElement === chip"):
            break
    expect(quote_shown(answered)).to_contain_text("Upbit")
    answered.page.keyboard.press("Enter")
    expect(answered.panel.locator("h2")).to_be_focused()
    answered.page.keyboard.press("Escape")
    expect(answered.panel).to_have_count(0)
    expect(chip).to_be_focused()


def test_the_sections_before_and_after_are_one_step_away(answered: Reader) -> None:
    answered.answers.first.locator(".statement .chip").first.click()
    title = answered.panel.locator("h2")
    expect(title).to_have_text(re.compile("^§6.1 "))
    whole = "labels => labels.length === 2 && labels.every(label => label.scrollWidth <= label.clientWidth)"
    assert answered.panel.locator(".step-label").evaluate_all(whole), "no label is cut"
    answered.panel.get_by_role("button", name="Next section").click()
    expect(title).to_have_text(re.compile("^§6.2 "))
    expect(answered.panel.locator("mark")).to_have_count(0)
    answered.panel.get_by_role("button", name="Previous section").click()
    expect(title).to_have_text(re.compile("^§6.1 "))
    expect(answered.panel.locator("mark").first).to_contain_text("Upbit")
    answered.panel.get_by_role("button", name="Close").click()
    expect(answered.panel).to_have_count(0)


def test_it_is_always_said_who_answers_and_what_the_answer_is_not(answered: Reader) -> None:
    """Once, at the foot: beneath each answer it would be said again."""
    answer = answered.answers.first
    expect(answer).not_to_contain_text("written by AI")
    standing = answered.page.get_by_test_id("stBottom").locator(".line")
    for words in ("Quotes only, nothing is written by AI", "10 February 2026", "Can be wrong", "Not investment advice"):
        expect(standing).to_contain_text(words)
    expect(standing).to_be_in_viewport()


def test_ask_again_answers_the_same_question_anew(answered: Reader) -> None:
    first = answered.answers.first.locator(".statement").first.inner_text()
    answered.answers.first.get_by_role("button", name="Ask again").click()
    expect(answered.answers).to_have_count(2)
    again = answered.answers.nth(1)
    expect(again.locator("button.tool").first).to_be_visible()
    assert again.locator(".statement").first.inner_text() == first


def test_a_new_conversation_begins_with_an_empty_page(answered: Reader) -> None:
    answered.answers.first.locator(".statement .chip").first.click()
    answered.page.get_by_role("button", name="New conversation").click()
    expect(answered.page.locator("button.question")).to_have_count(9)
    expect(answered.answers).to_have_count(0)
    expect(answered.panel).to_have_count(0)


def test_chips_of_an_earlier_answer_still_open_their_source(reader: Reader) -> None:
    first = reader.ask(ASKED)
    second = reader.ask("Which two kinds of buying together form a solid floor under the price of gold?")
    second.locator(".statement .chip").first.click()
    expect(reader.panel.locator("h2")).to_have_text(re.compile("^§2.2 "))
    first.locator(".statement .chip").first.click()
    expect(reader.panel.locator("h2")).to_have_count(1)
    expect(reader.panel.locator("h2")).to_have_text(re.compile("^§6.1 "))


def test_a_follow_up_is_understood_from_the_turns_before(reader: Reader) -> None:
    reader.ask("What does the report say about Upbit?")
    answer = reader.ask("And Bithumb?")
    expect(answer.locator(".statement").filter(has_text="Bithumb")).not_to_have_count(0)


def test_what_the_documents_do_not_say_is_said_to_be_so(reader: Reader) -> None:
    answer = reader.ask("How many cars did Toyota sell in Norway?")
    expect(answer.locator(".outcome")).to_have_text("Not in the documents")
    expect(answer.locator(".notice")).not_to_be_empty()
    expect(answer.locator(".statement")).to_have_count(0)
    section = answer.locator(".nearest button").first
    label = section.inner_text()
    section.click()
    expect(reader.panel.locator("h2")).to_have_text(label)


def test_a_table_without_its_body_is_said_to_be_missing(reader: Reader) -> None:
    answer = reader.ask("What are the figures in Table 2?")
    expect(answer.locator(".outcome")).to_have_text("Only the caption is in the documents")
    answer.locator(".statement .chip").first.click()
    expect(reader.panel.locator("mark").first).to_contain_text("Table 2")


def test_a_reader_of_simplified_is_told_that_the_source_is_traditional(reader: Reader) -> None:
    reader.speak("简体中文")
    answer = reader.ask("韩国 Upbit 的日均交易量跌了多少？")
    expect(answer.locator(".footnotes li").first).to_contain_text("原文为繁体")
    answer.locator(".statement .chip").first.hover()
    expect(quote_shown(reader)).to_have_text(TRADITIONAL)
    expect(reader.page.locator(".tip:popover-open")).to_contain_text("原文为繁体")
    answer.locator(".statement .chip").first.click()
    expect(reader.panel.locator("h2")).to_have_text("§6.1 资金迁徙、信任危机与流动性枯竭")
    expect(reader.panel.locator("mark").first).to_have_text(TRADITIONAL)
    reader.panel.get_by_role("link", name="在文件中阅读").click()
    expect(reader.page.get_by_role("link", name=re.compile("^§6.1 资金迁徙"))).to_be_attached()
    expect(reader.page.locator(".row[aria-current=true]")).to_contain_text(TRADITIONAL)


@pytest.mark.parametrize(
    ("language", "said"),
    [("English", "has 5,000 characters"), ("繁體中文", "請縮短後再送出"), ("简体中文", "请缩短后再发送")],
)
def test_an_empty_page_offers_nine_questions_and_a_click_asks_one_after_one_that_was_too_long(
    reader: Reader, language: str, said: str
) -> None:
    reader.speak(language)
    questions = reader.page.locator("button.question")
    expect(questions).to_have_count(9)
    question = questions.nth(4).inner_text()
    reader.question_box.fill("   ")
    reader.question_box.press("Enter")
    reader.question_box.fill("a" * 5_000)
    reader.question_box.press("Enter")
    problem = reader.page.locator(".problem")
    expect(problem).to_contain_text(said)
    expect(reader.page.get_by_test_id("stChatMessage")).to_have_count(0)
    expect(questions).to_have_count(9)
    reader.settle()
    questions.nth(4).click()
    expect(reader.page.get_by_test_id("stChatMessage").first).to_contain_text(question)
    expect(reader.answers.first.locator(".statement .chip").first).to_be_visible()
    expect(questions).to_have_count(0)
    expect(problem).to_have_count(0)


def test_every_question_on_offer_is_answered_in_its_language(home: Path, tmp_path: Path) -> None:
    offered = [
        {"id": f"{key} {language}", "question": question}
        for key, entry in prompts.entries("suggestions").items()
        for language, question in entry.items()
    ]
    asked, answered = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked.write_text("\n".join(json.dumps(row) for row in offered), encoding="utf-8")
    command = [sys.executable, "-m", "chat", "ask", "--batch", str(asked), "--out", str(answered)]
    subprocess.run(command, cwd=ROOT, env=environment(home), check=True, capture_output=True)
    for row in map(json.loads, answered.read_text("utf-8").splitlines()):
        assert row["outcome"] == "answered", row["id"]
        assert row["language"] == row["id"].split()[1]
        assert row["citations"], row["id"]


@pytest.mark.case("A5")
def test_without_sign_in_the_page_says_that_there_is_one_local_user(reader: Reader) -> None:
    expect(reader.page.locator(".who")).to_have_text("On this computer only, without sign-in")
    expect(reader.page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_where_only_a_digest_is_at_hand_the_local_user_is_told_how_to_add_the_report(reader: Reader) -> None:
    about = reader.page.locator(".about")
    expect(about).to_contain_text("Proton Capital Research Team, 10 February 2026")
    expect(about).to_contain_text("a digest")
    expect(about).to_contain_text("add its file on the Library page, or start with: make run REPORT=path")


def test_quotes_from_several_places_stand_under_their_names(reader: Reader) -> None:
    answer = reader.ask("What would make institutional money come back to crypto?")
    above = [name.inner_text() for name in answer.locator(".paragraph .under").all()]
    assert len(above) > 1
    assert all(re.match(r"§\d", name) for name in above)
    below = answer.locator(".footnotes").inner_text()
    assert [name for name in above if name not in below] == []


def test_on_a_phone_a_quote_and_the_form_for_a_complaint_are_read_at_once(open_page: OpenPage) -> None:
    reader = open_page(width=390, height=844)
    answer = reader.ask(ASKED)
    for height in (844, 480):
        reader.page.set_viewport_size({"width": 390, "height": height})
        for chip in (answer.locator(".statement .chip").first, answer.locator(".statement .chip").last):
            expect_quote_in_sight(reader, chip, height)
    reader.page.set_viewport_size({"width": 390, "height": 844})
    expect_complaint_in_sight(reader)


def test_the_form_for_a_complaint_comes_into_view_whole(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 1280, "height": 700})
    reader.ask(ASKED)
    expect_complaint_in_sight(reader)


def expect_quote_in_sight(reader: Reader, chip: Locator, height: int) -> None:
    chip.click()
    mark = reader.panel.locator("mark").first
    expect(mark).to_be_visible()
    reader.page.wait_for_timeout(2000)  # the page takes its shape
    box = mark.bounding_box()
    assert box is not None
    assert 60 < box["y"] < height * 0.45
    reader.panel.locator(".close").click()
    expect(reader.panel).to_have_count(0)


def expect_complaint_in_sight(reader: Reader) -> None:
    reader.settle()
    answer = reader.answers.first
    answer.locator(".tool", has_text="Something is wrong").click()
    form = answer.locator(".complaint")
    expect(form).to_be_in_viewport(ratio=1)
    cover = reader.question_box.bounding_box()
    box = form.bounding_box()
    assert box
    assert cover
    assert box["y"] >= 60
    assert box["y"] + box["height"] <= cover["y"]


def test_of_two_clicks_in_quick_succession_both_are_done(home: Path, visit: OpenPage, tmp_path: Path) -> None:
    """Also where the machine is so busy that the script of the first has not begun when the second comes."""
    copy_home(home, tmp_path / "home")
    with serve(tmp_path / "home", tmp_path / "log", "tests/browser/slow.py") as served:
        reader = visit(served.url)
        expect(reader.page.locator("button.question").first).to_be_visible()
        reader.ask(ASKED)
        second = reader.ask("Why is demand for gold holding up?")
        reader.page.wait_for_timeout(1500)  # what follows an answer is there
        reader.settle()
        clicks = [reader.answers.first.locator(".tool").nth(2), second.locator(".statement .chip").first]
        reader.page.evaluate(
            "([first, second]) => { first.click(); setTimeout(() => second.click(), 100); }",
            [click.element_handle() for click in clicks],
        )
        expect(reader.panel.locator("mark").first).to_be_visible()
        expect(clicks[0]).to_have_attribute("aria-pressed", "true")
