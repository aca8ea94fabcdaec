"""Nothing that a person, a document or a model wrote is markup; nothing is asked of another host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.gallery import HOSTILE
from tests.browser.served import ROOT, Served, serve

QUESTIONS = [
    "<img src=x onerror=alert(1)> $a$ **b**",
    "![x](https://example.com/x.png) [link](javascript:alert(1)) www.example.com :smile: :red[x]",
    "<script>alert(1)</script>\n# heading\n~~struck~~ `code` $$x^2$$",
]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, chromium: None) -> Iterator[Served]:  # noqa: ARG001
    folder = tmp_path_factory.mktemp("gallery")
    script = Path(__file__).with_name("gallery.py").relative_to(ROOT)
    with serve(folder, folder / "log", str(script)) as served:
        yield served


@pytest.mark.case("O2", "O3")
def test_a_question_is_shown_as_typed(open_page: OpenPage, record_property: Callable[[str, int], None]) -> None:
    record_property("tried", len(QUESTIONS))
    reader = open_page()
    for number, question in enumerate(QUESTIONS):
        reader.ask(question)
        asked = reader.page.get_by_test_id("stChatMessage").nth(2 * number)
        expect(asked.locator(".plain p")).to_have_text(question)
        for tag in ("img", "script", "a[href]", "strong", "h1", "code", ".katex"):
            expect(asked.locator(tag)).to_have_count(0)
        expect(reader.answers.locator("img, script, a[href]")).to_have_count(0)


@pytest.mark.case("O2", "O3")
def test_what_a_model_or_document_wrote_is_shown_as_written(visit: OpenPage, gallery: Served) -> None:
    """Every field of an answer and every paragraph of an edition holds hostile words here."""
    reader = visit(gallery.url)
    page = reader.page
    expect(reader.answers).to_have_count(6)
    expect(page.locator(".statement").first).to_contain_text(HOSTILE)
    page.locator(".statement .chip").first.hover()
    expect(page.locator(".tip:popover-open blockquote")).to_have_text(HOSTILE)
    expect(page.locator(".about cite")).to_contain_text(HOSTILE)
    expect(page.locator(".panel mark")).to_have_text(HOSTILE)
    expect(page.locator(".panel h2")).to_contain_text(HOSTILE)
    expect(page.locator(".problem")).to_contain_text(HOSTILE)
    inside = page.locator("article, .panel, .about, .problem, .tip")
    links = inside.locator("a")
    assert [link.get_attribute("href") for link in links.all()] == ["read?work=work&at=1.p1"], "a place of ours only"
    for tag in ("img", "script", "iframe", "svg", "style", "form", "strong", "em", "code"):
        expect(inside.locator(tag)).to_have_count(0)
    assert page.evaluate("window.stolen") is None


def test_an_unverified_statement_says_so_and_why_and_every_outcome_is_named(visit: OpenPage, gallery: Served) -> None:
    page = visit(gallery.url).page
    statement = page.locator(".statement.unverified")
    expect(statement).to_have_count(1)
    expect(statement.locator(".warning")).to_have_text("Unverified: the words are not in the source as quoted")
    assert statement.evaluate("s => getComputedStyle(s).borderInlineStartWidth") == "3px"
    expect(page.locator(".outcome")).to_have_text(
        [
            "Answered in part",
            "Not in the documents",
            "Only the caption is in the documents",
            "The documents say otherwise",
            "Not answered",
        ]
    )
