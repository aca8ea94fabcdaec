"""What tests of builds ask of one: its passages, what it finds, its files; and writers in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.passages import cut_passages
from tests import writer
from tests.bigrams import Bigrams
from vectorstore.build import Build, open_build
from vectorstore.catalogue import Catalogue
from vectorstore.library import Shelf
from vectorstore.retrieve import Search

ORIGINAL, BOTH = writer.original(), writer.both()
KNOWN_AGAIN = 1
"""Texts embedded to see whether the model is the one of before."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.writer"])


@contextmanager
def opened(home: Path) -> Iterator[Build]:
    catalogue = Catalogue.at(home)
    build = open_build(home, catalogue)
    try:
        yield build
    finally:
        build.close()
        catalogue.close()


def passages(build: Build) -> list[tuple[str, str, str, str]]:
    return [(place.work, place.edition.id, place.passage.anchor, place.passage.text) for place in build.places]


def expected(shelf: Shelf) -> list[tuple[str, str, str, str]]:
    return [
        (edition.work, edition.id, passage.anchor, passage.text)
        for _, edition in sorted(shelf.editions.items())
        for passage in cut_passages(edition.document.text, edition.outline)
    ]


def best(build: Build, question: str = "海嵐航運的淨利降了多少") -> list[tuple[str, float]]:
    return [(hit.anchor, round(hit.score, 6)) for hit in Search(build, Bigrams()).hits(question)]


def build_files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "builds").iterdir())


def build_folder(home: Path) -> Path:
    (folder,) = (path for path in (home / "builds").iterdir() if path.is_dir())
    return folder


@contextmanager
def process(target: Callable[..., None], home: Path, *arguments: Any) -> Iterator[Any]:
    """A process that has started its work; killed at the end if it still runs."""
    started = processes.Event()
    child = processes.Process(target=target, args=(home, started, *arguments))
    child.start()
    try:
        assert started.wait(60) or child.exitcode is not None
        yield child
    finally:
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join(60)
        child.close()
