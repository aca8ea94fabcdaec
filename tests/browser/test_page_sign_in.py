"""Sign-in in a real browser against a real provider (A5): in, out, expired, forged, blocked, another role."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.served import Served, copy_home, serve
from tests.page_socket import PageSocket
from tests.sign_in_server import SignIn, sign_in_server

pytestmark = pytest.mark.case("A5")

EDITORS = 'editors = ["ann@example.org"]\n'
SIGN_IN = {"English": "Sign in", "繁體中文": "登入", "简体中文": "登录"}
Passes = dict[str, list[Any]]
WHY = {"English": "asks who you are", "繁體中文": "所以需要先登入", "简体中文": "所以需要先登录"}


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

    def __init__(self, window: Window, url: str, passes: Passes | None = None) -> None:
        self.url = url
        self.window = window
        self.context = window.context
        self.passes = {} if passes is None else passes

    @cached_property
    def page(self) -> Page:
        return self.open()

    def open(self, path: str = "/") -> Page:
        """Another tab."""
        page = self.window.open()
        page.goto(self.url + path)
        return page

    def sign_in(self, sub: str) -> Page:
        """At the provider, from the page that is open."""
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.get_by_role("button", name=sub, exact=True).click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        self.passes[sub] = self.context.cookies(self.url)
        return self.page

    def pass_of(self, sub: str) -> list[Any]:
        """The cookies of someone who signed in."""
        if sub not in self.passes:
            self.sign_in(sub)
        return self.passes[sub]

    def signed_in(self, sub: str) -> Page:
        """The page of someone who signed in: at the provider, or in a test before."""
        self.context.add_cookies([{**cookie} for cookie in self.pass_of(sub)])  # type: ignore[typeddict-item]
        expect(self.page.get_by_test_id("stChatInputTextArea")).to_be_visible()
        self.settle()
        return self.page

    def sign_out(self) -> None:
        """Here, and then at the provider, which asks once more."""
        self.passes.clear()
        self.page.get_by_role("button", name="Sign out").click()
        self.page.get_by_role("button", name="End session").click()
        expect(self.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

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


@pytest.fixture(scope="module")
def passes() -> Passes:
    """Cookies of those who signed in, by name: they hold until they sign out."""
    return {}


@pytest.fixture
def visitor(window: Window, door: Served, passes: Passes) -> Visitor:
    return Visitor(window, door.url, passes)


def test_a_stranger_sees_the_way_in_and_nothing_else(visitor: Visitor) -> None:
    """In any language; the pages between are asked for without a browser, below."""
    page = visitor.page
    for path in ("/", "/library", "/?c=x&s=1.1"):
        if path != "/":
            page.goto(visitor.url + path)
        expect_way_in(visitor, "English")
    for language in ("繁體中文", "简体中文"):
        page.get_by_role("radio", name=language).or_(page.get_by_role("button", name=language)).click()
        expect_way_in(visitor, language)


def expect_way_in(visitor: Visitor, language: str) -> None:
    page = visitor.page
    visitor.expect_closed(page, WHY[language])
    expect(page.get_by_role("button", name=SIGN_IN[language], exact=True)).to_be_visible()
    name, switch = page.locator("h1").bounding_box(), page.locator(".st-key-language").bounding_box()
    assert name
    assert switch
    assert name["y"] >= switch["y"] + switch["height"], "the switch covers nothing of the name"
    expect(page.get_by_test_id("stTopNavLink")).to_have_count(0)
    expect(page.locator(".reading, aside.panel, .about, .questions")).to_have_count(0)


@pytest.mark.parametrize("name", ["", "read", "points", "check", "library"])
def test_a_page_asked_for_by_a_stranger_draws_the_way_in(door: Served, name: str) -> None:
    with PageSocket(door.url, name) as page:
        assert is_closed(page)


def is_closed(page: PageSocket) -> bool:
    """Whether a page without a browser asks who comes, and draws no box for questions, no conversations, no text."""
    drawn = page.words()
    inside = [
        key for key in ("question", "conversations", "reading", "points-write", "check-now") if f'-{key}"' in drawn
    ]
    return WHY["English"] in drawn and not inside


def test_signed_in_one_has_conversations_of_ones_own_and_signing_out_ends_all_tabs_and_cookies(
    visitor: Visitor,
) -> None:
    page = visitor.signed_in("ann")
    expect(page.locator(".who")).to_have_text("Ann <b>Orchard</b>editor")
    visitor.ask("Which phase is the AI market in?")
    expect(page.locator("li button.title")).to_have_count(1)
    conversation = page.url
    kept = visitor.context.cookies(visitor.url)
    other = visitor.open()
    expect(other.locator("li button.title")).to_have_count(1)

    visitor.sign_out()
    other.get_by_test_id("stChatInputTextArea").fill("And then?")
    other.get_by_test_id("stChatInputTextArea").press("Enter")
    visitor.expect_closed(other, "You have signed out")

    visitor.context.clear_cookies()
    visitor.context.add_cookies([{**cookie} for cookie in kept])  # type: ignore[typeddict-item]
    page.goto(visitor.url)
    visitor.expect_closed(page, "You have signed out")

    visitor.context.clear_cookies()
    page.goto(conversation)
    visitor.expect_closed(page, "asks who you are")
    visitor.sign_in("ben")
    page.goto(conversation)
    expect(page.locator(".problem")).to_contain_text("There is no such conversation here")
    expect(page.locator("article, li button.title")).to_have_count(0)


def test_a_forged_cookie_opens_nothing(
    visitor: Visitor, door: Served, record_property: Callable[[str, int], None]
) -> None:
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.pass_of("ben")}
    mine = cookies["_streamlit_user"]
    with PageSocket(door.url, cookies=cookies) as page:
        assert '-question"' in page.words(), "his own"
    claims = json.dumps({"is_logged_in": True, "iss": "x", "sub": "ann", "iat": 99999999999, "origin": door.url})
    all_forged = (
        mine[:40] + ("A" if mine[40] != "A" else "B") + mine[41:],
        create_signed_value("another", "_streamlit_user", claims).decode(),
        quote(claims),
    )
    record_property("tried", len(all_forged))
    for forged in all_forged:
        with PageSocket(door.url, cookies=cookies | {"_streamlit_user": forged}) as page:
            assert is_closed(page)


def test_who_is_blocked_is_out_at_the_next_action(visitor: Visitor, access: Path) -> None:
    page = visitor.signed_in("ben")
    visitor.ask("Which phase is the AI market in?")
    access.write_text(EDITORS + 'blocked = ["ben@example.org"]\n', encoding="utf-8")
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill("And then?")
    box.press("Enter")
    visitor.expect_closed(page, "This account has no access here")


def test_another_role_and_a_broken_list_hold_at_the_next_action(visitor: Visitor, access: Path) -> None:
    page = visitor.signed_in("ann")
    expect(page.locator(".about .note").last).to_have_text(re.compile("add its file on the Library page.$"))
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()
    access.write_text("", encoding="utf-8")
    page.get_by_role("button", name="Index").first.click()
    expect(page.locator(".problem")).to_contain_text("Only editors change the library")
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_have_count(0)
    expect(page.get_by_role("link", name="Library")).to_have_count(0)

    access.write_text("editors = [", encoding="utf-8")
    page.get_by_role("link", name="Check").click()
    visitor.expect_closed(page, "nobody is let in")
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
