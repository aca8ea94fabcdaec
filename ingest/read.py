"""A file becomes a document: its content says what it is, and this file who reads it."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from pathlib import Path

from ingest.document import Document, Loss, UnreadableDocument
from ingest.encoding import decode_text
from ingest.kinds import kind_of_bytes, kind_of_text
from ingest.marked import visible

MAX_BYTES = 20 * 1024 * 1024
"""Larger files are refused: at two cores 20 MB of text would index for hours."""

MAX_CHARACTERS = 8_000_000
"""Of a document's text: some 5,000 pages."""

_ATX_HEADING = re.compile(r"^#{1,6} +\S", re.MULTILINE)


def read_document(path: Path, *, password: str | None = None, ocr: bool = False) -> Document:
    """The text of a PDF, DOCX, web page, Markdown or plain-text file, told apart by content.

    Strangers' files belong into `sandbox.parse_file`, which calls this in a process of its own.

    Raises UnreadableDocument, naming the file and the remedy.
    """
    data = read_bytes(path)
    document = _document(data, path, password, ocr)
    if not document.text.strip():
        kinds = {loss.kind for loss in document.losses}
        if "page-late" in kinds:
            from ingest.read_pdf import PATIENCE

            raise UnreadableDocument("file-too-slow", file=path.name, limit=round(PATIENCE))
        raise UnreadableDocument("file-hidden-only" if "hidden-text" in kinds else "file-empty", file=path.name)
    if len(document.text) > MAX_CHARACTERS:
        raise UnreadableDocument("file-too-long", file=path.name, limit=MAX_CHARACTERS // 1_000_000)
    return document


def read_bytes(path: Path) -> bytes:
    """What a file holds. Raises UnreadableDocument where it is none, too large, empty, or may not be read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) and not path.is_dir():  # a pipe or a device may never end
            raise UnreadableDocument("file-unreadable", file=path.name, cause="not a file")
        if status.st_size > MAX_BYTES:
            raise UnreadableDocument("file-too-large", file=path.name, limit=MAX_BYTES // 2**20)
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableDocument("file-missing", file=path.name) from None
    except IsADirectoryError:
        raise UnreadableDocument("file-is-folder", file=path.name) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in its name
        cause = getattr(error, "strerror", None) or str(error)
        raise UnreadableDocument("file-unreadable", file=path.name, cause=cause) from None
    if not data.strip():
        raise UnreadableDocument("file-empty", file=path.name)
    return data


def _document(data: bytes, path: Path, password: str | None, ocr: bool) -> Document:
    kind = kind_of_bytes(data)
    if kind == "pdf":
        from ingest.ocr import read_words
        from ingest.read_pdf import read_pdf

        return read_pdf(data, path.name, password, read_words if ocr else None)
    if kind == "docx":
        from ingest.ocr import read_words
        from ingest.read_docx import read_docx

        return read_docx(data, path.name, read_words if ocr else None)
    if kind in ("unsupported", "protected"):
        raise UnreadableDocument(f"file-{kind}", file=path.name)
    text = decode_text(data)
    if text is None:
        raise UnreadableDocument("file-encoding", file=path.name)
    match kind_of_text(text):
        case "html":
            from ingest.ocr import read_words
            from ingest.read_html import read_html

            return read_html(text, read_words if ocr else None)
        case "unsupported":
            raise UnreadableDocument("file-unsupported", file=path.name)
        case _:
            return _text(text, path)


def _text(text: str, path: Path) -> Document:
    headings = len(_ATX_HEADING.findall(text))
    is_markdown = headings >= (1 if path.suffix.lower() in (".md", ".markdown") else 3)
    document = Document(text, "markdown" if is_markdown else "text")
    invisible = visible(text)[1]
    return replace(document, losses=(Loss("invisible-characters", "", str(invisible)),)) if invisible else document
