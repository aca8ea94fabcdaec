"""The files of a build are sealed when it is published, and tried before it is opened: damage is found, not read.

Chroma's graph is read by C++ code that a damaged file brings down with the whole process, and a changed byte in an
index is an answer that is silently wrong.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

_SEAL = "sealed.json"
_DATABASE = "chroma.sqlite3"
_TABLES = ("collections", "segments", "embeddings", "embeddings_queue", "max_seq_id")
"""Of the database, whose file every reader writes to: what is read of it, and is as it was written."""


def seal(folder: Path) -> None:
    """Writes down what the files of a finished build are."""
    (folder / _SEAL).write_text(json.dumps(digests(folder)), encoding="utf-8")


def is_as_sealed(folder: Path) -> bool:
    """Whether all files are there as they were sealed. A build of before there were seals passes."""
    path = folder / _SEAL
    if not path.exists():
        return True
    try:
        sealed = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return any(_tries(lambda: digests(folder) == sealed))


def _tries(check: Callable[[], bool]) -> Iterator[bool]:
    """Thrice, for another that opens Chroma's folder just now writes some of its files again, as they were."""
    for pause in (0.05, 0.2, 0):
        yield check()
        time.sleep(pause)


def digests(folder: Path) -> dict[str, str]:
    """Of each file under a folder but the seal, by its path; of a database, of what it says.

    The graph of a collection that Chroma has not yet written any vector of (they are in its database) is left out: each
    reader writes those files anew.
    """
    found, unwritten = {}, set[Path]()
    for database in folder.rglob(_DATABASE):
        found[database.relative_to(folder).as_posix()], empty = _said(database)
        unwritten |= {database.with_name(segment) for segment in empty}
    for path in sorted(folder.rglob("*")):
        apart = path.name == _SEAL or path.name.startswith(_DATABASE) or path.parent in unwritten
        if path.is_file() and not apart:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "blake2b").hexdigest()
            found[path.relative_to(folder).as_posix()] = digest
    return found


def _said(database: Path) -> tuple[str, list[str]]:
    """A digest of the rows that matter, empty where they cannot be read; and the segments with no vectors in files."""
    digest = hashlib.blake2b()
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            for table in _TABLES:
                for rows in _written_out(connection, table):
                    digest.update(rows.encode())
            unwritten = connection.execute(
                "SELECT id FROM segments WHERE id NOT IN (SELECT segment_id FROM max_seq_id)"
            )
            return digest.hexdigest(), [segment for (segment,) in unwritten]
    except sqlite3.DatabaseError:
        return "", []


def _written_out(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """The rows of a table as text, many at once, by SQLite itself: row by row, a thread that does so holds up others
    that read rows, for each of which the interpreter changes hands."""
    columns = [f'quote("{name}")' for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    row = " || ',' || ".join(columns)
    some = f"SELECT rowid AS number, {row} AS row FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT 5000"
    last = -1
    while last is not None:
        last, rows = connection.execute(f"SELECT max(number), group_concat(row, ';') FROM ({some})", (last,)).fetchone()
        yield rows or ""
