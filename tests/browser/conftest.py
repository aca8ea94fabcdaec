"""A reader before the page: a browser of their own locale, width and colour scheme on the real app."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright

from tests.browser.served import CHROMIUM, CHROMIUM_FLAGS, Served, chromium_missing, serve

expect.set_options(timeout=45_000)

WIDTH, HEIGHT = 1280, 860
COUNT_RUNS = """() => {
    window.runsEnded = 0;
    window.runsFrom = performance.now();
    const app = document.querySelector("[data-testid=stApp]");
    const look = () => { window.runsEnded += app.dataset.testScriptState === "notRunning" ? 1 : 0; };
    new MutationObserver(look).observe(app, { attributeFilter: ["data-test-script-state"] });
}"""
LANGUAGES = {"English": "en", "繁體中文": "zh-Hant", "简体中文": "zh-Hans"}


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

    def begin_anew(self) -> None:
        """Brings a page that was used back to Ask: in English, as large and light as at first, with nothing asked."""
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.page.emulate_media(color_scheme="light")
        self.page.mouse.move(5, 5)
        self.settle()
        if self.page.locator("html").get_attribute("lang") != "en":
            self.speak("English")
        if urlsplit(self.page.url).path != "/":
            self.go("Ask")
        if "c=" in self.page.url or "about=" in self.page.url:
            self.page.get_by_role("button", name="New conversation").click()
        expect(self.page.locator("button.question")).to_have_count(9)
        expect(self.answers).to_have_count(0)
        self.settle()

    def go(self, name: str) -> None:
        """Walks to a page by its name in the navigation."""
        with self.rerun():
            self.page.get_by_test_id("stTopNavLink").get_by_text(name, exact=True).click()

    @contextmanager
    def rerun(self) -> Iterator[None]:
        """Waits until the run of the page's script that is begun within has ended, if need be one too brief to show."""
        self.settle()
        self.page.evaluate(COUNT_RUNS)
        yield
        self.page.wait_for_function("() => window.runsEnded > 0 || performance.now() > window.runsFrom + 3000")
        self.settle()

    def speak(self, name: str) -> None:
        """Chooses the page's language by its name."""
        self.page.get_by_role("radio", name=name).or_(self.page.get_by_role("button", name=name)).click()
        expect(self.page.locator("html")).to_have_attribute("lang", LANGUAGES[name])
        self.settle()

    def expect_nothing_foreign_and_no_complaint(self) -> None:
        """No page may ask another host for anything, or report an error."""
        assert self.foreign_requests == []
        assert self.complaints == []

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


class Window:
    """Chromium with one profile for all tests of this process, emptied after each; its cache of the app's files stays.

    Streamlit's scripts are megabytes: read from a profile that knows them, a page takes half the work of a new one.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._agent: str = context.pages[0].evaluate("navigator.userAgent")
        self._first = context.pages[0]
        self.kept: set[Page] = set()
        """Pages that stay open from test to test."""

    def open(
        self,
        locale: str = "en-GB",
        width: int = WIDTH,
        height: int = HEIGHT,
        scheme: Literal["light", "dark"] = "light",
        zone: str = "",
    ) -> Page:
        """An empty page of a reader with this locale, width, colour scheme and time zone."""
        page = self.context.new_page()
        devtools = self.context.new_cdp_session(page)
        devtools.send("Emulation.setLocaleOverride", {"locale": locale})
        devtools.send("Emulation.setUserAgentOverride", {"userAgent": self._agent, "acceptLanguage": locale})
        if zone:
            devtools.send("Emulation.setTimezoneOverride", {"timezoneId": zone})
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        return page

    def empty(self) -> None:
        """Closes every page that is not kept, and forgets what sites may do and, with no page kept, have stored."""
        devtools = self.context.new_cdp_session(self._first)
        for page in self.context.pages:
            if page != self._first and page not in self.kept:
                origin = page.evaluate("location.origin")
                if not self.kept:  # which would upload nothing without its cookie
                    devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
                page.close()
        devtools.detach()
        if not self.kept:
            self.context.clear_cookies()
        self.context.clear_permissions()


STORED = "cookies,local_storage,indexeddb,websql,service_workers,cache_storage,file_systems"
"""All that a site can keep in a browser but the files that it loads from."""


@pytest.fixture(scope="session")
def chromium_window(chromium: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:  # noqa: ARG001 - skip first
    profile = tmp_path_factory.mktemp("profile")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield Window(context)
        context.close()


@pytest.fixture
def window(chromium_window: Window) -> Iterator[Window]:
    """A browser that knows nothing of earlier tests."""
    yield chromium_window
    chromium_window.empty()


@pytest.fixture
def visit(window: Window) -> Iterator[OpenPage]:
    """Opens an address."""
    readers: list[Reader] = []

    def open_page(url: str, **look: Any) -> Reader:
        readers.append(Reader(window.open(**look), url))
        return readers[-1]

    yield open_page
    for reader in readers:
        reader.expect_nothing_foreign_and_no_complaint()


@pytest.fixture
def open_page(app: Served, visit: OpenPage) -> OpenPage:
    """Opens the app's page in a browser of a given locale, width and colour scheme."""

    def open_app(path: str = "/", **look: object) -> Reader:
        reader = visit(app.url + path, **look)
        expect(reader.question_box).to_be_visible()
        reader.settle()
        return reader

    return open_app


class Kept:
    """A page that stays open from test to test of a file, for a load costs more than most tests."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._reader: Reader | None = None
        self._failed = 0

    def at(self, url: str, failed: int) -> Reader:
        """The page as it was left; loaded anew after a test that `failed`, by their number."""
        if failed != self._failed:
            self.close()
        if self._reader is None:
            page = self._window.open()
            self._window.kept.add(page)
            self._reader, self._failed = Reader(page, url), failed
        return self._reader

    def close(self) -> None:
        if self._reader is not None:
            self._window.kept.discard(self._reader.page)
            self._reader = None
            self._window.empty()


@pytest.fixture(scope="module")
def kept(chromium_window: Window) -> Iterator[Kept]:
    page = Kept(chromium_window)
    yield page
    page.close()


@pytest.fixture
def kept_page(app: Served, kept: Kept, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """An English reader's page of the app, as the test before left it."""
    reader = kept.at(f"{app.url}/", request.session.testsfailed)
    yield reader
    reader.expect_nothing_foreign_and_no_complaint()


@pytest.fixture
def reader(kept_page: Reader) -> Reader:
    """An English reader's page of the app, with nothing asked yet: kept from test to test of a file."""
    kept_page.begin_anew()
    return kept_page


ASKED = "How far did trading volume at Upbit in South Korea fall?"


@pytest.fixture
def answered(kept_page: Reader) -> Reader:
    """The same page with the answer to one question and no source open; it may be that of the test before."""
    kept_page.settle()
    said = kept_page.page.get_by_test_id("stChatMessage")
    if kept_page.answers.count() != 1 or ASKED not in said.first.inner_text():
        kept_page.begin_anew()
        kept_page.ask(ASKED)
    if kept_page.panel.count():
        kept_page.panel.locator(".close").click()
    expect(kept_page.panel).to_have_count(0)
    kept_page.page.mouse.move(5, 5)
    kept_page.settle()
    return kept_page
