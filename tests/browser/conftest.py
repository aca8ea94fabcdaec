"""A reader before the page: a browser of their own locale, width and colour scheme on the real app."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser.served import CHROMIUM, CHROMIUM_FLAGS, Served, chromium_missing, serve

expect.set_options(timeout=45_000)


class Reader:
    """Someone reading the page; what their browser asked for and complained about is kept."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("websocket", lambda socket: self.requested.append(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.goto(url)

    def ask(self, question: str) -> Locator:
        """Types a question, sends it, and gives its answer when it is whole."""
        self.settle()
        number = self.answers.count()
        self.question_box.fill(question)
        self.question_box.press("Enter")
        expect(self.answers).to_have_count(number + 1)
        expect(self.answers.nth(number).locator("button.tool").first).to_be_visible()
        return self.answers.nth(number)

    def settle(self) -> None:
        """Waits until the page is drawn: what is typed or chosen while it is redrawn may go to a part taken away."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def expect_no_sideways_scrolling(self) -> None:
        """Waits until the page, drawn to its end, is no wider than the window."""
        self.page.wait_for_function(
            "() => [document.documentElement, document.querySelector('[data-testid=stMain]')]"
            ".every(part => part && part.scrollWidth <= window.innerWidth)"
        )

    @property
    def question_box(self) -> Locator:
        return self.page.get_by_test_id("stChatInputTextArea")

    @property
    def answers(self) -> Locator:
        return self.page.locator("article")

    @property
    def panel(self) -> Locator:
        return self.page.locator("aside.panel")

    @property
    def foreign_requests(self) -> list[str]:
        home = urlsplit(self.url).netloc
        loaded = [urlsplit(url) for url in self.requested]
        return [url.geturl() for url in loaded if url.scheme not in ("data", "blob") and url.netloc != home]


OpenPage = Callable[..., Reader]


@pytest.fixture(scope="session", autouse=True)
def chromium() -> None:
    if reason := chromium_missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def home(chromium: None, bundled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001 - skip first
    """A state folder with the bundled works."""
    folder = tmp_path_factory.mktemp("app") / "home"
    shutil.copytree(bundled_home, folder)
    return folder


@pytest.fixture(scope="session")
def app(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(home, tmp_path_factory.mktemp("log") / "app.log") as served:
        yield served


@pytest.fixture(scope="session")
def browser(chromium: None) -> Iterator[Browser]:  # noqa: ARG001 - skip first
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address. Whatever the test looks at, no page may ask another host for anything or report an error."""
    readers: list[Reader] = []

    def open_page(
        url: str,
        locale: str = "en-GB",
        width: int = 1280,
        height: int = 860,
        scheme: Literal["light", "dark"] = "light",
    ) -> Reader:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": height}, color_scheme=scheme)
        readers.append(Reader(context.new_page(), url))
        return readers[-1]

    yield open_page
    for reader in readers:
        assert reader.foreign_requests == []
        assert reader.complaints == []
        reader.page.context.close()


@pytest.fixture
def open_page(app: Served, visit: OpenPage) -> OpenPage:
    """Opens the app's page in a browser of a given locale, width and colour scheme."""

    def open_app(path: str = "/", **look: object) -> Reader:
        reader = visit(app.url + path, **look)
        expect(reader.question_box).to_be_visible()
        reader.settle()
        return reader

    return open_app
