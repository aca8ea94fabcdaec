"""The database of works, editions, passages, embeddings and builds: the source of truth that builds are made from."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from ingest.document import Document, Edition, Loss, Outline, Page, Passage, Section, UnknownDocument, Work

_meta = sa.MetaData()
_works = sa.Table(
    "work",
    _meta,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("titles", sa.JSON, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("date", sa.Date),
    sa.Column("themes", sa.JSON, nullable=False),
    sa.Column("role", sa.String, nullable=False),
)
_editions = sa.Table(
    "edition",
    _meta,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("work", sa.ForeignKey("work.id"), nullable=False),
    sa.Column("lang", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("format", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("pages", sa.JSON, nullable=False),
    sa.Column("furniture", sa.JSON, nullable=False),
    sa.Column("losses", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("source", sa.String, nullable=False, server_default=""),
)
_sections = sa.Table(
    "section",
    _meta,
    sa.Column("edition", sa.ForeignKey("edition.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.String, nullable=False) for name in ("anchor", "kind")),
    sa.Column("parent", sa.String),
    sa.Column("title", sa.Text, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("first_line", "last_line", "start", "end")),
)
_passages = sa.Table(
    "passage",
    _meta,
    sa.Column("edition", sa.ForeignKey("edition.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("anchor", sa.String, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("part", "start", "end")),
)
_embeddings = sa.Table(
    "embedding",
    _meta,
    sa.Column("model", sa.String, primary_key=True),
    sa.Column("text_digest", sa.String, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)
_builds = sa.Table(
    "build",
    _meta,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("created", sa.DateTime, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("fingerprint", sa.String, nullable=False),
)
_members = sa.Table(
    "build_edition",
    _meta,
    sa.Column("build", sa.ForeignKey("build.id"), primary_key=True),
    sa.Column("edition", sa.ForeignKey("edition.key"), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
)
_live = sa.Table(
    "live",
    _meta,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
    sa.Column("build", sa.ForeignKey("build.id"), nullable=False),
)


def database_url(home: Path, url: str = "") -> str:
    """The database of a library: SQLite under its folder, which is made, unless a URL names another."""
    home.mkdir(parents=True, exist_ok=True)
    return url or f"sqlite:///{home / 'catalogue.sqlite3'}"


def open_database(url: str) -> sa.Engine:
    """Connections to a database, SQLite with its write-ahead log."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _sqlite_pragmas)
    return engine


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """What the catalogue says of a build. `fingerprint` changes with its editions, works, model and index format."""

    id: str
    model: str
    fingerprint: str
    editions: tuple[str, ...]


