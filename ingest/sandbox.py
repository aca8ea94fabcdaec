"""Parses a file, or draws a page of it, in a child process with limits; its result is taken whole or not."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ingest.document import Document, Outline, UnreadableDocument
from ingest.page_picture import PagePicture
from ingest.read import read_bytes

_ROOT = Path(__file__).parents[1]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: seconds by the wall clock, bytes of memory and of output."""

    seconds: float = 30.0
    memory: int = 1024 * 2**20
    output: int = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document and its outline."""

    document: Document
    outline: Outline


OCR_LIMITS = Limits(seconds=600.0, memory=6 * 2**30)
"""Where pages are read from their pictures: the engine maps some 4 GB, of which it uses 650 MB."""

READER = 6
"""Raised whenever a reader or the outline gives something else for the same file: then files are read again."""


def source_of(path: Path, *, ocr: bool = False) -> str:
    """What decides an edition's text: the file's content, the reader's version, and whether pictures are read."""
    return f"{READER}{'o' if ocr else ''}-{hashlib.sha256(read_bytes(path)).hexdigest()}"


_PARSED: TypeAdapter[Parsed] = TypeAdapter(Parsed)
_PICTURE: TypeAdapter[PagePicture] = TypeAdapter(PagePicture)


def parse_file(path: Path, *, password: str | None = None, ocr: bool = False, limits: Limits | None = None) -> Parsed:
    """A file as read by a process of its own. Raises UnreadableDocument, also where the child was killed."""
    read_bytes(path)  # what the file system says is said here, and a pipe is never opened by the child
    limits = limits or (OCR_LIMITS if ocr else Limits())
    return _by_child(_PARSED, path, limits, {"password": password, "ocr": ocr})


def draw_page(path: Path, label: str, quote: str, before: int = 0, limits: Limits | None = None) -> PagePicture:
    """The picture of a PDF's page with the quote's places, drawn by a process of its own. Raises UnreadableDocument."""
    read_bytes(path)
    return _by_child(_PICTURE, path, limits or Limits(), {"label": label, "quote": quote, "before": before})


def _by_child(result: TypeAdapter[Result], path: Path, limits: Limits, task: Mapping[str, object]) -> Result:
    request = json.dumps({"path": str(path.resolve()), **task, **asdict(limits)})
    child = subprocess.Popen(
        [sys.executable, "-m", "ingest.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "2"},
        start_new_session=True,
    )
    overdue = threading.Timer(limits.seconds, _kill, [child])
    overdue.start()
    try:
        answer = _exchange(child, request.encode(), limits.output)
        late = not overdue.is_alive()
    finally:
        overdue.cancel()
        _kill(child)
        child.wait()
    return _result(result, answer, path.name, late, limits)


def _exchange(child: subprocess.Popen[bytes], request: bytes, most: int) -> bytes | None:
    """What the child writes up to its end; None where it is more than it may."""
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        try:
            child.stdin.write(request)
            child.stdin.close()
        except BrokenPipeError:
            return b""
        answer = child.stdout.read(most + 1)
    return None if len(answer) > most else answer


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Ends a child and whatever it started; one that has ended is left alone until it is waited for."""
    if child.returncode is not None:
        return
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _result(result: TypeAdapter[Result], answer: bytes | None, file: str, late: bool, limits: Limits) -> Result:
    if answer is None:
        raise UnreadableDocument("file-too-long", file=file, limit=limits.output // 2**20)
    if late:
        raise UnreadableDocument("file-too-slow", file=file, limit=round(limits.seconds))
    try:
        value = json.loads(answer)
        if "refused" in value:
            raise UnreadableDocument(value["refused"], **{**value["values"], "file": file})
        return result.validate_python(value)
    except (json.JSONDecodeError, ValidationError, KeyError, TypeError):
        raise UnreadableDocument("file-too-heavy", file=file, limit=limits.memory // 2**20) from None
