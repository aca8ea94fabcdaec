"""python -m tests.browser.screenshots: every page as readers see it, into screenshots/ (not in the repository)."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.served import CHROMIUM, CHROMIUM_FLAGS, ROOT, chromium_missing, index, serve

expect.set_options(timeout=60_000)


@dataclass(frozen=True, slots=True)
class Look:
    """A reader's language, a question, one that the documents do not answer, a topic and a claim."""

    locale: str
    question: str
    foreign: str
    topic: str
    claim: str


LOOKS = [
    Look(
        "en-GB",
        "How far did trading volume at Upbit in South Korea fall?",
        "How many cars did Toyota sell in Norway last year, and what was its market share there?",
        "crypto",
        "Daily volume at Upbit fell to US$1.78 billion. KOSPI rose by more than 27% in 2025.",
    ),
    Look(
        "zh-HK",
        "韓國 Upbit 的日均交易量跌了多少？",
        "豐田汽車去年在挪威的市場佔有率一共是多少個百分點？",
        "加密資產",
        "Upbit 的日均交易量降到 17.8 億美元。2025 年 KOSPI 累計上漲超過 27%。",
    ),
    Look(
        "zh-CN",
        "韩国 Upbit 的日均交易量跌了多少？",
        "丰田汽车去年在挪威的市场占有率一共是多少个百分点？",
        "加密资产",
        "Upbit 的日均交易量降到 17.8 亿美元。2025 年 KOSPI 累计上涨超过 27%。",
    ),
]
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
Shoot = Callable[[str], None]


def main() -> None:
    """Every page in every language, width and colour scheme; of the locales that the arguments name, if any."""
    if reason := chromium_missing():
        sys.exit(reason)
    looks = [look for look in LOOKS if look.locale in sys.argv[1:]] or LOOKS
    target = ROOT / "screenshots"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        index(home)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        with serve(home, Path(folder) / "log") as served:
            for look in looks:
                for size in SIZES:
                    _visit(browser, served.url, look, size, target)
        browser.close()


def _visit(browser: Browser, url: str, look: Look, size: str, target: Path) -> None:
    width, height = SIZES[size]
    context = browser.new_context(locale=look.locale, viewport={"width": width, "height": height})
    page = context.new_page()

    def shoot(what: str) -> None:
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(600)
            page.screenshot(path=target / f"{look.locale}-{size}-{scheme}-{what}.png")

    _ask(page, url, look, shoot)
    _read(page, url, shoot)
    _points(page, url, look, shoot)
    _check(page, url, look, shoot)
    _library(page, url, shoot)
    context.close()


def _ask(page: Page, url: str, look: Look, shoot: Shoot) -> None:
    page.goto(url)
    expect(page.locator("button.question")).to_have_count(9)
    shoot("ask-1-empty")
    _send(page, look.question, 1)
    expect(page.locator("button.follow-up").first).to_be_visible()
    shoot("ask-2-answered")
    page.locator("article .tool").nth(3).click()
    shoot("ask-3-feedback")
    page.locator("article .complaint .tool").last.click()
    page.locator(".statement .chip").first.hover()
    shoot("ask-4-quote")
    page.locator(".statement .chip").first.click()
    expect(page.locator(".panel mark").first).to_be_visible()
    shoot("ask-5-source")
    page.locator(".panel .close").click()
    _send(page, look.foreign, 2)
    shoot("ask-6-not-covered")
    _open_side(page)
    page.locator("li.open button.more").click()
    shoot("ask-7-conversations")
    _close_side(page)


def _read(page: Page, url: str, shoot: Shoot) -> None:
    page.goto(f"{url}/read?work=triple-game")
    expect(page.locator("article .row").first).to_be_visible()
    shoot("read-1-start")
    page.goto(f"{url}/read?work=triple-game&at=6.1")
    expect(page.locator("article .row[aria-current=true]")).to_be_visible()
    shoot("read-2-section")
    _open_side(page)
    shoot("read-3-outline")
    box = page.locator(".st-key-find-in-work input")
    box.fill("Upbit")
    box.press("Enter")
    expect(page.locator("mark").first).to_be_attached()
    _close_side(page)
    shoot("read-4-search")


def _points(page: Page, url: str, look: Look, shoot: Shoot) -> None:
    page.goto(f"{url}/points")
    box = page.locator(".st-key-points-topic input")
    expect(page.locator(".st-key-points-count input")).to_be_visible()
    shoot("points-1-empty")
    box.fill(look.topic)
    box.press("Enter")
    page.locator(".st-key-points-write button").click()
    expect(page.locator("article .card").first).to_be_visible()
    shoot("points-2-board")


def _check(page: Page, url: str, look: Look, shoot: Shoot) -> None:
    page.goto(f"{url}/check")
    box = page.locator(".st-key-check-claim textarea")
    expect(box).to_be_visible()
    shoot("check-1-empty")
    box.fill(look.claim)
    box.blur()
    page.locator(".st-key-check-now button").click()
    expect(page.locator("article .verdict")).to_have_count(2)
    shoot("check-2-verdicts")


def _library(page: Page, url: str, shoot: Shoot) -> None:
    page.goto(f"{url}/library")
    expect(page.get_by_test_id("stFileUploader")).to_be_visible()
    expect(page.locator("li.work").first).to_be_visible()
    shoot("library")


def _open_side(page: Page) -> None:
    """The list or outline at the side, which a phone hides at first."""
    button = page.get_by_test_id("stExpandSidebarButton")
    if button.is_visible():
        button.click()


def _close_side(page: Page) -> None:
    if page.viewport_size == {"width": SIZES["phone"][0], "height": SIZES["phone"][1]}:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()


def _send(page: Page, question: str, count: int) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("article")).to_have_count(count)
    expect(page.locator("article").last.locator("button.tool").first).to_be_visible()


if __name__ == "__main__":
    main()
