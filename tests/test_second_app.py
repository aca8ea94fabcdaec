"""A second app on the folder of the first (S5): one writes at a time, both answer, a killed one is in nobody's way."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path

import portalocker
import pytest

from chat.access import Person
from chat.assistant import Assistant
from chat.settings import Settings
from ingest.document import LANGUAGES, Refusal
from tests import writer
from tests.bigrams import NAME, Bigrams
from vectorstore.build import open_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import Librarian
from vectorstore.uploads import Upload

pytestmark = pytest.mark.case("S5")

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.test_second_app"])
SECONDS = 5.0
"""In which what one app publishes is live in the other."""

REFUSED = 20
QUESTION = "How far did freight fall?"
EDITOR = Person("ed", "editor")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    writer.publish(tmp_path / "home", writer.both())
    return tmp_path / "home"


def settings_of(home: Path) -> Settings:
    return Settings(_env_file=None, home=home, embedding=NAME)  # type: ignore[call-arg]


def berth(librarian: Librarian, number: int) -> str:
    """Publishes a document; gives its work."""
    text = f"# Berth {number}\n\n## 1. Dues\n\nBerth {number} charged {number + 70} shells a day.\n"
    (staged,) = librarian.stage([Upload(f"berth-{number}.md", text.encode())])
    ((work, _),) = librarian.publish([(staged, librarian.description(staged))])
    return work


def second_app(home: Path, started: Event, log: Path) -> None:
    """Answers, and tries to publish, again and again; says how each went."""
    with closing(Assistant(settings_of(home), Bigrams())) as assistant, log.open("a", encoding="utf-8") as lines:
        librarian = assistant.librarian(EDITOR)
        for number in range(10_000):
            row: dict[str, object] = {"answered": bool(assistant.ask(QUESTION).hits)}
            try:
                row |= {"work": berth(librarian, number), "at": time.time()}
            except Refusal as refusal:
                row |= {"refused": refusal.key, "said": refusal.in_language("en")}
            lines.write(json.dumps(row) + "\n")
            lines.flush()
            started.set()


def rows(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").split("\n")[:-1]]


def wait_until(holds: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def other(home: Path, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The second app's process and its log; the first one writes until it has been refused."""
    log, started = tmp_path / "log", processes.Event()
    child = processes.Process(target=second_app, args=(home, started, log))
    with writer_lock(home):
        child.start()
        assert started.wait(120)
        wait_until(lambda: len(rows(log)) >= REFUSED)
    assert child.pid is not None
    yield child.pid, log
    child.kill()
    child.join()


def test_two_apps_on_one_folder(
    home: Path, other: tuple[int, Path], record_property: Callable[[str, object], None]
) -> None:
    pid, log = other
    refused = [row for row in rows(log) if "refused" in row][:REFUSED]
    record_property("tried", REFUSED)
    assert {row["refused"] for row in refused} == {"writer-busy"}
    assert all("\n" not in str(row["said"]) for row in refused)
    with closing(Assistant(settings_of(home), Bigrams())) as first:
        wait_until(lambda: any("work" in row for row in rows(log)))
        row = next(row for row in rows(log) if "work" in row)
        wait_until(lambda: row["work"] in first.build.works)
        assert time.time() - float(str(row["at"])) < SECONDS
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid))
        published = {row["work"] for row in rows(log) if "work" in row}
        mine = berth(first.librarian(EDITOR), 999)
        assert {*published, mine} <= set(first.build.works)
        assert first.ask(QUESTION).hits
    assert all(row["answered"] for row in rows(log))


def alive(pid: int) -> bool:
    """Whether a child of ours still runs: a killed one may be there until it is waited for, and does nothing."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_where_a_file_system_has_no_locks_nobody_writes_or_reads_unguarded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some NFS mounts have none: one clear line, and what is there stays as it is."""

    def refuses(*_: object) -> None:
        raise portalocker.LockException(OSError(errno.ENOLCK, os.strerror(errno.ENOLCK)))

    with closing(Assistant(settings_of(home), Bigrams())) as reader, closing(Catalogue.at(home)) as catalogue:
        live = catalogue.live_build()
        monkeypatch.setattr(portalocker, "lock", refuses)
        for attempt in (
            lambda: writer_lock(home).__enter__(),
            lambda: open_build(home, catalogue),
            lambda: berth(reader.librarian(EDITOR), 1),
        ):
            with pytest.raises(Refusal) as caught:
                attempt()
            assert caught.value.key == "library-unwritable"
            lines = [caught.value.in_language(language) for language in LANGUAGES]
            assert all("\n" not in line and os.strerror(errno.ENOLCK) in line for line in lines)
        assert reader.ask(QUESTION).hits, "who reads a build already goes on"
        assert catalogue.live_build() == live
