"""The server: its start, its headers, and the first run on an empty state folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.served import Served, serve
from tests.page_socket import PageSocket

WORK = """
id = "tiny"
author = "A. Writer"
date = 2026-01-05

[titles]
en = "Tiny report"

[[editions]]
lang = "en"
kind = "original"
file = "en.md"
"""
REPORT = (
    "# Tiny report\n\n2026-01-05\n\nAuthor: A. Writer\n\n## 1. Harvest\n\nThe plum harvest reached 40 tonnes in 2025.\n"
)


@pytest.mark.parametrize(
    "path", ["/", "/read", "/points", "/check", "/library", "/healthz", "/_stcore/health", "/no-such-page"]
)
def test_every_response_carries_the_security_headers(app: Served, path: str) -> None:
    headers = httpx.get(app.url + path).headers
    policy = headers["content-security-policy"]
    for rule in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "img-src 'self' data: blob:"):
        assert rule in policy
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert "unsafe" not in scripts
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_first_page_is_found_by_its_name_too(app: Served) -> None:
    response = httpx.get(f"{app.url}/ask?lang=zh-Hant&c=x")
    assert (response.status_code, response.headers["location"]) == (307, "./?lang=zh-Hant&c=x")
    assert httpx.get(f"{app.url}/ask", follow_redirects=True).url == f"{app.url}/"


def test_health_is_json(app: Served) -> None:
    response = httpx.get(app.url + "/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.case("A4")
def test_a_page_of_another_host_name_gets_no_connection(app: Served) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    stream = app.url + "/_stcore/stream"
    assert httpx.get(stream, headers=upgrade | {"Host": "evil.example"}).status_code == 403
    assert httpx.get(stream, headers=upgrade | {"Origin": "http://evil.example"}).status_code == 403


def test_the_first_reader_sees_the_documents_being_prepared(visit: OpenPage, tmp_path: Path) -> None:
    folder = tmp_path / "corpus" / "tiny"
    folder.mkdir(parents=True)
    (folder / "work.toml").write_text(WORK, encoding="utf-8")
    (folder / "en.md").write_text(REPORT, encoding="utf-8")
    with serve(tmp_path / "home", tmp_path / "log", corpus=str(folder.parent)) as served:
        reader = visit(served.url)
        expect(reader.page.locator(".about")).to_contain_text("Tiny report (A. Writer, 5 January 2026)", timeout=60_000)
        expect(reader.page.locator(".about .note")).to_have_count(0)
        expect(reader.page.locator("button.question")).to_have_count(0)
        expect(reader.ask("How large was the plum harvest?").locator(".statement")).to_contain_text("40 tonnes")


def test_a_wrong_setting_is_explained_and_nothing_else_shown(tmp_path: Path) -> None:
    with serve(tmp_path / "home", tmp_path / "log", nonsense="1") as served, PageSocket(served.url) as page:
        drawn = page.words()
    assert "FOOTNOTE_NONSENSE" in drawn
    assert '-question"' not in drawn


def test_the_index_page_is_served_with_its_scripts_only(app: Served) -> None:
    assert json.dumps(httpx.get(app.url).text).count("<script>") == 1


@pytest.mark.case("O4")
def test_an_error_outside_an_answer_shows_its_id_and_nothing_of_itself(visit: OpenPage, tmp_path: Path) -> None:
    with serve(tmp_path / "home", tmp_path / "log", "tests/browser/broken.py") as served:
        reader = visit(served.url, locale="zh-TW")
        said = reader.page.get_by_role("alert").filter(has_text="系統發生錯誤")
        expect(said).to_have_count(1)
        page = said.inner_text()
        reader.page.get_by_role("button", name="file").click()
        expect(reader.page.get_by_test_id("stDownloadButtonError")).to_contain_text("系統發生錯誤")
        page += reader.page.locator("body").inner_text()
        health = [httpx.get(f"{served.url}/{path}").text for path in ("healthz", "readyz")]
    log = (tmp_path / "log").read_text()
    error_ids = re.findall(r"錯誤編號 ([0-9a-f]{8})", page)
    assert len(set(error_ids)) == 2
    for error_id in error_ids:
        (line,) = [line for line in log.splitlines() if error_id in line]
        assert (json.loads(line)["kind"], json.loads(line)["trace"][-1].endswith(" in fails")) == ("ValueError", True)
    for hidden in ("plums", "/secret/path", "ValueError", "Traceback"):
        assert hidden not in page + str(health)
    assert "plums" not in log
