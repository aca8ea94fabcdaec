"""The real app on a free loopback port with its own state, and the Chromium of the machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True)
class Served:
    """A running app: where it is, what it has logged, seconds from start to first healthy answer, its process."""

    url: str
    log: Path
    seconds: float
    pid: int


def index(home: Path, *arguments: str) -> None:
    """Indexes the bundled works, or what the arguments say."""
    command = [sys.executable, "-m", "ingest", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(home), check=True, capture_output=True)


def copy_home(home: Path, to: Path) -> None:
    """A state folder of its own with the same library."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("*.lock"))
    for lock in (home / "builds").glob("*.lock"):
        (to / "builds" / lock.name).touch()


@contextmanager
def serve(
    home: Path, log: Path, script: str = "app.py", others: Mapping[str, str] | None = None, **settings: str
) -> Iterator[Served]:
    """The app over a state folder, stopped at the end; `others` are variables of other programs.

    Its address is that of the app before, if that has ended: a browser knows the scripts from there.
    """
    port = _FIRST if _is_free(_FIRST) else free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    with log.open("w") as out:
        started = time.monotonic()
        env = {**environment(home, **settings), **(others or {})}
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            path = "/healthz" if script == "app.py" else "/_stcore/health"
            wait_for(url + path, process, log)
            yield Served(url, log, time.monotonic() - started, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=20)


def environment(home: Path, **settings: str) -> dict[str, str]:
    """This process's environment with no settings of ours but the given ones."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("FOOTNOTE_", "STREAMLIT_"))}
    named = {f"FOOTNOTE_{name.upper()}": value for name, value in settings.items()}
    return {**plain, "PYTHONPATH": str(ROOT), "FOOTNOTE_HOME": str(home), **named}


def chromium_missing() -> str:
    """Why the browser tests cannot run here; empty where they can."""
    if shutil.which(CHROMIUM):
        return ""
    return f"no Chromium at {CHROMIUM}: install it (apt-get install chromium fonts-noto-cjk) or set CHROMIUM"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that have ended may linger
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


_FIRST = free_port()
"""Where this process serves, one app after the other."""


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the app ended before it was healthy:\n{log.read_text()}")
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.02)
    raise RuntimeError(f"the app was not healthy within {seconds} s:\n{log.read_text()}")
