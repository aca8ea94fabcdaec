"""Two processes of one desk, sharing PostgreSQL and a Chroma server: one is killed under load and nothing is lost."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from chat.access import Person
from chat.assistant import Assistant
from chat.desk import Desk
from chat.history import History
from chat.settings import Settings
from evals.servers import chroma_server
from ingest.document import Refusal
from tests import writer
from tests.bigrams import NAME, Bigrams
from vectorstore.build import publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.uploads import Upload

pytestmark = pytest.mark.case("C4")

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.test_two_processes"])
SECONDS = 5.0
"""In which what one process publishes is live in the other."""


@pytest.fixture
def desk(tmp_path: Path, postgres_url: str) -> Iterator[Settings]:
    """A desk's settings, its library published."""
    (tmp_path / "chroma").mkdir()
    with chroma_server(tmp_path / "chroma") as chroma_url:
        settings = Settings(home=tmp_path / "home", database_url=postgres_url, chroma_url=chroma_url, embedding=NAME)
        with closing(Catalogue.at(settings.home, postgres_url, chroma_url)) as catalogue, writer_lock(settings.home):
            shelf = writer.both()
            publish_build(settings.home, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()))
        yield settings


def serve(values: dict[str, Any], name: str, log: Path, started: Event) -> None:
    """An app process at work: readers ask, an editor adds a document now and then; what was answered is logged."""
    settings = Settings(**values)
    assistant = Assistant(settings, Bigrams())
    history = History.at(settings.home, settings.database_url)
    answers = Desk(history, lambda error: Refusal("settings-wrong", name="", cause=str(error)))
    with log.open("a", encoding="utf-8") as lines:
        for number in range(10_000):
            conversation = history.begin(name, f"Q{number}").id
            turn = history.ask(name, conversation, "How far did freight fall?").id
            answers.begin(name, turn, lambda: assistant.stream("How far did freight fall?"))
            answers.wait(name, turn, 60)
            said(lines, turn=turn, conversation=conversation, state=history.exchange(name, turn).state)
            if name == "killed" and number % 4 == 1:
                librarian = assistant.librarian(Person("ed", "editor"))
                text = f"# Berth {number}\n\n## 1. Dues\n\nBerth {number} charged {number + 70} shells a day.\n"
                (staged,) = librarian.stage([Upload(f"berth-{number}.md", text.encode())])
                librarian.publish([(staged, librarian.description(staged))])
                said(lines, work=f"berth-{number}", at=time.time())
            started.set()


def said(lines: Any, **values: object) -> None:
    lines.write(json.dumps(values) + "\n")
    lines.flush()


def rows(log: Path) -> list[dict[str, Any]]:
    """What a process has logged; the last line of a killed one may be cut."""
    lines = log.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def test_one_of_two_is_killed_under_load_and_nothing_is_lost(desk: Settings, tmp_path: Path) -> None:
    values = desk.model_dump(include={"home", "database_url", "chroma_url", "embedding"})
    logs = {name: tmp_path / f"{name}.jsonl" for name in ("killed", "other")}
    children = {}
    for name, log in logs.items():
        started = processes.Event()
        children[name] = processes.Process(target=serve, args=(values, name, log, started))
        children[name].start()
        assert started.wait(120)
    third = Assistant(desk, Bigrams())
    try:
        seen = wait_for_documents(third, logs["killed"], 3)
        os.kill(children["killed"].pid, signal.SIGKILL)
        children["killed"].join()
        before = len(rows(logs["other"]))
        until = time.monotonic() + 60
        while len(rows(logs["other"])) < before + 5:
            assert time.monotonic() < until
            assert children["other"].is_alive()
            time.sleep(0.1)
    finally:
        for child in children.values():
            child.kill()
            child.join()
    assert max(seen) < SECONDS, "a build that one made was live in the other"
    history = History(desk.database_url)
    for name, log in logs.items():
        answered = [row for row in rows(log) if "turn" in row]
        assert len(answered) > 3
        for row in answered:
            exchange = history.exchange(name, row["turn"])
            assert (row["state"], exchange.state) == ("whole", "whole")
            assert exchange.answer is not None
            assert exchange.answer.text
    published = {row["work"] for row in rows(logs["killed"]) if "work" in row}
    assert published <= set(third.build.works)
    # and whoever was on the killed one goes on at the other, where they were
    last = [row for row in rows(logs["killed"]) if "turn" in row][-1]
    again = history.ask("killed", last["conversation"], "And the margins?")
    assert [e.id for e in history.exchanges("killed", last["conversation"])] == [last["turn"], again.id]
    assert third.ask("How many shells did berth 1 charge?").text
    history.close()
    third.close()


def wait_for_documents(other: Assistant, log: Path, count: int) -> list[float]:
    """Seconds from the publication of each of the first documents to when another process had it."""
    seen: dict[str, float] = {}
    until = time.monotonic() + 200
    while len(seen) < count:
        assert time.monotonic() < until
        works = set(other.build.works)
        for row in rows(log):
            if row.get("work") in works and row["work"] not in seen:
                seen[row["work"]] = time.time() - row["at"]
        time.sleep(0.05)
    return list(seen.values())
