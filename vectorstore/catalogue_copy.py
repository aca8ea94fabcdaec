"""All rows of a library's database, copied into another: from SQLite to PostgreSQL and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.document import Refusal
from vectorstore.catalogue_database import STAND_IN, open_database

_VERSION = "alembic_version"
_ROWS = 500
"""Copied at once: a row may hold a whole document."""


@contextmanager
def _closing(engine: sa.Engine) -> Iterator[sa.Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def write_snapshot(engine: sa.Engine, snapshot: Path) -> None:
    """The database as of one moment as a file of SQLite, whichever it is."""
    if engine.dialect.name != "sqlite":
        with _closing(open_database(f"sqlite:///{snapshot}")) as target:
            copy_rows(engine, target)
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(snapshot),))


def move_database(source: Path, url: str) -> None:
    """Copies a SQLite file, of this version or an older one, into an empty database. Raises Refusal."""
    with (
        _closing(open_database(f"sqlite:///{source}")) as old,
        _closing(open_database(url)) as new,
    ):
        copy_rows(old, new)


def copy_rows(source: sa.Engine, target: sa.Engine) -> None:
    """Copies every row as of one moment, in one transaction. Raises Refusal where the target holds a library."""
    tables = sa.MetaData()
    tables.reflect(target)
    level = "REPEATABLE READ" if source.dialect.name == "postgresql" else "SERIALIZABLE"
    with source.connect().execution_options(isolation_level=level) as old, target.begin() as new:
        mine = sa.MetaData()
        mine.reflect(old)
        for table in tables.sorted_tables:
            if table.name == _VERSION:
                continue
            if new.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise Refusal("move-not-empty", database=target.dialect.name)
            rows = old.execution_options(yield_per=_ROWS).execute(sa.select(mine.tables[table.name])).mappings()
            for part in rows.partitions():
                new.execute(sa.insert(table), [_for(target, dict(row)) for row in part])


def _for(target: sa.Engine, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the other database takes it: see `Exact`."""
    pair = ("\0", STAND_IN) if target.dialect.name != "sqlite" else (STAND_IN, "\0")
    return {name: value.replace(*pair) if isinstance(value, str) else value for name, value in row.items()}
