"""Backups: one file with the database and the kept files of a library; its index is made again from them."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ingest.document import Refusal
from vectorstore.catalogue import Catalogue
from vectorstore.catalogue_copy import move_database, write_snapshot
from vectorstore.files import KEPT, is_kept_name

FORM = b"footnote-backup 1\n"
"""The first entry of the file; the number changes with what the others are."""

_FORM, _DATABASE, _FILES = "form.txt", "catalogue.sqlite3", f"{KEPT}/"


def write_backup(home: Path, catalogue: Catalogue, target: Path) -> None:
    """Writes a backup of a library that may be in use: the database as of one moment.

    Raises Refusal where the file is there already or cannot be written.
    """
    if target.exists():
        raise Refusal("backup-exists", file=target.name)
    unfinished = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
    snapshot = unfinished.with_name(f"{unfinished.name}.database")
    try:
        for path in (unfinished, snapshot):
            path.touch(mode=0o600)
        write_snapshot(catalogue.engine, snapshot)
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_FORM, FORM)
            archive.write(snapshot, _DATABASE)
            for path in sorted((home / KEPT).glob("*")):
                if is_kept_name(path.name):
                    archive.write(path, _FILES + path.name)
        unfinished.rename(target)
    except OSError as error:
        raise Refusal("file-unwritable", file=target.name, cause=type(error).__name__) from error
    finally:
        unfinished.unlink(missing_ok=True)
        snapshot.unlink(missing_ok=True)


def restore_backup(home: Path, source: Path, url: str = "") -> None:
    """Puts the database and files of a backup into an empty library; the database comes last, so all is there or none.

    With a URL the rows go into that database. Call under `writer_lock`. Raises Refusal where a library is there
    already, or the file is no whole backup.
    """
    if not url and (home / _DATABASE).exists():
        raise Refusal("restore-not-empty", home=home.name)
    with _unpacked(home, source) as folder:
        if not _is_whole(folder / _DATABASE):
            raise Refusal("backup-damaged", file=source.name)
        (home / KEPT).mkdir(exist_ok=True)
        for path in sorted((folder / KEPT).glob("*")):
            path.replace(home / KEPT / path.name)
        if url:
            move_database(folder / _DATABASE, url)
        else:
            (folder / _DATABASE).replace(home / _DATABASE)


def move_library(home: Path, url: str) -> None:
    """Copies the SQLite database of a library into another, empty one, which is the library's from then on.

    Files and builds stay where they are. Call under `writer_lock`. Raises Refusal where there is nothing to move, or
    the other database is not empty.
    """
    if not url or not (home / _DATABASE).exists():
        raise Refusal("move-nothing", home=home.name)
    move_database(home / _DATABASE, url)


@contextmanager
def _unpacked(home: Path, source: Path) -> Iterator[Path]:
    """A folder with what a backup holds, beside the place where it goes; removed at the end."""
    folder = home / f"restoring-{secrets.token_hex(4)}"
    (folder / KEPT).mkdir(parents=True)
    try:
        with zipfile.ZipFile(source) as archive:
            if archive.namelist()[:2] != [_FORM, _DATABASE] or archive.read(_FORM) != FORM:
                raise Refusal("backup-damaged", file=source.name)
            for name in archive.namelist()[1:]:
                if name != _DATABASE and not is_kept_name(name.removeprefix(_FILES)):
                    raise Refusal("backup-damaged", file=source.name)
                with archive.open(name) as packed, (folder / name).open("xb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
        yield folder
    except (zipfile.BadZipFile, EOFError, ValueError, FileExistsError, NotImplementedError) as error:
        raise Refusal("backup-damaged", file=source.name) from error
    except OSError as error:
        raise Refusal("file-unreadable", file=source.name, cause=type(error).__name__) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_whole(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(database)) as connection:
            return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False
