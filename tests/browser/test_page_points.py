"""The Talking points page: written, edited with live checks, dropped, moved, replaced, exported, blocked."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import pptx
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.clicks import Click, impatiently, once, three_times, twice
from tests.browser.conftest import Reader

NAMES = {"English": "Talking points", "繁體中文": "談話要點", "简体中文": "谈话要点"}
TOPICS = {"English": "crypto", "繁體中文": "加密資產", "简体中文": "加密资产"}


def write(reader: Reader, language: str, topic: str, click: Click = once) -> Locator:
    """Goes to the page by its name, asks for points on a topic, and gives the board."""
    if not reader.page.url.partition("?")[0].endswith("/points"):
        reader.go(NAMES[language])
    fill(reader, topic, click)
    board = reader.page.locator("article")
    expect(board).to_be_visible()
    return board


def fill(reader: Reader, topic: str, click: Click = once) -> None:
    """Names the topic and asks for points."""
    box = reader.page.locator(".st-key-points-topic input")
    expect(box).to_be_visible()
    reader.settle()
    box.fill(topic)
    with reader.rerun():
        box.press("Enter")
    with reader.rerun():
        click(reader.page.locator(".st-key-points-write button"))


@pytest.mark.parametrize(
    ("language", "said"),
    [("English", "at most 1,000"), ("繁體中文", "上限是 1,000"), ("简体中文", "上限是 1,000。请用")],
)
def test_points_stand_beside_their_quotes_with_risks_and_sources_on_a_phone_too(
    reader: Reader, language: str, said: str
) -> None:
    """And where a topic pasted over is too long, that is said, until the next."""
    reader.speak(language)
    reader.go(NAMES[language])
    fill(reader, "plums and figs " * 1_400)
    expect(reader.page.get_by_text(said)).to_be_visible()
    board = write(reader, language, TOPICS[language])
    expect(board.locator(".points textarea")).to_have_count(5)
    assert board.locator(".points .card").filter(has=board.page.locator("blockquote")).count() == 5
    expect(board.locator(".risks .card").first).to_be_visible()
    expect(board.locator("footer")).to_contain_text(re.compile("10 February 2026|2026年2月10日"))
    expect(board.locator(".warning")).to_contain_text("§3.4")
    expect(reader.page.get_by_text(said)).to_have_count(0)
    reader.page.emulate_media(color_scheme="dark")
    reader.page.set_viewport_size({"width": 390, "height": 844})
    expect(board.locator(".card").first).to_be_visible()
    reader.expect_no_sideways_scrolling()


def test_an_edit_is_checked_while_one_types_and_stops_the_export(reader: Reader) -> None:
    board = write(reader, "English", "gold")
    files = reader.page.locator(".st-key-points-files")
    expect(files.get_by_role("button")).to_have_count(3)
    first = board.locator("textarea").first
    before = first.input_value()
    first.fill(before + " Gold will rise 35%.")
    expect(board.locator(".blocked")).to_contain_text("Not exported")
    expect(files).to_have_count(0)
    expect(reader.page.get_by_text("Point 1 is not exported")).to_be_visible()
    expect(board.locator(".copy")).to_be_disabled()
    first.fill(before)
    expect(board.locator(".blocked")).to_have_count(0)
    expect(files.get_by_role("button")).to_have_count(3)


@pytest.mark.case("C4")
def test_points_are_moved_replaced_and_dropped(reader: Reader) -> None:
    """Once, by someone who clicks more than once."""
    board = write(reader, "English", "crypto", impatiently)
    areas = board.locator("textarea")
    first, second = areas.nth(0).input_value(), areas.nth(1).input_value()
    twice(board.locator("[data-act=down]").first)
    expect(areas.nth(0)).to_have_value(second)
    expect(areas.nth(1)).to_have_value(first)
    board.locator("[data-act=replace]").first.click()
    expect(areas.nth(0)).not_to_have_value(second)
    three_times(board.locator("[data-act=drop]").first)
    expect(areas).to_have_count(4)
    reader.settle()
    expect(areas).to_have_count(4)
    expect(areas.nth(0)).to_have_value(first)


def test_files_open_with_what_stands_on_the_page(reader: Reader, tmp_path: Path) -> None:
    board = write(reader, "English", "gold")
    point = board.locator("textarea").first.input_value()
    taken = {}
    for format_ in ("md", "docx", "pptx"):
        with reader.page.expect_download() as download:
            reader.page.locator(f".st-key-points-{format_} button").click()
        taken[format_] = tmp_path / download.value.suggested_filename
        download.value.save_as(taken[format_])
    assert point in taken["md"].read_text(encoding="utf-8")
    assert any(point in paragraph.text for paragraph in docx.Document(str(taken["docx"])).paragraphs)
    slides = pptx.Presentation(str(taken["pptx"])).slides
    assert any(point in shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)
    assert point in "".join(slide.notes_slide.notes_text_frame.text for slide in slides if slide.has_notes_slide)


def test_what_is_not_covered_gets_that_answer_only(reader: Reader) -> None:
    for topic, words in (
        ("the wheat harvest", "do not|not"),
        ("guaranteed returns from bitcoin", "promises a return"),
        ("<img src=x onerror=alert(1)>", "."),
    ):
        board = write(reader, "English", topic)
        reader.settle()
        expect(board.locator(".notice")).to_have_text(re.compile(words))
        expect(board.locator(".card")).to_have_count(0)
