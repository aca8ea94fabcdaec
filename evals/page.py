"""The page as readers feel it, in a real browser: start, first paint, a question's answer, a chip, memory (DESIGN §6).

The app serves the bundled works without a model, on a free loopback port; every browser window is a new one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evals.gold import OWN, read_questions
from evals.metrics import percentile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

STARTS, VISITS, QUESTIONS, TURNS = 5, 10, 50, 10
"""Starts of the app; visits to a running one; questions, so many to a conversation."""

_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
_WATCH = """([answer]) => {
  window.watching = true;
  window.frames = { seen: 0, flawed: 0 };
  const look = () => {
    if (!window.watching) return;
    let opacity = 1;
    for (let at = answer; at; at = at.parentElement ?? at.getRootNode().host) opacity *= getComputedStyle(at).opacity;
    const there = answer.isConnected && answer.getClientRects().length > 0 && opacity > 0.99;
    window.frames.seen += 1;
    window.frames.flawed += there ? 0 : 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Counts the frames drawn, and those in which an answer that stands on the page is gone or faint."""

_FRAMES = "() => { window.watching = false; return [window.frames.seen, window.frames.flawed]; }"


@dataclass(slots=True)
class _Figures:
    """What was measured: milliseconds by name; frames; MiB."""

    ms: dict[str, list[float]] = field(default_factory=dict)
    frames: int = 0
    flawed: int = 0
    mib: list[float] = field(default_factory=list)

    def add(self, name: str, seconds: float) -> None:
        self.ms.setdefault(name, []).append(seconds * 1000)


START, PAINT, USABLE = "app: start to healthy", "cold page: first paint", "cold page: first questions on screen"
FIRST = "first page after a start: first questions on screen"
ANSWER, CHIP = "Enter to the answer on screen", "click on a chip to the marked quote"
_REACH = {START: "4000", PAINT: "2000", USABLE: "2000", FIRST: "2000", ANSWER: "1000"}


def page(folder: Path) -> str:
    """Two tables. Without a browser, the sentence that says what is missing."""
    from tests.browser.served import chromium_missing, index, serve

    if reason := chromium_missing():
        return f"Page: not run; {reason}."
    home, figures = folder / "home", _Figures()
    index(home)
    with _browser() as browser:
        for number in range(STARTS):
            with serve(home, folder / "log") as app:
                figures.add(START, app.seconds)
                with _window(browser) as window:
                    figures.add(FIRST, _until_questions(window, app.url))
                if number < STARTS - 1:
                    continue
                for _ in range(VISITS):
                    with _window(browser) as window:
                        figures.add(USABLE, _until_questions(window, app.url))
                        figures.add(PAINT, window.evaluate(_PAINT) / 1000)
                figures.mib.append(_mib(app.pid))
                _ask(browser, app.url, figures)
                figures.mib.append(_mib(app.pid))
    return _tables(figures)


def _until_questions(window: Page, url: str) -> float:
    started = time.perf_counter()
    window.goto(url, wait_until="commit")
    window.locator("button.question").first.wait_for()
    return time.perf_counter() - started


def _ask(browser: Browser, url: str, figures: _Figures) -> None:
    """Our own questions, one after another; after each that was answered, its first chip is opened and closed."""
    asked = [question.question for question in read_questions(OWN)]
    asked = [asked[number % len(asked)] for number in range(QUESTIONS)]
    for begin in range(0, len(asked), TURNS):
        with _window(browser) as window:
            _until_questions(window, url)
            for turn, question in enumerate(asked[begin : begin + TURNS]):
                box = window.get_by_test_id("stChatInputTextArea")
                box.fill(question)
                answer = window.locator("article").nth(turn)
                figures.add(ANSWER, _timed(partial(box.press, "Enter"), answer.locator(".statement, .notice")))
                answer.locator("button.tool").first.wait_for()
                window.wait_for_timeout(500)  # what follows an answer is there before a chip is tried
                if answer.locator(".statement .chip").count():
                    _open(window, answer, figures)


def _open(window: Page, answer: Locator, figures: _Figures) -> None:
    chip = answer.locator(".statement .chip").first
    chip.scroll_into_view_if_needed()
    window.evaluate(_WATCH, [answer.element_handle()])
    figures.add(CHIP, _timed(chip.click, window.locator("aside.panel mark")))
    window.wait_for_timeout(300)
    seen, flawed = window.evaluate(_FRAMES)
    figures.frames, figures.flawed = figures.frames + seen, figures.flawed + flawed
    window.locator("aside.panel .close").click()
    window.locator("aside.panel").wait_for(state="detached")


def _timed(act: Callable[[], None], shown: Locator) -> float:
    started = time.perf_counter()
    act()
    shown.first.wait_for()
    return time.perf_counter() - started


@contextmanager
def _browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    from tests.browser.served import CHROMIUM, CHROMIUM_FLAGS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@contextmanager
def _window(browser: Browser) -> Iterator[Page]:
    """A window that has cached nothing."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 860})
    yield context.new_page()
    context.close()


def _mib(pid: int) -> float:
    """Resident memory of a process; Linux counts it in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def _tables(figures: _Figures) -> str:
    lines = ["| milliseconds | p50 | p95 | n | to reach |", "|---|---|---|---|---|"]
    for name, values in figures.ms.items():
        half, most = percentile(values, 0.5), percentile(values, 0.95)
        lines.append(f"| {name} | {half:.0f} | {most:.0f} | {len(values)} | {_REACH.get(name, '–')} |")
    before, after = figures.mib
    asked = len(figures.ms[ANSWER])
    return "\n".join(
        [
            *lines,
            "",
            "| | measured | to reach |",
            "|---|---|---|",
            f"| memory of the app process before questions, MiB | {before:.0f} | – |",
            f"| memory of the app process after {asked} questions, MiB | {after:.0f} | 600 |",
            f"| frames of an opening chip with its answer gone or faint | {figures.flawed} of {figures.frames} | 0 |",
        ]
    )
