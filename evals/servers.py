"""Servers that Footnote can use, started on this machine for a while, each in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60
"""After which a server that does not answer is given up."""

_POSTGRES = ("/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin")
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60")


class NotInstalled(Exception):
    """A program that is not on this machine."""


def postgres_programs() -> Path:
    """The folder with PostgreSQL's programs. Raises NotInstalled."""
    for folder in _POSTGRES:
        if (Path(folder) / "initdb").exists():
            return Path(folder)
    raise NotInstalled("PostgreSQL 15 (apt-get install postgresql-15)")


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """The URL of an empty PostgreSQL cluster, for `database_on`; it listens on a socket in a temporary folder alone.

    `durable`: its data outlive a kill of the machine, at a cost in time. Raises NotInstalled.
    """
    programs = postgres_programs()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _unprivileged()
    try:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        begin = [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "footnote", "--no-sync"]
        _run_as(user, [*begin, "-E", "UTF8", "--locale=C.UTF-8"], folder).wait()
        options = [part for option in (() if durable else _QUICK) for part in ("-c", option)]
        command = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses=", *options]
        server = _run_as(user, command, folder)
        try:
            url = f"postgresql+psycopg://footnote@/postgres?host={folder}"
            wait_until(lambda: _answers(url), server)
            yield url
        finally:
            end(server, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database_on(cluster: str, name: str) -> Iterator[str]:
    """The URL of a new database of a cluster, dropped at the end."""
    import sqlalchemy as sa

    engine = sa.create_engine(cluster, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield cluster.replace("/postgres?", f"/{name}?")
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """The URL of a Chroma server on loopback with its files under a folder."""
    run = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', *sys.argv[1:]])"
    port = free_port()
    place = ["--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    server = _run_as(
        None, [sys.executable, "-c", run, "run", *place], folder
    )  # chroma run, without importing all of it
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _beats(url), server)
        yield url
    finally:
        end(server)


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until(ready: Callable[[], bool], server: subprocess.Popen[bytes], seconds: float = START_SECONDS) -> None:
    """Raises TimeoutError where a server ends or is not ready in time."""
    until = time.monotonic() + seconds
    while not ready():
        if server.poll() is not None or time.monotonic() > until:
            raise TimeoutError(f"{Path(str(server.args[0])).name} did not start")  # type: ignore[index]
        time.sleep(0.05)


def end(server: subprocess.Popen[bytes], sign: int = signal.SIGTERM) -> None:
    """Asks a server to end, and ends it after ten seconds."""
    if server.poll() is None:
        server.send_signal(sign)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _beats(url: str) -> bool:
    import httpx

    try:
        return httpx.get(f"{url}/api/v2/heartbeat", timeout=5).is_success
    except httpx.TransportError:
        return False


def _run_as(user: str | None, command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    """A process that says nothing, as another user where one is named."""
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        command, user=user, group=user, cwd=folder, stdout=nothing, stderr=nothing, start_new_session=True
    )


def _unprivileged() -> str | None:
    """Whom to run PostgreSQL as, which refuses to be run by root."""
    import pwd

    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
