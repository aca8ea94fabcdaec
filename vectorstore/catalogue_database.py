"""The database of a library: where it is, and how it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa


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


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    cursor = cast("Any", connection).cursor()
    for pragma in ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
