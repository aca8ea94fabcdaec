"""axe-core on every page, in light and dark: nothing that keeps a reader out. Its rules for WCAG 2.1 A and AA, and
contrast, over all of the page, Streamlit's own parts with ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ASKED, Reader

RUN = "() => axe.run(document, { resultTypes: ['violations'] })"


@cache
def axe() -> str:
    """axe-core as its package ships it."""
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def findings(reader: Reader) -> list[str]:
    """Serious and critical violations, with the element of each."""
    reader.page.evaluate(axe())
    found: dict[str, Any] = reader.page.evaluate(RUN)
    assert found["violations"] is not None
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:200]} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def empty(reader: Reader) -> None:
    expect(reader.page.locator("button.question")).to_have_count(9)


def answered(reader: Reader) -> None:
    """An answer with its source, the form for a complaint and the menu beside it, below one without quotes."""
    reader.ask("How many cars did Toyota sell in Norway?")
    answer = reader.ask(ASKED)
    answer.locator(".statement .chip").first.click()
    expect(reader.panel.locator("mark").first).to_be_visible()
    expect(reader.page.locator("button.follow-up").first).to_be_visible()
    reader.settle()
    answer.get_by_role("button", name="Something is wrong").click()
    expect(answer.locator(".complaint")).to_be_visible()
    reader.page.locator("li.open").get_by_role("button", name="More").click()
    expect(reader.page.locator("li.open").get_by_role("button", name="Delete", exact=True)).to_be_visible()


def work(reader: Reader) -> None:
    reader.go("Read")
    box = reader.page.get_by_role("textbox", name="Search in the document")
    expect(box).to_be_visible()
    reader.settle()
    box.fill("Upbit")
    box.press("Enter")
    expect(reader.page.locator("mark").first).to_be_visible()


def points(reader: Reader) -> None:
    reader.go("Talking points")
    expect(reader.page.locator(".st-key-points-write button")).to_be_visible()


def checked(reader: Reader) -> None:
    reader.go("Check")
    box = reader.page.locator(".st-key-check-claim textarea")
    expect(box).to_be_visible()
    reader.settle()
    box.fill("Daily volume at Upbit fell to US$1.78 billion. KOSPI rose by more than 27% in 2025.")
    box.blur()
    reader.settle()
    reader.page.locator(".st-key-check-now button").click()
    expect(reader.page.locator("article .verdict")).to_have_count(2)


def library(reader: Reader) -> None:
    reader.go("Library")
    expect(reader.page.get_by_test_id("stFileUploader")).to_be_visible()


SCREENS = [
    pytest.param(empty, id="ask-empty"),
    pytest.param(answered, id="ask-answered-source-not-covered"),
    pytest.param(work, id="read"),
    pytest.param(points, id="points"),
    pytest.param(checked, id="check"),
    pytest.param(library, id="library"),
]


@pytest.mark.parametrize("do", SCREENS)
def test_axe_finds_nothing_serious(reader: Reader, do: Callable[[Reader], None]) -> None:
    do(reader)
    found = findings(reader)
    assert found == [], "\n".join(found)
    reader.page.emulate_media(color_scheme="dark")
    expect(reader.page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(21, 24, 27)")
    found = findings(reader)
    assert found == [], "\n".join(found)


def test_axe_would_find_words_too_faint_and_a_button_without_a_name(reader: Reader) -> None:
    """The check itself can fail, in our components' shadow trees too."""
    empty(reader)
    reader.page.locator("button.question").first.evaluate(
        "button => { button.style.color = '#ddd'; button.after(document.createElement('button')); }"
    )
    assert {finding.split()[0] for finding in findings(reader)} == {"color-contrast", "button-name"}
