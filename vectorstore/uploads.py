"""Files that a person has uploaded and not yet published: each in a folder of its own, under a harmless name."""

from __future__ import annotations

import re
import secrets
import shutil
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ingest.document import Edition
from vectorstore.intake import FileState

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


@dataclass(frozen=True, slots=True)
class Staged:
    """An uploaded file that was read and is not published. Refused files have no edition."""

    id: str
    state: FileState

    @property
    def edition(self) -> Edition | None:
        return self.state.edition


def save_upload(home: Path, upload: Upload) -> Path:
    """Writes an upload where nothing else can be, and gives its path. What was forgotten there is removed."""
    for folder in (home / "uploads").glob("*"):
        if folder.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(folder, ignore_errors=True)
    folder = home / "uploads" / secrets.token_hex(16)
    folder.mkdir(parents=True)
    path = folder / safe_name(upload.name)
    path.write_bytes(upload.data)
    return path


def drop_upload(path: Path) -> None:
    """Removes an upload and its folder."""
    if path.parent.parent.name == "uploads":
        shutil.rmtree(path.parent, ignore_errors=True)


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
