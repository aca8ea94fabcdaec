"""The Read page: works as they are, linked at every anchor, searched, and the way from and to a question."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenPage, Reader
from tests.browser.served import Served

HEADER = 60
"""Pixels at the top that the navigation covers."""


@pytest.fixture
def read(app: Served, visit: OpenPage) -> OpenPage:
    """Opens the Read page at a place."""

    def open_read(place: str = "", **look: object) -> Reader:
        reader = visit(f"{app.url}/read{place}", **look)
        expect(reader.page.locator("article.work .row").first).to_be_visible()
        return reader

    return open_read


def row(reader: Reader, anchor: str) -> Locator:
    return reader.page.locator(f'[data-anchor="{anchor}"]')


@pytest.fixture
def reading(reader: Reader) -> Reader:
    """The Read page at the beginning of the first work: kept from test to test.

    Within seconds of a move the page takes an empty address for one of before it: tests that move stand last.
    """
    reader.go("Read")
    expect(reader.page.locator("article.work .row").first).to_be_visible()
    return reader


def test_an_address_opens_at_its_anchor_in_full_view(read: OpenPage, app: Served) -> None:
    """That of a section stands below, on a phone."""
    reader = read("?work=triple-game&at=6.1.b1.b2")
    for anchor in ("6.1.b1.b2", "table-2", "7"):
        if anchor != "6.1.b1.b2":
            reader.page.goto(f"{app.url}/read?work=triple-game&at={anchor}")
        expect(row(reader, anchor)).to_have_attribute("aria-current", "true")
        expect(row(reader, anchor)).to_be_in_viewport(ratio=0.9)
        place = row(reader, anchor).element_handle()
        reader.page.wait_for_function(f"row => row.getBoundingClientRect().top >= {HEADER}", arg=place)


def test_a_place_that_there_is_not_is_no_error(read: OpenPage, app: Served) -> None:
    """What an address names and the library lacks is said; where it names nothing, there is nothing to say."""
    reader = read("?work=nothing")
    expect(reader.page.get_by_role("alert")).to_have_text("This document is no longer in the library.")
    for place, said in (
        ("?work=triple-game&at=99.9&beside=x", ["This document has no such section. It is shown from the start."]),
        ("?at=<b>", []),
    ):
        reader.page.goto(f"{app.url}/read{place}")
        expect(reader.page.locator("article.work .row").first).to_be_visible()
        assert reader.page.get_by_role("alert").all_inner_texts() == said


def test_a_search_marks_what_it_finds_in_either_script(reading: Reader) -> None:
    box = reading.page.get_by_role("textbox", name="Search in the document")
    expect(box).to_be_visible()
    for search, found in (("KOSPI", "kospi"), ("泡菜溢價", "泡菜溢價"), ("kospi", "kospi"), ("泡菜溢价", "泡菜溢價")):
        reading.settle()
        box.fill(search)
        box.press("Enter")
        expect(reading.page.locator(".hits")).to_have_text(re.compile(r"^Places found: \d+$"))
        expect(reading.page.locator("mark").first).to_be_in_viewport()
        expect(reading.page.locator("mark").first).to_have_text(re.compile(found, re.IGNORECASE))
        reading.settle()
        box.fill("xyzzy")
        box.press("Enter")
        expect(reading.page.locator(".hits")).to_have_text("Nothing found in this document")
        expect(reading.page.locator("mark")).to_have_count(0)


def test_a_caption_says_that_its_table_is_not_there(reading: Reader) -> None:
    expect(row(reading, "table-1").locator(".bare").first).to_have_text(
        "Only this caption is in the text, without its table or figure"
    )


def test_a_section_is_asked_about(reading: Reader) -> None:
    row(reading, "2.2").get_by_role("button", name=re.compile("^Ask about this section")).click()
    about = reading.page.locator(".about-section")
    expect(about).to_contain_text(re.compile("§2.2 "))
    answer = reading.ask("Why is demand holding up?")
    expect(answer.locator(".footnotes li").first).to_contain_text("§2.2")
    expect(about).to_have_count(0)


def test_from_a_source_to_the_document_and_back(answered: Reader) -> None:
    answered.answers.first.locator(".statement .chip").first.click()
    answered.panel.get_by_role("link", name="Read in the document").click()
    expect(answered.page).to_have_url(re.compile(r"/read\?work=triple-game&at=6\.1"))
    expect(answered.page.locator('.row[aria-current="true"]')).to_contain_text("Upbit")
    expect(answered.page.locator('.row[aria-current="true"]')).to_be_in_viewport()
    answered.page.go_back()
    expect(answered.panel.locator("mark").first).to_contain_text("Upbit")
    expect(answered.answers).to_have_count(1)


def test_the_outline_leads_to_a_section_and_its_address(reading: Reader) -> None:
    entry = reading.page.get_by_role("link", name=re.compile("^§3.4 "))
    expect(entry).to_contain_text("Crypto")
    entry.click()
    expect(reading.page).to_have_url(re.compile(r"work=triple-game&at=3\.4"))
    expect(row(reading, "3.4")).to_be_in_viewport()
    expect(entry).to_have_attribute("aria-current", "true")
    reading.page.go_back()
    expect(row(reading, "3.4")).not_to_have_attribute("aria-current", "true")


def test_editions_stand_side_by_side_at_each_anchor(reading: Reader) -> None:
    left, right = row(reading, "2.2").locator(".cell").all()
    assert (left.get_attribute("lang"), right.get_attribute("lang")) == ("en", "zh-Hant")
    # At one time, for the page may yet scroll.
    first, second = row(reading, "2.2").evaluate(
        "row => [...row.querySelectorAll('.cell')].map(cell => cell.getBoundingClientRect().toJSON())"
    )
    assert first["top"] == second["top"]
    assert second["left"] >= first["right"]
    reading.page.get_by_role("button", name="One edition only").click()
    expect(row(reading, "2.2").locator(".cell")).to_have_count(1)
    expect(reading.page).to_have_url(re.compile("beside=none"))


def test_another_work_is_chosen_from_the_list(reading: Reader) -> None:
    reading.page.get_by_role("combobox", name="Document").select_option("glossary")
    expect(reading.page).to_have_url(re.compile("work=glossary"))
    expect(row(reading, "6.1.b1.b2")).to_have_count(0)


def test_a_phone_shows_the_document_without_sideways_scrolling_and_its_outline_makes_way(read: OpenPage) -> None:
    reader = read("?work=triple-game&at=6.1", locale="zh-HK", width=390, height=844)
    expect(reader.page.get_by_role("button", name="只看一種版本")).to_be_attached()
    reader.expect_no_sideways_scrolling()
    expect(row(reader, "6.1")).to_be_in_viewport()
    reader.page.get_by_test_id("stExpandSidebarButton").click()
    side = reader.page.get_by_test_id("stSidebar")
    expect(side).to_have_attribute("data-collapsed", "false")
    reader.page.get_by_role("link", name=re.compile("^§3.4 ")).click()
    expect(side).to_have_attribute("data-collapsed", "true")
    expect(row(reader, "3.4")).to_be_in_viewport()
