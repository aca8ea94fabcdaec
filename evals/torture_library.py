"""Invented libraries that the fault cases publish, and the processes that change them and are killed or starved."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from evals.scale import MODEL, InventedVectors
from ingest.document import Document, Edition, Refusal, Work
from ingest.outline import outline_sections
from ingest.passages import cut_passages
from vectorstore.build import Build, open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import open_or_mend
from vectorstore.library import Shelf, live_shelf
from vectorstore.places import embedded_text
from vectorstore.retrieve import Search
from vectorstore.vectors import ITSELF

REFUSED, CRASHED = 3, 4
"""How a process ends that was refused in a sentence, or by an error that nobody foresaw."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["evals.torture_library"])


def document(number: int, paragraphs: int) -> Edition:
    """A work of so many passages, each of them of this document alone."""
    lines = (f"Paragraph {n} of document {number} counts {n * number + 17} crates.\n\n" for n in range(paragraphs))
    text = f"# Document {number}\n\n## One\n\n" + "".join(lines)
    made = Document(text, "markdown")
    return Edition(f"document-{number}", "en", "original", f"{number}.md", made, outline_sections(made))


def with_document(shelf: Shelf, edition: Edition) -> Shelf:
    return shelf.with_edition(Work(edition.work, {"en": edition.work}), edition)


def publish(home: Path, shelf: Shelf, *, rebuild: bool = False) -> None:
    """Makes a shelf the live build, as the command does."""
    with closing(Catalogue.at(home)) as catalogue, writer_lock(home):
        editions = list(shelf.editions.values())
        publish_build(home, catalogue, MODEL, InventedVectors, shelf.works, editions, rebuild=rebuild)


def shelf_at(home: Path) -> Shelf:
    """What is live."""
    with closing(Catalogue.at(home)) as catalogue:
        return live_shelf(catalogue)


def found(home: Path, questions: Sequence[str]) -> list[list[tuple[str, str, float]]]:
    """The first ten hits of each question."""
    with closing(Catalogue.at(home)) as catalogue, closing(open_build(home, catalogue)) as build:
        search = Search(build, InventedVectors())
        return [[(hit.work, hit.anchor, round(hit.score, 5)) for hit in search.hits(q)[:10]] for q in questions]


def partial_editions(build: Build) -> list[str]:
    """The works of which something else than the whole can be found."""
    texts: dict[str, list[str]] = {edition.work: [] for edition in build.editions.values()}
    faults = []
    vectors = InventedVectors()
    for place in build.places:
        mine = texts[place.work]
        if not mine:
            vector = vectors.embed_query(embedded_text(place))
            if build.nearest_passages(vector, 50).get(place.index, 0.0) < ITSELF:
                faults.append(place.work)
        mine.append(place.passage.text)
    for edition in build.editions.values():
        whole = [passage.text for passage in cut_passages(edition.document.text, edition.outline)]
        if texts[edition.work] != whole:
            faults.append(edition.work)
    return faults


# Processes


def run(target: Callable[..., None], *arguments: Any) -> Any:
    """A process that has begun."""
    child = processes.Process(target=target, args=arguments)
    child.start()
    return child


def add_document(home: Path, number: int, paragraphs: int, started: Event) -> None:
    """Publishes what is live and one document more."""
    shelf = with_document(shelf_at(home), document(number, paragraphs))
    started.set()
    publish(home, shelf)


def add_within(home: Path, number: int, paragraphs: int, largest: int) -> None:
    """The same where no file may grow beyond so many bytes; ends with how it went."""
    shelf = with_document(shelf_at(home), document(number, paragraphs))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends
    try:
        publish(home, shelf)
    except Refusal:
        os._exit(REFUSED)
    except BaseException:  # noqa: BLE001 - what is counted here
        os._exit(CRASHED)
    os._exit(0)


def change_often(home: Path, started: Event) -> None:
    """Publishes with a document and without it, until it is ended."""
    shelves = [shelf_at(home), with_document(shelf_at(home), document(9, 200))]
    started.set()
    for turn in range(10_000):
        publish(home, shelves[(turn + 1) % 2])


def open_anyhow(home: Path, out: Path, user: int) -> None:
    """Opens a library as the app does at its start, as another user where one is named, and writes what came of it."""
    if user:
        os.setegid(user)
        os.seteuid(user)
    started = time.monotonic()
    try:
        with closing(Catalogue.at(home)) as catalogue:
            before = catalogue.live_build()
            with closing(open_or_mend(home, catalogue, MODEL, InventedVectors())) as build:
                mended = before is not None and build.id != before.id
        result: dict[str, object] = {"opened": True, "mended": mended}
    except Refusal as refusal:
        result = {"opened": False, "refusal": refusal.key}
    if user:
        os.seteuid(0)
    out.write_text(json.dumps({**result, "seconds": time.monotonic() - started}), encoding="utf-8")
