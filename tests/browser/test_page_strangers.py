"""What a stranger gets of a running server that has sign-in and others' data (A4), and one without where it listens."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from chat.history import History
from ingest.document import Refusal
from tests.browser.served import ROOT, Served, copy_home, environment, free_port, serve, wait_for
from tests.sign_in_server import sign_in_server

pytestmark = pytest.mark.case("A4")

CANARY = "quinces-at-dawn"
SIGNED = "_streamlit_user"


@pytest.fixture(scope="module")
def served(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """With sign-in, and a conversation that holds a canary."""
    folder = tmp_path_factory.mktemp("strangers")
    copy_home(home, folder / "home")
    history = History.at(folder / "home")
    turn = history.ask("ann", history.begin("ann", CANARY).id, CANARY)
    history.save("ann", turn.id, "failed", refusal=Refusal("question-too-long", length=1, limit=1))
    history.close()
    with sign_in_server(folder) as provider, serve(folder / "home", folder / "log", others=provider.variables) as app:
        yield app


def conversation(served: Served) -> str:
    with sqlite3.connect(served.log.parent / "home" / "catalogue.sqlite3") as database:
        return str(database.execute("SELECT id FROM conversation").fetchone()[0])


OPEN = {"/", "/read", "/points", "/check", "/library", "/healthz", "/_stcore/health", "/_stcore/host-config"}
ROUTES = [
    ("GET", "/media/0123456789abcdef.md", 401),
    ("HEAD", "/media/0123456789abcdef.md", 401),
    ("GET", "/media/../catalogue.sqlite3", 401),
    ("PUT", "/_stcore/upload_file/some-session/some-file", 401),
    ("POST", "/_stcore/upload_file/some-session/some-file", 401),
    ("DELETE", "/_stcore/upload_file/some-session/some-file", 401),
    ("OPTIONS", "/_stcore/upload_file/some-session/some-file", 401),
    ("GET", "/_stcore/metrics", 404),
    ("GET", "/_stcore/agent/sessions", 404),
    ("POST", "/_stcore/agent/sessions", 404),
    ("GET", "/_stcore/agent", 404),
    ("GET", "/auth/logout", 302),
    ("GET", "/oauth2callback?code=x&state=y", 302),
    ("GET", "/auth/login?provider=x", 302),
]
ESCAPES = [
    f"/{start}/{step}{target}"
    for start in ("static", "component/x", "_stcore/bidi-components/x", "media", "app/static")
    for step in ("../" * 6, "..%2f" * 6, "%2e%2e/" * 6, "%252e%252e%252f" * 6, "..\\" * 6, "%5c%5chost%5c", "/")
    for target in ("etc/passwd", "catalogue.sqlite3", "app.py", ".streamlit/secrets.toml", "var/catalogue.sqlite3")
]


def ask(served: Served, method: str, path: str, **headers: str) -> httpx.Response:
    """The path goes out as it stands; httpx would tidy it."""
    connection = HTTPConnection(served.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, b"x" if method in ("PUT", "POST") else None, headers)
        answer = connection.getresponse()
        return httpx.Response(answer.status, content=answer.read())
    finally:
        connection.close()


def leaks(served: Served, text: str) -> list[str]:
    home = served.log.parent
    secrets = (home / "secrets.toml").read_text("utf-8")
    words = [
        CANARY,
        conversation(served),
        str(home),
        "root:x:",
        "SQLite format",
        "client-secret-canary",
        "def lifespan",
    ]
    return [word for word in (*words, *re.findall(r'cookie_secret = "(.*)"', secrets)) if word in text]


@pytest.mark.parametrize(("method", "path", "status"), ROUTES, ids=lambda value: str(value)[:40])
def test_a_route_gives_a_stranger_nothing(served: Served, method: str, path: str, status: int) -> None:
    answer = ask(served, method, path)
    assert answer.status_code == status
    assert leaks(served, answer.text) == []


@pytest.mark.parametrize("path", sorted(OPEN))
def test_an_open_route_holds_nothing_of_anyone(served: Served, path: str) -> None:
    answer = ask(served, "GET", path)
    assert answer.status_code == 200
    assert leaks(served, answer.text) == []


def test_no_path_leads_out_of_the_served_files(served: Served) -> None:
    found = {path: ask(served, "GET", path) for path in ESCAPES}
    assert {path: leaks(served, answer.text) for path, answer in found.items() if leaks(served, answer.text)} == {}
    assert all(
        answer.status_code in (400, 401, 403, 404) or "<!doctype html>" in answer.text.lower()
        for answer in found.values()
    )


@pytest.mark.parametrize("cookie", ["", f"{SIGNED}=forged", f"{SIGNED}=2|1:0|10:1|15:{SIGNED}|4:e30=|00"])
def test_a_forged_cookie_opens_no_file(served: Served, cookie: str) -> None:
    assert ask(served, "GET", "/media/x", Cookie=cookie).status_code == 401


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {}], ids=str)
def test_a_stranger_at_the_websocket_gets_nothing_of_anyone(served: Served, headers: dict[str, str]) -> None:
    """Without an origin it is accepted, as Streamlit has it, and draws the way in."""
    address = served.url.replace("http", "ws") + "/_stcore/stream"
    heard = b""
    try:
        with connect(address, additional_headers=headers, subprotocols=["streamlit"], proxy=None) as socket:  # type: ignore[list-item]
            socket.send(rerun(f"c={conversation(served)}"))
            while True:
                part = socket.recv(timeout=5)
                heard += part if isinstance(part, bytes) else part.encode()
                if b"FINISHED" in heard or b"sign-in" in heard:
                    break
    except (InvalidStatus, WebSocketException, TimeoutError):
        assert headers, "only another origin or host is turned away"
    assert leaks(served, heard.decode("utf-8", "replace")) == []
    assert headers or b"sign-in" in heard


def rerun(query: str) -> bytes:
    from streamlit.proto.BackMsg_pb2 import BackMsg

    message = BackMsg()
    message.rerun_script.query_string = query
    return message.SerializeToString()


def test_without_sign_in_nothing_answers_at_another_address(home: Path, tmp_path: Path) -> None:
    """Whatever starts the server: here uvicorn, which knows nothing of Streamlit's options."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app:app", "--host", "0.0.0.0", "--port", str(port)]
    with (tmp_path / "log").open("w") as out:
        env = environment(home)
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", process, tmp_path / "log")
            other = own_address()
            if not other:
                pytest.skip("this machine has no address but loopback")
            for path in ("/", "/healthz", "/_stcore/health", "/static/index.html"):
                assert httpx.get(f"http://{other}:{port}{path}").status_code == 403
            with pytest.raises(InvalidStatus):
                connect(f"ws://{other}:{port}/_stcore/stream", proxy=None)
        finally:
            process.terminate()
            process.wait(timeout=20)


def own_address() -> str:
    """An address of this machine that is not loopback; no packet leaves for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        address = str(probe.getsockname()[0])
    return "" if address.startswith("127.") else address
