"""python -m tests.browser.screenshots: the page as readers see it, into screenshots/ (not in the repository)."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.served import CHROMIUM, CHROMIUM_FLAGS, ROOT, chromium_missing, index, serve


@dataclass(frozen=True, slots=True)
class Look:
    """A reader's language, a question and one that the documents do not answer."""

    locale: str
    question: str
    foreign: str


LOOKS = [
    Look(
        "en-GB",
        "How far did trading volume at Upbit in South Korea fall?",
        "How many cars did Toyota sell in Norway last year, and what was its market share there?",
    ),
    Look("zh-HK", "韓國 Upbit 的日均交易量跌了多少？", "豐田汽車去年在挪威的市場佔有率一共是多少個百分點？"),
    Look("zh-CN", "韩国 Upbit 的日均交易量跌了多少？", "丰田汽车去年在挪威的市场占有率一共是多少个百分点？"),
]
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Every language, width and colour scheme: empty, answered, panel open, not covered."""
    if reason := chromium_missing():
        sys.exit(reason)
    target = ROOT / "screenshots"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        index(home)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        with serve(home, Path(folder) / "log") as served:
            for look in LOOKS:
                for size in SIZES:
                    for scheme in SCHEMES:
                        _shoot(browser, served.url, look, size, scheme, target)
        browser.close()


def _shoot(browser: Browser, url: str, look: Look, size: str, scheme: Literal["light", "dark"], target: Path) -> None:
    width, height = SIZES[size]
    context = browser.new_context(locale=look.locale, viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()

    def shoot(what: str) -> None:
        page.wait_for_timeout(600)
        page.screenshot(path=target / f"{look.locale}-{size}-{scheme}-{what}.png")

    page.goto(url)
    expect(page.locator("button.question").first).to_be_visible(timeout=20_000)
    shoot("1-empty")
    _ask(page, look.question, 1)
    shoot("2-answered")
    page.locator(".statement .chip").first.click()
    expect(page.locator(".panel mark").first).to_be_visible()
    shoot("3-source")
    page.locator(".panel .close").click()
    _ask(page, look.foreign, 2)
    shoot("4-not-covered")
    context.close()


def _ask(page: Page, question: str, count: int) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("article")).to_have_count(count, timeout=20_000)


if __name__ == "__main__":
    main()
