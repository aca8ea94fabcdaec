"""What a browser loads first: our HTML, and Streamlit's files in one piece each, the same as Streamlit would send."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui import front


@pytest.fixture
def browser() -> TestClient:
    """In front of a server that answers everything else with one word."""

    async def other(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("other")

    return TestClient(Starlette(routes=[Route("/{path:path}", other)], middleware=[Middleware(front.StaticFiles)]))


def named(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="\./(static/[^"]+)"', page)


def test_the_page_bears_our_name_and_nothing_for_programs() -> None:
    page = front.start_page()
    assert "<title>Footnote</title>" in page
    for word in ("Streamlit</title>", "_stcore/agent", "service-desc"):
        assert word not in page
    for language in ("needs JavaScript", "本頁需要", "本页需要"):
        assert language in page
    assert page.count("<script") == 2


def test_the_page_names_every_file_of_the_first_screen_once_and_what_they_import() -> None:
    files = named(front.start_page())
    assert len(files) == len(set(files))
    for part in ("BidiComponent", "ChatInput", "ButtonGroup", "TextInput"):
        assert any(f"/{part}." in file for file in files)
    known = {file.rpartition("/")[2] for file in files}
    for file in files:
        if file.endswith(".js") and "/index." not in file:
            imports = front._IMPORT.findall((front._STATIC / file).read_text(encoding="utf-8"))
            assert known >= set(imports), file


def test_a_page_below_the_start_page_is_told_where_its_server_is() -> None:
    assert front.page_below().replace(front._BASE, "") == front.start_page()
    assert front._BASE in front.page_below()


def test_each_file_is_sent_whole_with_its_type_and_may_be_kept(browser: TestClient) -> None:
    kinds = {"js": "text/javascript", "css": "text/css", "woff2": "font/woff2"}
    for file in named(front.start_page()):
        found = browser.get(f"/{file}")
        assert found.content == (front._STATIC / file).read_bytes()
        assert found.headers["content-type"].startswith(kinds[file.rpartition(".")[2]])
        assert "immutable" in found.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/static/../index.html", "/static/js/%2e%2e/%2e%2e/index.html", "/static/js/none.js", "/static/", "/index.html"],
)
def test_nothing_but_those_files_is_sent(browser: TestClient, path: str) -> None:
    assert browser.get(path).text == "other"


@pytest.mark.parametrize(
    ("method", "headers"),
    [("GET", {"Range": "bytes=0-1"}), ("GET", {"If-None-Match": "x"}), ("HEAD", {}), ("POST", {})],
    ids=["a part", "what may have changed", "no body", "a form"],
)
def test_what_asks_for_more_than_the_file_is_left_to_streamlit(
    browser: TestClient, method: str, headers: dict[str, str]
) -> None:
    file = f"/{named(front.start_page())[0]}"
    assert "immutable" not in browser.request(method, file, headers=headers).headers.get("cache-control", "")


def test_a_large_file_is_left_to_streamlit(browser: TestClient) -> None:
    large = [path for path in (front._STATIC / "static").rglob("*") if path.stat().st_size > front.LARGEST]
    assert large
    assert browser.get(f"/{large[0].relative_to(front._STATIC).as_posix()}").text == "other"
