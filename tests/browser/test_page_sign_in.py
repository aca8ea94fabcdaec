"""Sign-in in a real browser against a real provider (A5): in, out, expired, forged, blocked, another role."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.served import Served, copy_home, serve
from tests.sign_in_server import SignIn, sign_in_server

pytestmark = pytest.mark.case("A5")

EDITORS = 'editors = ["ann@example.org"]\n'
PATHS = ["/", "/read", "/points", "/check", "/library", "/?c=x&s=1.1"]
SIGN_IN = {"en-GB": "Sign in", "zh-TW": "登入", "zh-CN": "登录"}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignIn]:
    with sign_in_server(tmp_path_factory.mktemp("secrets")) as server:
        yield server


@pytest.fixture(scope="module")
def door(home: Path, provider: SignIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app with sign-in, over its own state; Ann edits."""
    folder = tmp_path_factory.mktemp("door")
    copy_home(home, folder / "home")
    with serve(folder / "home", folder / "app.log", others=provider.variables) as served:
        yield served


@pytest.fixture(autouse=True)
def access(door: Served) -> Iterator[Path]:
    """Who may do what, as a test may change it while the app runs."""
    path = door.log.parent / "home" / "access.toml"
    path.write_text(EDITORS, encoding="utf-8")
    yield path
    path.write_text(EDITORS, encoding="utf-8")


class Visitor:
    """Someone with a browser of their own, who may have signed in."""

    def __init__(self, window: Window, url: str, locale: str = "en-GB") -> None:
        self.url = url
        self.locale = locale
        self.window = window
        self.context = window.context
        self.name = SIGN_IN[locale]
        self.page = self.open()

    def open(self, path: str = "/") -> Page:
        """Another tab."""
        page = self.window.open(self.locale)
        page.goto(self.url + path)
        return page

    def sign_in(self, sub: str, page: Page | None = None) -> Page:
        page = page or self.page
        page.get_by_role("button", name=self.name, exact=True).click()
        page.get_by_role("button", name=sub, exact=True).click()
        return page

    def signed_in(self, sub: str) -> Page:
        page = self.sign_in(sub)
        expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
        self.settle()
        return page

    def sign_out(self) -> None:
        """Here, and then at the provider, which asks once more."""
        self.page.get_by_role("button", name="Sign out").click()
        self.page.get_by_role("button", name="End session").click()
        expect(self.page.get_by_role("button", name=self.name, exact=True)).to_be_visible()

    def settle(self) -> None:
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def ask(self, question: str) -> None:
        self.settle()
        count = self.page.locator("article").count()
        box = self.page.get_by_test_id("stChatInputTextArea")
        box.fill(question)
        box.press("Enter")
        expect(self.page.locator("article")).to_have_count(count + 1)
        expect(self.page.locator("article button.tool").first).to_be_visible()

    def expect_closed(self, page: Page, words: str) -> None:
        """Nothing but a sentence and the way in."""
        expect(page.locator(".problem, .note").first).to_contain_text(words)
        expect(page.get_by_test_id("stChatInputTextArea")).to_have_count(0)
        expect(page.locator("article, li button.title")).to_have_count(0)


@pytest.fixture
def visitor(window: Window, door: Served) -> Visitor:
    return Visitor(window, door.url)


@pytest.mark.parametrize(
    ("locale", "why"),
    [("en-GB", "asks who you are"), ("zh-TW", "所以需要先登入"), ("zh-CN", "所以需要先登录")],
)
def test_a_stranger_sees_the_way_in_and_nothing_else(window: Window, door: Served, locale: str, why: str) -> None:
    visitor = Visitor(window, door.url, locale)
    page = visitor.page
    for path in PATHS if locale == "en-GB" else ["/"]:
        page.goto(door.url + path)
        visitor.expect_closed(page, why)
        expect(page.get_by_role("button", name=SIGN_IN[locale], exact=True)).to_be_visible()
        expect(page.get_by_test_id("stTopNavLink")).to_have_count(0)
        expect(page.locator(".reading, aside.panel, .about, .questions")).to_have_count(0)


def test_signed_in_one_has_conversations_of_ones_own_and_signing_out_ends_all_tabs(visitor: Visitor) -> None:
    page = visitor.signed_in("ann")
    expect(page.locator(".who")).to_have_text("Ann <b>Orchard</b>editor")
    visitor.ask("Which phase is the AI market in?")
    expect(page.locator("li button.title")).to_have_count(1)
    conversation = page.url
    other = visitor.open()
    expect(other.locator("li button.title")).to_have_count(1)

    visitor.sign_out()
    other.get_by_test_id("stChatInputTextArea").fill("And then?")
    other.get_by_test_id("stChatInputTextArea").press("Enter")
    visitor.expect_closed(other, "You have signed out")

    page.goto(conversation)
    visitor.expect_closed(page, "asks who you are")
    visitor.sign_in("ben", page)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
    page.goto(conversation)
    expect(page.locator(".problem")).to_contain_text("There is no such conversation here")
    expect(page.locator("article, li button.title")).to_have_count(0)


