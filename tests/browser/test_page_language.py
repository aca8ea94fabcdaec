"""The page's language: first guess, switch, address; and its look on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Reader, Window
from tests.browser.served import Served

PLACEHOLDERS = {"en": "Ask a question about the documents", "zh-Hant": "就文件內容提問", "zh-Hans": "就文件内容提问"}
LOCALES = [("zh-SG", "zh-Hans"), ("fr-FR", "en")]
"""Others stand below, with a phone; zh-HK on the Read page."""


@pytest.mark.parametrize(("locale", "language"), LOCALES)
def test_the_locale_decides_the_first_language(open_page: OpenPage, locale: str, language: str) -> None:
    reader = open_page(locale=locale)
    expect(reader.question_box).to_have_attribute("placeholder", PLACEHOLDERS[language])
    expect(reader.page.locator("html")).to_have_attribute("lang", language)


def test_the_address_decides_before_the_locale_and_an_odd_one_is_no_error(open_page: OpenPage) -> None:
    reader = open_page("/?lang=zh-Hans", locale="zh-TW")
    expect(reader.question_box).to_have_attribute("placeholder", PLACEHOLDERS["zh-Hans"])
    reader.page.goto(f"{reader.url.split('?')[0]}?lang=<script>alert(1)</script>&lang=xx")
    expect(reader.question_box).to_be_visible()
    reader.settle()


def test_switching_changes_the_labels_and_keeps_the_conversation(open_page: OpenPage) -> None:
    reader = open_page()
    answer = reader.ask("Why is demand for gold holding up?")
    words = answer.locator(".statement").first.inner_text()
    answer.locator(".statement .chip").first.click()
    expect(reader.panel.locator("mark").first).to_be_visible()
    for name, language, source in (("繁體中文", "zh-Hant", "引自"), ("简体中文", "zh-Hans", "引自")):
        reader.page.get_by_role("radio", name=name).or_(reader.page.get_by_role("button", name=name)).click()
        expect(reader.question_box).to_have_attribute("placeholder", PLACEHOLDERS[language])
        expect(answer.locator(".footnotes h3")).to_have_text(source)
        expect(answer.locator(".statement").first).to_have_text(words)
        expect(reader.panel.locator("mark").first).to_be_visible()
        expect(reader.page).to_have_url(re.compile(f"lang={language}"))
    reader.page.reload()
    expect(reader.question_box).to_have_attribute("placeholder", PLACEHOLDERS["zh-Hans"])


SHOWN = """() => {
    const words = [];
    const visit = node => {
        if (node.nodeType === Node.TEXT_NODE) words.push(node.data.trim());
        if (node.nodeType !== Node.ELEMENT_NODE) return;
        if (["STYLE", "SCRIPT", "NOSCRIPT"].includes(node.tagName)) return;
        if (node.ariaHidden === "true" || node.lang === "en" || node.matches("button.title")) return;
        const look = getComputedStyle(node);
        if (look.display === "none" || look.visibility === "hidden" || look.clipPath === "inset(50%)") return;
        if (look.fontSize === "0px") return;
        words.push(node.placeholder ?? "");
        for (const child of [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]) visit(child);
    };
    visit(document.body);
    return words.filter(Boolean);
}"""
"""The words that stand on the page, in our components too, and in its empty boxes; not what is said to be English,
nor titles of conversations, which are the reader's own words."""

NAMES = re.compile(r"Footnote|English|[\w-]+\.(md|txt)|§?[\d.]+|arrow_\w+|keyboard_\w+|edit_square|upload|add|remove")
"""Names, files, the switch to English, and the letters that Streamlit's icons are made of."""


@pytest.mark.parametrize("locale", ["zh-HK", "zh-CN"])
def test_no_word_on_a_page_is_left_in_another_language(app: Served, visit: OpenPage, locale: str) -> None:
    reader = visit(f"{app.url}/read?work=triple-game", locale=locale)
    line = reader.page.get_by_test_id("stBottom").locator(".line")
    expect(line).to_be_visible()
    reader.settle()
    left = {reader.page.url: foreign_words(reader)}
    for link in reader.page.get_by_test_id("stTopNavLink").all():
        before = reader.page.url
        link.click()
        expect(reader.page).not_to_have_url(before)
        expect(line).to_be_visible()
        reader.settle()
        left[reader.page.url] = foreign_words(reader)
    assert len(left) == 6
    assert [words for words in left.values() if words] == []


def foreign_words(reader: Reader) -> list[str]:
    """What a page shows in Latin letters alone."""
    shown = reader.page.evaluate(SHOWN)
    assert len(shown) > 12
    foreign = [words for words in shown if re.search("[A-Za-z]{3}", words) and not re.search("[\u4e00-\u9fff]", words)]
    return [words for words in foreign if not NAMES.fullmatch(words)]


def test_an_address_without_a_page_says_so_in_the_reader_s_language(app: Served, window: Window) -> None:
    """In our words: Streamlit's own stand in English in a window over the first page."""
    page = window.open(locale="zh-HK")
    page.goto(f"{app.url}/no-such-page")
    expect(page.get_by_role("alert")).to_contain_text("這個網址沒有頁面")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_test_id("stTopNavLink").first.click()
    expect(page.locator("button.question")).to_have_count(9)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("zh-TW", "zh-Hant"), ("zh-CN", "zh-Hans")])
def test_a_phone_shows_everything_in_its_language_without_sideways_scrolling(
    open_page: OpenPage, locale: str, language: str
) -> None:
    reader = open_page(locale=locale, width=390, height=844)
    expect(reader.question_box).to_have_attribute("placeholder", PLACEHOLDERS[language])
    expect(reader.page.locator("html")).to_have_attribute("lang", language)
    reader.expect_no_sideways_scrolling()
    answer = reader.ask("机构资金为什么被动离场？")
    expect(answer).to_have_attribute("lang", "zh-Hans")  # as the question, whatever the page's language
    reader.expect_no_sideways_scrolling()
    answer.locator(".statement .chip").first.click()
    expect(reader.panel.locator("mark").first).to_be_visible()
    reader.expect_no_sideways_scrolling()
    panel, above = reader.panel.element_handle(), answer.element_handle()
    below = "panel.getBoundingClientRect().top > above.getBoundingClientRect().bottom - 1"
    wide = "panel.getBoundingClientRect().width > 340"
    reader.page.wait_for_function(f"([panel, above]) => {below} && {wide}", arg=[panel, above])
    expect(reader.panel.locator("h2")).to_be_in_viewport()
    expect(reader.panel.locator("mark").first).to_be_in_viewport()
    answer.locator(".statement .chip").first.click()
    expect(reader.panel.locator("mark").first).to_be_in_viewport()
    expect(reader.panel.locator("h2")).to_be_in_viewport()
