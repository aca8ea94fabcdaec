"""Files that a person has uploaded and not yet published: each in a folder of its own, under a harmless name."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
import unicodedata
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.document import Edition, Refusal
from vectorstore.allowance import Amount
from vectorstore.build import cause_of, upload_lock
from vectorstore.intake import FileState

_FOLDER = "uploads"

KEPT = 24 * 3600
"""Seconds after which what nobody published or discarded is removed: its page was closed long ago."""

_MAX_BYTES = 120
"""Of a name; file systems take 255."""

_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: what it was called, and its content."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Staged:
    """An uploaded file that was read and is not published. Refused files have no edition."""

    id: str
    state: FileState

    @property
    def edition(self) -> Edition | None:
        return self.state.edition


def save_uploads(
    home: Path, owner: str, uploads: Sequence[Upload], admit: Callable[[Amount, Amount], None]
) -> list[Path]:
    """Writes a person's uploads where nothing else can be, and gives their paths: all of them or none.

    `admit` hears how much of theirs waits already and how much is added, while nobody else adds any, and may refuse.
    Raises Refusal.
    """
    paths: list[Path] = []
    with upload_lock(home):
        drop_forgotten(home)
        admit(waiting(home, owner), Amount.of(len(upload.data) for upload in uploads))
        try:
            for upload in uploads:
                folder = home / _FOLDER / f"{_whose(owner)}-{secrets.token_hex(16)}"
                folder.mkdir(parents=True)
                paths.append(folder / safe_name(upload.name))
                paths[-1].write_bytes(upload.data)
        except OSError as error:
            for path in paths:
                drop_upload(path)
            raise Refusal("library-unwritable", home=home.name, cause=cause_of(error)) from error
    return paths


def waiting(home: Path, owner: str) -> Amount:
    """How much of a person's waits to be published or discarded."""
    sizes = []
    for path in (home / _FOLDER).glob(f"{_whose(owner)}-*/*"):
        with suppress(FileNotFoundError):  # discarded just now
            sizes.append(path.stat().st_size)
    return Amount.of(sizes)


def held(state: FileState) -> Staged:
    """An upload that was read; its file goes with the last that holds it, such as a page that is closed."""
    staged = Staged(state.path.parent.name.rpartition("-")[2], state)
    weakref.finalize(staged, _let_go, state.path, os.getpid())
    return staged


def _let_go(path: Path, process: int) -> None:
    if os.getpid() == process:  # a fork that ends holds none of what it was born with
        drop_upload(path)


def drop_upload(path: Path) -> None:
    """Removes an upload and its folder."""
    if path.parent.parent.name == _FOLDER:
        shutil.rmtree(path.parent, ignore_errors=True)


def drop_uploads(home: Path, owner: str) -> int:
    """Removes all uploads of a person; gives how many there were."""
    with upload_lock(home):
        found = waiting(home, owner).files
        for folder in (home / _FOLDER).glob(f"{_whose(owner)}-*"):
            shutil.rmtree(folder)
    return found


def drop_forgotten(home: Path) -> None:
    """Removes what waits longer than it is kept, as a killed process leaves it."""
    for folder in (home / _FOLDER).glob("*"):
        with suppress(FileNotFoundError):  # discarded just now
            if folder.stat().st_mtime < time.time() - KEPT:
                shutil.rmtree(folder, ignore_errors=True)


def _whose(owner: str) -> str:
    """What a person's folders begin with; it does not say who that is."""
    return hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def safe_name(name: str) -> str:
    """The name of a file without folders, controls, marks of direction and what file systems read something into."""
    last = re.split(r"[/\\]", name.encode("utf-8", "replace").decode("utf-8"))[-1]
    plain = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] not in "CZ" or c == " ")
    plain = re.sub(r'[<>:"|?*]', "_", plain).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    room = _MAX_BYTES - len(f"{dot}{ending}".encode()) if stem and len(ending) <= 8 else _MAX_BYTES
    kept = _within(stem, room) + dot + ending if stem and len(ending) <= 8 else _within(plain, room)
    return f"_{kept}" if _DEVICE.fullmatch(kept) else kept or "document"


def _within(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", "ignore")