class Catalogue:
    """The database at a URL; SQLite in WAL mode, so that readers go on while one process writes."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)
        _meta.create_all(self._engine)
        self._add_columns()

    @classmethod
    def at(cls, home: Path, url: str = "") -> Catalogue:
        """The database of a library: SQLite under its folder, unless a URL names another."""
        return cls(database_url(home, url))

    @property
    def engine(self) -> sa.Engine:
        """The database, for tables that other parts keep in it."""
        return self._engine

    def close(self) -> None:
        self._engine.dispose()

    def _add_columns(self) -> None:
        """Brings the editions of an older database up to date: their new columns have defaults."""
        known = {column["name"] for column in sa.inspect(self._engine).get_columns("edition")}
        for name, kind in (("losses", "JSON NOT NULL DEFAULT '[]'"), ("source", "VARCHAR NOT NULL DEFAULT ''")):
            if name not in known:
                with self._engine.begin() as connection:
                    connection.execute(sa.text(f"ALTER TABLE edition ADD COLUMN {name} {kind}"))

    # Builds

    def live_build(self) -> BuildRecord | None:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_builds).join(_live)).one_or_none()
            if row is None:
                return None
            members = connection.scalars(
                sa.select(_members.c.edition).where(_members.c.build == row.id).order_by(_members.c.position)
            )
            return BuildRecord(row.id, row.model, row.fingerprint, tuple(members))

    def publish(self, build: BuildRecord, works: Iterable[Work], editions: Sequence[Edition]) -> None:
        """Makes a finished build the live one, with all it refers to, in one transaction."""
        from ingest.passages import cut_passages

        with self._engine.begin() as connection:
            for work in works:
                row = {
                    "titles": dict(work.titles),
                    "author": work.author,
                    "date": work.date,
                    "themes": {anchor: list(themes) for anchor, themes in work.themes.items()},
                    "role": work.role,
                }
                known = connection.scalar(sa.select(_works.c.id).where(_works.c.id == work.id))
                statement = sa.update(_works).where(_works.c.id == work.id) if known else sa.insert(_works)
                connection.execute(statement.values(**({} if known else {"id": work.id}), **row))
            stored = set(connection.scalars(sa.select(_editions.c.key)))
            for edition in editions:
                key = edition.key
                if key not in stored:
                    _insert_edition(connection, key, edition)
                else:
                    changed = sa.update(_editions).where(_editions.c.key == key, _editions.c.source != edition.source)
                    connection.execute(changed.values(source=edition.source, file=edition.file))
                # Cut again even where the text is known: the build was made with today's passages.
                _replace_passages(connection, key, cut_passages(edition.document.text, edition.outline))
            connection.execute(
                sa.insert(_builds).values(
                    id=build.id,
                    created=datetime.datetime.now(datetime.UTC).replace(tzinfo=None),
                    model=build.model,
                    fingerprint=build.fingerprint,
                )
            )
            members = [{"build": build.id, "edition": key, "position": n} for n, key in enumerate(build.editions)]
            if members:
                connection.execute(sa.insert(_members), members)
            connection.execute(sa.delete(_live))
            connection.execute(sa.insert(_live).values(id=1, build=build.id))

    # Works and editions

    def works(self, ids: Iterable[str]) -> dict[str, Work]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_works).where(_works.c.id.in_(list(ids))))
            return {row.id: Work(row.id, row.titles, row.author, row.date, row.themes, row.role) for row in rows}

    def edition(self, key: str) -> Edition:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_editions).where(_editions.c.key == key)).one_or_none()
            if row is None:
                raise UnknownDocument("edition-unknown", edition=key)
            sections = connection.execute(
                sa.select(*(_sections.c[field.name] for field in fields(Section)))
                .where(_sections.c.edition == key)
                .order_by(_sections.c.position)
            )
            outline = Outline(tuple(Section(*section) for section in sections), tuple(row.furniture))
        losses = tuple(Loss(**loss) for loss in row.losses)
        document = Document(row.text, row.format, tuple(Page(**page) for page in row.pages), losses=losses)
        return Edition(row.work, row.lang, row.kind, row.file, document, outline, row.source)

    def quoted_edition(self, build: str, work: str, edition: str) -> Edition | None:
        """An edition as it was when an answer of a build quoted it, superseded since or not; None if it was removed."""
        lang, kind = edition.rsplit("-", 1)
        with self._engine.connect() as connection:
            key = connection.scalar(
                sa.select(_editions.c.key)
                .join(_members, _members.c.edition == _editions.c.key)
                .where(_members.c.build == build, _editions.c.work == work)
                .where(_editions.c.lang == lang, _editions.c.kind == kind)
            )
        return self.edition(key) if key else None

    def forget(self, work: str, edition: str | None = None) -> tuple[str, ...]:
        """Erases every version of a work's edition, or of all, that the live build does not hold: text, sections,
        passages. Gives the sources of their files. Whoever quoted them finds them gone."""
        live = self.live_build()
        kept = set(live.editions) if live else set()
        with self._engine.begin() as connection:
            rows = connection.execute(
                sa.select(_editions.c.key, _editions.c.lang, _editions.c.kind, _editions.c.source).where(
                    _editions.c.work == work
                )
            ).all()
            gone = [row for row in rows if row.key not in kept and edition in (None, f"{row.lang}-{row.kind}")]
            keys = [row.key for row in gone]
            for table in (_passages, _sections, _members):
                connection.execute(sa.delete(table).where(table.c.edition.in_(keys)))
            connection.execute(sa.delete(_editions).where(_editions.c.key.in_(keys)))
        return tuple(row.source for row in gone)

    def passages(self, key: str, text: str) -> list[Passage]:
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_passages.c.anchor, _passages.c.part, _passages.c.start, _passages.c.end)
                .where(_passages.c.edition == key)
                .order_by(_passages.c.position)
            )
            return [Passage(anchor, part, start, end, text[start:end]) for anchor, part, start, end in rows]

    # Embeddings

    def embeddings(self, model: str, digests: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The stored vectors of texts, by the digest of the text."""
        found: dict[str, NDArray[np.float32]] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(digests), 500):
                rows = connection.execute(
                    sa.select(_embeddings.c.text_digest, _embeddings.c.vector).where(
                        _embeddings.c.model == model,
                        _embeddings.c.text_digest.in_(digests[start : start + 500]),
                    )
                )
                found.update({row.text_digest: np.frombuffer(row.vector, dtype="<f4") for row in rows})
        return found

    def store_embeddings(self, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        rows = [
            {"model": model, "text_digest": digest, "vector": vector.astype("<f4").tobytes()}
            for digest, vector in vectors.items()
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(_embeddings), rows)


def _insert_edition(connection: sa.Connection, key: str, edition: Edition) -> None:
    connection.execute(
        sa.insert(_editions).values(
            key=key,
            work=edition.work,
            lang=edition.lang,
            kind=edition.kind,
            file=edition.file,
            format=edition.document.format,
            text=edition.document.text,
            pages=[asdict(page) for page in edition.document.pages],
            furniture=list(edition.outline.furniture),
            losses=[asdict(loss) for loss in edition.document.losses],
            source=edition.source,
        )
    )
    sections = [
        {"edition": key, "position": n, **asdict(section)} for n, section in enumerate(edition.outline.sections)
    ]
    if sections:
        connection.execute(sa.insert(_sections), sections)


def _replace_passages(connection: sa.Connection, key: str, passages: Sequence[Passage]) -> None:
    known = connection.execute(
        sa.select(_passages.c.anchor, _passages.c.part, _passages.c.start, _passages.c.end)
        .where(_passages.c.edition == key)
        .order_by(_passages.c.position)
    )
    cut = [(p.anchor, p.part, p.start, p.end) for p in passages]
    if [tuple(row) for row in known] == cut:
        return
    connection.execute(sa.delete(_passages).where(_passages.c.edition == key))
    rows = [
        {"edition": key, "position": n, "anchor": anchor, "part": part, "start": start, "end": end}
        for n, (anchor, part, start, end) in enumerate(cut)
    ]
    if rows:
        connection.execute(sa.insert(_passages), rows)


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    cursor = cast("Any", connection).cursor()
    for pragma in ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def fingerprint(parts: object) -> str:
    """A short digest of a JSON-like value."""
    import hashlib

    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()[:16]
