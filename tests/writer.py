"""Processes that write to a library, for tests of builds: one killed at a named point, one that holds the lock."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from chromadb.api.models.Collection import Collection

import vectorstore.build as build
import vectorstore.vectors
from ingest.document import Document, Edition, Work
from ingest.outline import outline_sections
from tests.bigrams import NAME, Bigrams
from tests.conftest import DATA
from vectorstore.catalogue import Catalogue
from vectorstore.library import Shelf, read_edition
from vectorstore.words import KeywordIndex

WORK = Work("second-report", {"en": "Three lanes into a headwind"})


@cache
def original() -> Shelf:
    edition = read_edition(DATA / "second-report.zh-Hant.txt", WORK.id, None, "original")
    return Shelf({}, {}).with_edition(WORK, edition)


@cache
def both() -> Shelf:
    return original().with_edition(WORK, read_edition(DATA / "second-report.en.md", WORK.id, None, "translation"))


def long(paragraphs: int) -> Shelf:
    """A work of so many short paragraphs."""
    text = "# Long\n\n## One\n\n" + "".join(f"Paragraph {n} of many.\n\n" for n in range(paragraphs))
    document = Document(text, "markdown")
    edition = Edition("long", "en", "original", "long.md", document, outline_sections(document))
    return Shelf({}, {}).with_edition(Work("long", {"en": "Long"}), edition)


def longer(paragraphs: int) -> Shelf:
    """The same with the second report before it."""
    shelf = long(paragraphs)
    for (work, _), edition in both().editions.items():
        shelf = shelf.with_edition(replace(WORK, id=f"a-{work}"), replace(edition, work=f"a-{work}"))
    return shelf


def publish(home: Path, shelf: Shelf, model: Bigrams | None = None, url: str = "", **options: Any) -> bool:
    """Makes the shelf the live build, as the command does."""
    catalogue = Catalogue.at(home, url)
    try:
        with build.writer_lock(home):
            editions = list(shelf.editions.values())
            return build.publish_build(
                home, catalogue, NAME, lambda: model or Bigrams(), shelf.works, editions, **options
            )
    finally:
        catalogue.close()


# Entry points of processes


def publish_both(home: Path, started: Event, point: str = "", url: str = "") -> None:
    """Adds the translation; ends by SIGKILL at the point, if one is named."""
    POINTS.get(point, lambda: None)()
    shelf = both()
    started.set()
    publish(home, shelf, url=url)


def publish_longer(home: Path, started: Event, point: str) -> None:
    """Adds a report to a library of a long work; ends by SIGKILL at the point."""
    COPYING[point]()
    shelf = longer(2_100)
    started.set()
    publish(home, shelf)


def publish_often(home: Path, started: Event, times: int) -> None:
    shelves = [original(), both()]
    started.set()
    for turn in range(times):
        publish(home, shelves[turn % 2])


def hold_writer_lock(home: Path, started: Event) -> None:
    with build.writer_lock(home):
        started.set()
        time.sleep(600)


def hold_build(home: Path, started: Event) -> None:
    held = build.open_build(home, Catalogue.at(home))
    started.set()
    time.sleep(600)
    held.close()


# Points


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _while_embedding() -> None:
    embed = Bigrams.embed_documents
    batches: list[int] = []

    def second_batch_dies(self: Bigrams, texts: Any) -> Any:
        batches.append(1)
        return die() if len(batches) == 2 else embed(self, texts)

    Bigrams.embed_documents = second_batch_dies  # type: ignore[method-assign]


def _while_adding() -> None:
    add = Collection.add

    def half(self: Collection, ids: list[str], embeddings: list[Any]) -> None:
        add(self, ids=ids[: len(ids) // 2], embeddings=embeddings[: len(ids) // 2])
        die()

    Collection.add = half  # type: ignore[assignment]


def _between_keyword_indexes() -> None:
    KeywordIndex.save = lambda *_: die()  # type: ignore[method-assign]


def _at_statement(beginning: str) -> Callable[[], None]:
    def install() -> None:
        @sa.event.listens_for(sa.Engine, "after_cursor_execute")
        def _(_1: Any, _2: Any, statement: str, *_3: Any) -> None:
            if statement.startswith(beginning):
                die()

    return install


def _before(owner: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(owner, name, lambda *_, **__: die())


def _before_commit() -> None:
    published: list[bool] = []

    @sa.event.listens_for(sa.Engine, "after_cursor_execute")
    def _(_1: Any, _2: Any, statement: str, *_3: Any) -> None:
        published.append(statement.startswith("INSERT INTO live"))

    @sa.event.listens_for(sa.Engine, "commit")
    def _(_: Any) -> None:
        if any(published):
            die()


OLD = {
    "with an empty folder": _before(build, "_write"),
    "between two batches of embeddings": _while_embedding,
    "after embedding": _before(vectorstore.vectors, "chroma"),
    "amid adding vectors": _while_adding,
    "before the keywords": _between_keyword_indexes,
    "before the catalogue": _before(Catalogue, "publish"),
    "within the transaction, at the text": _at_statement("INSERT INTO edition"),
    "within the transaction, without a live build": _at_statement("DELETE FROM live"),
    "before the commit": _before_commit,
}
NEW = {
    "before old builds are removed": _before(build, "sweep"),
    "amid removing an old build": _before(build.shutil, "rmtree"),
}
POINTS = {**OLD, **NEW}
COPYING = {
    "amid copying": _before(vectorstore.vectors.shutil, "copyfile"),
    "before adding vectors": _before(Collection, "add"),
    "amid adding vectors": _while_adding,
    "before the copy is tried": _before(vectorstore.vectors, "_try"),
    "before the keywords": _between_keyword_indexes,
    "before the commit": _before_commit,
}
"""Of a library whose vectors are copied."""
