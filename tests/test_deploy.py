"""What deploy/ holds works as it stands: the unit is valid, its line starts the app, nginx serves two of them."""

from __future__ import annotations

import asyncio
import datetime
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.browser.served import ROOT, Served, copy_home, environment, free_port, serve, wait_for

pytestmark = pytest.mark.long

UNIT = ROOT / "deploy" / "footnote@.service"
SITE = ROOT / "deploy" / "nginx.conf"
NAME = "footnote.example.org"


def needs(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if not found:
        pytest.skip(f"{program} is not installed")
    return found


# The unit


def settings_of(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as it stands, but for where the repository is."""
    path = tmp_path / "footnote@8501.service"
    path.write_text(UNIT.read_text("utf-8").replace("/opt/footnote", str(ROOT)), encoding="utf-8")
    return path


def test_the_unit_is_valid(unit: Path) -> None:
    checked = subprocess.run([needs("systemd-analyze"), "verify", str(unit)], capture_output=True, text=True)
    complaints = [line for line in checked.stderr.splitlines() if unit.name in line or "footnote" in line]
    assert complaints == []


def test_the_line_of_the_unit_starts_the_app_and_sigterm_ends_it_well(
    unit: Path, bundled_home: Path, tmp_path: Path
) -> None:
    copy_home(bundled_home, tmp_path / "home")
    port = free_port()
    text = unit.read_text("utf-8").replace("%i", str(port))
    variables = dict(line.split("=", 1) for line in settings_of(text, "Environment"))
    assert variables["FOOTNOTE_SIGN_IN"] == "required"
    variables |= {"FOOTNOTE_HOME": str(tmp_path / "home"), "FOOTNOTE_SIGN_IN": "auto"}
    variables["STREAMLIT_SECRETS_FILES"] = str(tmp_path / "secrets.toml")
    (line,) = settings_of(text, "ExecStart")
    log = tmp_path / "log"
    with log.open("w") as out:
        env = {**environment(tmp_path / "home"), **variables}
        where = settings_of(text, "WorkingDirectory")[0]
        process = subprocess.Popen(shlex.split(line), cwd=where, env=env, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", process, log)
        finally:
            process.terminate()
            code = process.wait(timeout=30)
    assert code in (0, -15)
    assert '"stopped"' in log.read_text("utf-8")


def test_the_unit_does_not_start_an_app_that_anyone_may_use(unit: Path, tmp_path: Path) -> None:
    """As it stands, with the sign-in not configured yet."""
    port = free_port()
    text = unit.read_text("utf-8").replace("%i", str(port))
    variables = dict(line.split("=", 1) for line in settings_of(text, "Environment"))
    variables["FOOTNOTE_HOME"] = str(tmp_path)
    variables["STREAMLIT_SECRETS_FILES"] = str(tmp_path / "none.toml")
    env = {**environment(tmp_path), **variables}
    command = shlex.split(settings_of(text, "ExecStart")[0])
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "FOOTNOTE_SIGN_IN=required" in ended.stderr


# nginx


@contextmanager
def nginx(folder: Path, ports: tuple[int, int]) -> Iterator[int]:
    """The site as it stands, on a free port of loopback, before two apps, with a certificate of its own."""
    program, port = needs("nginx"), free_port()
    certificate(folder)
    site = SITE.read_text("utf-8")
    for old, new in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/ssl/footnote", str(folder)),
        ("127.0.0.1:8501", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8502", f"127.0.0.1:{ports[1]}"),
    ):
        assert old in site
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    log = f"log_format where '$footnote_at $upstream_addr'; access_log {folder}/access.log where;"
    user = "user root;" if os.geteuid() == 0 else ""
    conf = f"{user} pid {folder}/pid; daemon off; events {{}} http {{ {log} {temporary} include {folder}/site.conf; }}"
    (folder / "nginx.conf").write_text(conf, encoding="utf-8")
    command = [program, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    assert subprocess.run([*command, "-t"], capture_output=True).returncode == 0
    process = subprocess.Popen(command)
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def places(log: Path) -> dict[str, set[str]]:
    """By a browser's cookie, the processes that nginx took it to."""
    found: dict[str, set[str]] = {}
    for line in log.read_text("utf-8").splitlines():
        cookie, upstream = line.split(" ", 1)
        found.setdefault(cookie, set()).add(upstream)
    return found


def certificate(folder: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(pem)


class Browser:
    """Someone who comes through nginx, with their cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.tls = ssl._create_unverified_context()
        self.client = httpx.Client(
            base_url=f"https://127.0.0.1:{port}", headers={"Host": NAME}, verify=self.tls, timeout=60
        )

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def websocket(self, **headers: str) -> dict[str, str]:
        """Opens one; the headers of its answer. In a thread of its own, for in this one the browser tests leave a
        loop running."""
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(asyncio.run, self._websocket(headers)).result()

    async def _websocket(self, headers: dict[str, str]) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        async with connect(
            f"wss://{NAME}/_stcore/stream",
            host="127.0.0.1",
            port=self.port,
            additional_headers={"Origin": f"https://{NAME}", "Cookie": cookies, **headers},
            ssl=self.tls,
            server_hostname=NAME,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            open_timeout=60,
            proxy=None,
        ) as opened:
            assert opened.response
            return {name.lower(): value for name, value in opened.response.headers.raw_items()}


Come = Callable[[int], Browser]


@pytest.fixture
def come() -> Iterator[Come]:
    browsers: list[Browser] = []

    def new(port: int) -> Browser:
        browsers.append(Browser(port))
        return browsers[-1]

    yield new
    for browser in browsers:
        browser.client.close()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[socket.socket]:
    """Where the apps of the pair would turn to reach another host over HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture(scope="module")
def pair(
    bundled_home: Path, elsewhere: socket.socket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, list[Served]]]:
    folder = tmp_path_factory.mktemp("pair")
    copy_home(bundled_home, folder / "home")
    needs("nginx")
    proxy = f"http://127.0.0.1:{elsewhere.getsockname()[1]}"
    others = {"STREAMLIT_SERVER_ALLOWED_HOSTS": NAME, "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}
    with ExitStack() as stack:
        apps = [stack.enter_context(serve(folder / "home", folder / f"log{n}", others=others)) for n in (1, 2)]
        ports = [int(app.url.rsplit(":", 1)[1]) for app in apps]
        yield stack.enter_context(nginx(folder, (ports[0], ports[1]))), apps


def test_pages_websockets_and_headers_pass_through_nginx(
    pair: tuple[int, list[Served]], elsewhere: socket.socket, come: Come
) -> None:
    browser = come(pair[0])
    page = browser.get("/")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["strict-transport-security"]
    assert re.search(r"footnote_at=[0-9a-f]{32};.*HttpOnly; Secure", page.headers["set-cookie"])
    assert browser.get("/readyz").json()["ready"] is True
    assert browser.get("/_stcore/metrics").status_code == 404
    browser.websocket()
    with pytest.raises(InvalidStatus):
        browser.websocket(Origin="https://evil.example")
    with pytest.raises(BlockingIOError):
        elsewhere.accept()


def test_what_a_first_load_consists_of_is_compressed_and_a_websocket_is_not(
    pair: tuple[int, list[Served]], come: Come
) -> None:
    browser = come(pair[0])
    page = browser.get("/")
    files = re.findall(r'(?:href|src)="\./(static/[^"]+\.(?:js|css))"', page.text)
    assert len(files) > 20
    whole = sent = 0
    for path in ("", *files):
        answer = browser.get(f"/{path}")
        assert answer.content == httpx.get(f"{pair[1][0].url}/{path}", headers={"Host": NAME}).content
        if len(answer.content) > 1024:
            assert answer.headers["content-encoding"] == "gzip", path
            assert "accept-encoding" in answer.headers["vary"].lower()
        whole += len(answer.content)
        sent += answer.num_bytes_downloaded
    assert sent < whole / 2.5
    plain = browser.client.get(f"/{files[0]}", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    font = next(name for name in re.findall(r'"\./(static/[^"]+\.woff2)"', page.text))
    assert "content-encoding" not in browser.get(f"/{font}").headers, "compressed already"
    assert "content-encoding" not in browser.websocket()


def test_a_file_larger_than_the_app_takes_is_stopped_at_the_door(pair: tuple[int, list[Served]], come: Come) -> None:
    answer = come(pair[0]).client.put("/_stcore/upload_file/s/f", content=b"0" * (22 * 2**20))
    assert answer.status_code == 413


def test_a_browser_keeps_its_process_and_moves_when_that_is_gone(pair: tuple[int, list[Served]], come: Come) -> None:
    """The last test of the pair: it ends one of the two."""
    port, apps = pair
    browsers = [come(port) for _ in range(12)]
    for browser in browsers:
        assert [browser.get("/healthz").status_code for _ in range(4)] == [200] * 4
    taken = places(apps[0].log.parent / "access.log")
    mine = [taken[browser.client.cookies["footnote_at"]] for browser in browsers]
    assert all(len(place) == 1 for place in mine), "one process each"
    assert len(set().union(*mine)) == 2, "both are used"
    os.kill(apps[0].pid, 9)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if all(browser.get("/healthz").status_code == 200 for browser in browsers):
            break
    assert {browser.get("/healthz").status_code for browser in browsers} == {200}
    for browser in browsers:
        browser.websocket()
