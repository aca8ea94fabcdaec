"""Works and editions as rows of the catalogue, read and written within a transaction of its."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import asdict, fields

import sqlalchemy as sa

from ingest.document import Document, Edition, Loss, Outline, Page, Passage, Section, UnknownDocument, Work
from vectorstore.catalogue_tables import EDITIONS, EMBEDDINGS, PASSAGES, SECTIONS, WORKS

_DELETED = 500
"""Vectors in one statement: SQLite takes so many values anywhere."""


def read_edition_row(connection: sa.Connection, key: str) -> Edition:
    """An edition by its key. Raises UnknownDocument."""
    row = connection.execute(sa.select(EDITIONS).where(EDITIONS.c.key == key)).one_or_none()
    if row is None:
        raise UnknownDocument("edition-unknown", edition=key)
    sections = connection.execute(
        sa.select(*(SECTIONS.c[field.name] for field in fields(Section)))
        .where(SECTIONS.c.edition == key)
        .order_by(SECTIONS.c.position)
    )
    outline = Outline(tuple(Section(*section) for section in sections), tuple(row.furniture))
    losses = tuple(Loss(**loss) for loss in row.losses)
    document = Document(row.text, row.format, tuple(Page(**page) for page in row.pages), losses=losses)
    return Edition(row.work, row.lang, row.kind, row.file, document, outline, row.source, row.size, row.added_by)


def read_hidden(connection: sa.Connection, owner: str) -> frozenset[str]:
    """The works that are private to others than the owner."""
    return frozenset(connection.scalars(sa.select(WORKS.c.id).where(WORKS.c.private_to.not_in(["", owner]))))


def store_work(connection: sa.Connection, work: Work) -> None:
    """Writes a work, new or changed."""
    row = {
        "titles": dict(work.titles),
        "author": work.author,
        "date": work.date,
        "themes": {anchor: list(themes) for anchor, themes in work.themes.items()},
        "role": work.role,
        "private_to": work.private_to,
    }
    known = connection.scalar(sa.select(WORKS.c.id).where(WORKS.c.id == work.id))
    statement = sa.update(WORKS).where(WORKS.c.id == work.id) if known else sa.insert(WORKS)
    connection.execute(statement.values(**({} if known else {"id": work.id}), **row))


def insert_edition(connection: sa.Connection, key: str, edition: Edition) -> None:
    """Writes an edition and its sections under a key that is new."""
    connection.execute(
        sa.insert(EDITIONS).values(
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
            size=edition.size,
            added_by=edition.added_by,
        )
    )
    sections = [
        {"edition": key, "position": n, **asdict(section)} for n, section in enumerate(edition.outline.sections)
    ]
    if sections:
        connection.execute(sa.insert(SECTIONS), sections)


def replace_passages(connection: sa.Connection, key: str, passages: Sequence[Passage]) -> None:
    """Writes the passages of an edition unless they are just those that are there."""
    known = connection.execute(
        sa.select(PASSAGES.c.anchor, PASSAGES.c.part, PASSAGES.c.start, PASSAGES.c.end)
        .where(PASSAGES.c.edition == key)
        .order_by(PASSAGES.c.position)
    )
    cut = [(p.anchor, p.part, p.start, p.end) for p in passages]
    if [tuple(row) for row in known] == cut:
        return
    connection.execute(sa.delete(PASSAGES).where(PASSAGES.c.edition == key))
    rows = [
        {"edition": key, "position": n, "anchor": anchor, "part": part, "start": start, "end": end}
        for n, (anchor, part, start, end) in enumerate(cut)
    ]
    if rows:
        connection.execute(sa.insert(PASSAGES), rows)


def delete_vectors_but(connection: sa.Connection, digests: Set[str]) -> None:
    """Deletes every model's vectors but those of texts with these digests."""
    for model in connection.scalars(sa.select(EMBEDDINGS.c.model).distinct()).all():
        of_model = EMBEDDINGS.c.model == model
        stored = connection.scalars(sa.select(EMBEDDINGS.c.text_digest).where(of_model))
        gone = [digest for digest in stored if digest not in digests]
        for start in range(0, len(gone), _DELETED):
            some = EMBEDDINGS.c.text_digest.in_(gone[start : start + _DELETED])
            connection.execute(sa.delete(EMBEDDINGS).where(of_model, some))