def test_a_cookie_kept_from_before_signing_out_opens_nothing(visitor: Visitor, door: Served) -> None:
    page = visitor.signed_in("ann")
    kept = visitor.context.cookies(door.url)
    visitor.sign_out()
    visitor.context.clear_cookies()
    visitor.context.add_cookies([{**cookie} for cookie in kept])  # type: ignore[typeddict-item]
    page.goto(door.url)
    visitor.expect_closed(page, "You have signed out")


def test_a_forged_cookie_opens_nothing(
    visitor: Visitor, door: Served, record_property: Callable[[str, int], None]
) -> None:
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    visitor.signed_in("ben")
    cookies = visitor.context.cookies(door.url)
    mine = next(cookie for cookie in cookies if cookie["name"] == "_streamlit_user")
    claims = json.dumps({"is_logged_in": True, "iss": "x", "sub": "ann", "iat": 99999999999, "origin": door.url})
    all_forged = (
        mine["value"][:40] + ("A" if mine["value"][40] != "A" else "B") + mine["value"][41:],
        create_signed_value("another", "_streamlit_user", claims).decode(),
        claims,
    )
    record_property("tried", len(all_forged))
    for forged in all_forged:
        visitor.context.clear_cookies()
        visitor.context.add_cookies([{**cookie} for cookie in cookies if cookie != mine])  # type: ignore[typeddict-item]
        visitor.context.add_cookies([{"name": "_streamlit_user", "value": forged, "url": door.url}])
        page = visitor.open()
        visitor.expect_closed(page, "asks who you are")
        page.close()


def test_who_is_blocked_is_out_at_the_next_action(visitor: Visitor, access: Path) -> None:
    page = visitor.signed_in("ben")
    visitor.ask("Which phase is the AI market in?")
    access.write_text(EDITORS + 'blocked = ["ben@example.org"]\n', encoding="utf-8")
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill("And then?")
    box.press("Enter")
    visitor.expect_closed(page, "This account has no access here")


def test_a_broken_list_lets_nobody_in(visitor: Visitor, access: Path) -> None:
    page = visitor.signed_in("ann")
    access.write_text("editors = [", encoding="utf-8")
    page.get_by_role("link", name="Check").click()
    visitor.expect_closed(page, "nobody is let in")
    access.write_text(EDITORS, encoding="utf-8")
    page.goto(visitor.url)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()


def test_another_role_holds_at_the_next_action(visitor: Visitor, access: Path) -> None:
    page = visitor.signed_in("ann")
    expect(page.locator(".about .note").last).to_have_text(re.compile("add its file on the Library page.$"))
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()
    access.write_text("", encoding="utf-8")
    page.get_by_role("button", name="Index").first.click()
    expect(page.locator(".problem")).to_contain_text("Only editors change the library")
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_have_count(0)
    expect(page.get_by_role("link", name="Library")).to_have_count(0)
    access.write_text(EDITORS, encoding="utf-8")
    page.goto(f"{visitor.url}/library")
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()


@pytest.mark.parametrize("sub", ["ben", "eve"])
def test_a_reader_neither_sees_nor_reaches_the_library(visitor: Visitor, sub: str) -> None:
    """Eve's provider says that Ann's address is hers, and that it has not verified this."""
    page = visitor.signed_in(sub)
    expect(page.locator(".about .note")).to_have_text(re.compile("^What is quoted is a digest.*its original text.$"))
    expect(page.get_by_role("link", name="Read")).to_be_visible()
    expect(page.get_by_role("link", name="Library")).to_have_count(0)
    page.goto(f"{visitor.url}/library")
    expect(page.locator(".problem")).to_contain_text("Only editors change the library")
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_have_count(0)


def test_a_sign_in_expires(window: Window, home: Path, provider: SignIn, tmp_path: Path) -> None:
    copy_home(home, tmp_path / "home")
    seconds = 8
    hours = f"{seconds / 3600:.6f}"
    with serve(tmp_path / "home", tmp_path / "log", others=provider.variables, sign_in_hours=hours) as served:
        visitor = Visitor(window, served.url)
        page = visitor.sign_in("ann")
        expect(page.locator(".who")).to_contain_text("Ann")
        page.wait_for_timeout(seconds * 1000)  # what is waited for is the passing of time itself
        page.get_by_role("link", name="Check").click()
        visitor.expect_closed(page, "You signed in a while ago")


def test_without_sign_in_the_page_says_that_there_is_one_local_user(window: Window, app: Served) -> None:
    page = window.open()
    page.goto(app.url)
    expect(page.locator(".who")).to_have_text("On this computer only, without sign-in")
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
