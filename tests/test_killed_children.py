"""Readers that are killed (R3): a hundred of them leave no process, no file, no open end, and their place is free."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest import sandbox
from ingest.document import UnreadableDocument
from ingest.sandbox import Limits, parse_file

pytestmark = pytest.mark.case("R3")

CHILD = """
import json, os, signal, sys, time
request = json.load(sys.stdin)
how = os.path.basename(request["path"]).partition("-")[0]
with open(os.environ["PYTHONPATH"] + f"/session-{os.getpid()}", "w"):
    pass
if how in ("deaf", "forks"):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
if how == "forks":
    for _ in range(3):
        os.fork()
if how == "floods":
    while True:
        os.write(1, b"x" * 65536)
if how == "crashes":
    os.kill(os.getpid(), signal.SIGSEGV)
if how == "greedy":
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (2**26, 2**26))
    bytearray(2**30)
time.sleep(60)
"""
ENDS = {
    "late": "file-too-slow",
    "deaf": "file-too-slow",
    "forks": "file-too-slow",
    "floods": "file-too-long",
    "crashes": "file-too-heavy",
    "greedy": "file-too-heavy",
}
SECONDS = 1.0
KILLS = 100


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree whose reader misbehaves as its file's name says."""
    (tmp_path / "ingest").mkdir()
    (tmp_path / "ingest" / "child.py").write_text(CHILD, encoding="utf-8")
    monkeypatch.setattr(sandbox, "_ROOT", tmp_path)
    return tmp_path


def test_a_hundred_kills_leave_nothing(root: Path, record_property: Callable[[str, object], None]) -> None:
    files = root / "files"
    files.mkdir()
    paths = [files / f"{list(ENDS)[n % len(ENDS)]}-{n}.txt" for n in range(KILLS)]
    for path in paths:
        path.write_text("Freight fell.", encoding="utf-8")
    before = open_ends()
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(killed, paths))
    wrong = [
        (path.name, key, late)
        for path, (key, late) in zip(paths, found, strict=True)
        if key not in (expected(path), "file-too-slow")
    ]
    slow = [path.name for path, (_, late) in zip(paths, found, strict=True) if late > 2]
    sessions = [int(path.name.rpartition("-")[2]) for path in root.glob("session-*")]
    left = [session for session in sessions if alive(session)]
    record_property("tried", KILLS)
    record_property("held", KILLS - len({name for name, *_ in wrong} | set(slow)) - len(left))
    record_property("figure", f"places free after {max(late for _, late in found):.1f} s at most")
    assert wrong == []
    assert slow == []
    assert left == []
    assert len(sessions) > KILLS / 4  # the rest was killed before it had begun: a busy machine
    assert sorted(files.iterdir()) == sorted(paths)
    assert open_ends() == before


def killed(path: Path) -> tuple[str, float]:
    """What a file was refused for, and how long after its time."""
    started = time.monotonic()
    with pytest.raises(UnreadableDocument) as caught:
        parse_file(path, limits=Limits(seconds=SECONDS, output=2**20))
    return caught.value.key, time.monotonic() - started - SECONDS


def expected(path: Path) -> str:
    return ENDS[path.name.partition("-")[0]]


def alive(session: int) -> bool:
    """Whether a process of a session, a dead one that nobody waited for among them, is still there."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended while it was looked at
        if int(fields[3]) == session and fields[0] != "Z":
            return True
        if fields[0] == "Z" and int(fields[1]) == os.getpid() and int(stat.parent.name) == session:
            return True
    return False


def open_ends() -> Counter[str]:
    """The open files of this process, by kind."""
    held = list(Path("/proc/self/fd").iterdir())
    return Counter(str(one.readlink()).partition(":")[0] for one in held if one.is_symlink())
