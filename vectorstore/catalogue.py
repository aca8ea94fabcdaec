"""The database of works, editions, passages, embeddings and builds: the source of truth that builds are made from."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from ingest.document import Edition, Passage, Work
from vectorstore.allowance import Kept
from vectorstore.catalogue_database import database_url, empty_log, open_database
from vectorstore.catalogue_rows import (
    delete_vectors_but,
    insert_edition,
    read_edition_row,
    read_hidden,
    replace_passages,
    store_work,
)
from vectorstore.catalogue_tables import BUILDS, EDITIONS, EMBEDDINGS, LIVE, MEMBERS, PASSAGES, SECTIONS, WORKS


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """What the catalogue says of a build. `fingerprint` changes with its editions, works, model and index format."""

    id: str
    model: str
    fingerprint: str
    editions: tuple[str, ...]


class Catalogue:
    """The database at a URL; readers go on while one process writes."""

    def __init__(self, url: str, chroma_url: str = "") -> None:
        """Raises Refusal where the database cannot be used, or is of a later version."""
        self._engine = open_database(url)
        self.chroma_url = chroma_url
        """The Chroma server with the vectors of builds; empty: they are in the builds' folders."""

    @classmethod
    def at(cls, home: Path, url: str = "", chroma_url: str = "") -> Catalogue:
        """The database of a library: SQLite under its folder, unless a URL names another."""
        return cls(database_url(home, url), chroma_url)

    @property
    def engine(self) -> sa.Engine:
        """The database, for tables that other parts keep in it."""
        return self._engine

    def close(self) -> None:
        self._engine.dispose()

    # Builds

    def live_build(self) -> BuildRecord | None:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(BUILDS).join(LIVE)).one_or_none()
            if row is None:
                return None
            members = connection.scalars(
                sa.select(MEMBERS.c.edition).where(MEMBERS.c.build == row.id).order_by(MEMBERS.c.position)
            )
            return BuildRecord(row.id, row.model, row.fingerprint, tuple(members))

    def publish(self, build: BuildRecord, works: Iterable[Work], editions: Sequence[Edition]) -> None:
        """Makes a finished build the live one, with all it refers to, in one transaction."""
        from ingest.passages import cut_passages

        with self._engine.begin() as connection:
            for work in works:
                store_work(connection, work)
            stored = set(connection.scalars(sa.select(EDITIONS.c.key)))
            for edition in editions:
                key = edition.key
                if key not in stored:
                    insert_edition(connection, key, edition)
                else:
                    changed = sa.update(EDITIONS).where(EDITIONS.c.key == key, EDITIONS.c.source != edition.source)
                    values = {"source": edition.source, "file": edition.file, "size": edition.size}
                    connection.execute(changed.values(values))
                # Cut again even where the text is known: the build was made with today's passages.
                replace_passages(connection, key, cut_passages(edition.document.text, edition.outline))
            connection.execute(
                sa.insert(BUILDS).values(
                    id=build.id,
                    created=datetime.datetime.now(datetime.UTC).replace(tzinfo=None),
                    model=build.model,
                    fingerprint=build.fingerprint,
                )
            )
            members = [{"build": build.id, "edition": key, "position": n} for n, key in enumerate(build.editions)]
            if members:
                connection.execute(sa.insert(MEMBERS), members)
            connection.execute(sa.delete(LIVE))
            connection.execute(sa.insert(LIVE).values(id=1, build=build.id))

    # Works and editions

    def works(self, ids: Iterable[str]) -> dict[str, Work]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(WORKS).where(WORKS.c.id.in_(list(ids))))
            return {
                row.id: Work(row.id, row.titles, row.author, row.date, row.themes, row.role, row.private_to)
                for row in rows
            }

    def hidden_from(self, owner: str) -> frozenset[str]:
        """The works that are private to others, those taken out of the library among them."""
        with self._engine.connect() as connection:
            return read_hidden(connection, owner)

    def edition(self, key: str) -> Edition:
        """An edition by its key. Raises UnknownDocument."""
        with self._engine.connect() as connection:
            return read_edition_row(connection, key)

    def quoted_edition(self, build: str, work: str, edition: str) -> Edition | None:
        """An edition as it was when an answer of a build quoted it, superseded since or not; None if it was removed."""
        lang, kind = edition.rsplit("-", 1)
        with self._engine.connect() as connection:
            key = connection.scalar(
                sa.select(EDITIONS.c.key)
                .join(MEMBERS, MEMBERS.c.edition == EDITIONS.c.key)
                .where(MEMBERS.c.build == build, EDITIONS.c.work == work)
                .where(EDITIONS.c.lang == lang, EDITIONS.c.kind == kind)
            )
        return self.edition(key) if key else None

    def forget(self, work: str, edition: str | None, vectors: Set[str]) -> tuple[str, ...]:
        """Erases every version of a work's edition, or of all, that the live build does not hold: text, sections,
        passages, and with the last one what is said of the work; and the vectors of all digests but those given, which
        are the texts' that stay. Gives the sources of their files. Whoever quoted them finds them gone."""
        gone = self._not_live(work, edition)
        keys = list(gone)
        with self._engine.begin() as connection:
            for table in (PASSAGES, SECTIONS, MEMBERS):
                connection.execute(sa.delete(table).where(table.c.edition.in_(keys)))
            connection.execute(sa.delete(EDITIONS).where(EDITIONS.c.key.in_(keys)))
            delete_vectors_but(connection, vectors)
            used = sa.select(EDITIONS.c.key).where(EDITIONS.c.work == WORKS.c.id).exists()
            unused = sa.and_(WORKS.c.id == work, ~used)
            connection.execute(sa.delete(WORKS).where(unused, WORKS.c.private_to == ""))
            # By the row of a private work, what quoted it stays withheld from others.
            connection.execute(sa.update(WORKS).where(unused).values(titles={}, author="", themes={}))
            in_use = set(connection.scalars(sa.select(EDITIONS.c.source)))
        empty_log(self._engine)
        return tuple(source for source in gone.values() if source not in in_use)

    def sources(self) -> frozenset[str]:
        """Those of all editions, replaced ones too."""
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(sa.select(EDITIONS.c.source)))

    def private_works(self, owner: str) -> list[str]:
        """The works that are or were an owner's alone, also those of which only the row is left."""
        with self._engine.connect() as connection:
            return list(connection.scalars(sa.select(WORKS.c.id).where(WORKS.c.private_to == owner)))

    def staying(self, works: Iterable[str], edition: str | None = None) -> list[str]:
        """The keys of all editions but those that `forget` would erase of works."""
        gone = {key for work in works for key in self._not_live(work, edition)}
        with self._engine.connect() as connection:
            return [key for key in connection.scalars(sa.select(EDITIONS.c.key)) if key not in gone]

    def remains(self, work: str, edition: str | None = None) -> bool:
        """Whether there are versions that `forget` would erase."""
        return bool(self._not_live(work, edition))

    def _not_live(self, work: str, edition: str | None) -> dict[str, str]:
        """The versions of a work's edition, or of all, that the live build does not hold, with their files' sources."""
        live = self.live_build()
        kept = set(live.editions) if live else set()
        columns = EDITIONS.c.key, EDITIONS.c.lang, EDITIONS.c.kind, EDITIONS.c.source
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).where(EDITIONS.c.work == work)).all()
        wanted = [row for row in rows if edition in (None, f"{row.lang}-{row.kind}")]
        return {row.key: row.source for row in wanted if row.key not in kept}

    def kept_of(self, owner: str) -> Kept:
        """What a person keeps: works that are theirs alone, and what they published."""
        whose = sa.case((WORKS.c.private_to == "", EDITIONS.c.added_by), else_=WORKS.c.private_to)
        source = sa.case((EDITIONS.c.source == "", EDITIONS.c.key), else_=EDITIONS.c.source)
        live = sa.select(MEMBERS.c.edition).join(LIVE, LIVE.c.build == MEMBERS.c.build)
        query = sa.select(source, EDITIONS.c.size, EDITIONS.c.key.in_(live)).join(WORKS).where(whose == owner)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return Kept(sum(bool(is_live) for *_, is_live in rows), {name: size for name, size, _ in rows})

    def passages(self, key: str, text: str) -> list[Passage]:
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(PASSAGES.c.anchor, PASSAGES.c.part, PASSAGES.c.start, PASSAGES.c.end)
                .where(PASSAGES.c.edition == key)
                .order_by(PASSAGES.c.position)
            )
            return [Passage(anchor, part, start, end, text[start:end]) for anchor, part, start, end in rows]

    # Embeddings

    def embeddings(self, model: str, digests: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The stored vectors of texts, by the digest of the text."""
        rows = self._of_embeddings(model, digests, EMBEDDINGS.c.text_digest, EMBEDDINGS.c.vector)
        return {row.text_digest: np.frombuffer(row.vector, dtype="<f4") for row in rows}

    def embedded(self, model: str, digests: Sequence[str]) -> set[str]:
        """Which of the digests are those of texts with stored vectors."""
        return {row.text_digest for row in self._of_embeddings(model, digests, EMBEDDINGS.c.text_digest)}

    def _of_embeddings(self, model: str, digests: Sequence[str], *columns: sa.Column[Any]) -> Iterator[sa.Row[Any]]:
        with self._engine.connect() as connection:
            for start in range(0, len(digests), 500):
                some = EMBEDDINGS.c.text_digest.in_(digests[start : start + 500])
                yield from connection.execute(sa.select(*columns).where(EMBEDDINGS.c.model == model, some))

    def store_embeddings(self, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        rows = [
            {"model": model, "text_digest": digest, "vector": vector.astype("<f4").tobytes()}
            for digest, vector in vectors.items()
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(EMBEDDINGS), rows)

    def forget_embeddings(self, model: str) -> None:
        """Removes all vectors of a model."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(EMBEDDINGS).where(EMBEDDINGS.c.model == model))


def in_order(editions: Iterable[Edition]) -> list[Edition]:
    """The editions of a work, original first."""
    order = {"original": 0, "translation": 1, "digest": 2}
    return sorted(editions, key=lambda edition: (order[edition.kind], edition.lang))


def fingerprint(parts: object) -> str:
    """A short digest of a JSON-like value."""
    import hashlib

    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()[:16]
