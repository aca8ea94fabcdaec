"""A file becomes text, with page marks where it has pages. The only place that imports a reader library."""

from __future__ import annotations

import codecs
import re
import stat
from pathlib import Path

from ingest.document import Document, Page, UnreadableDocument

MAX_BYTES = 20 * 1024 * 1024
"""Larger files are refused: at two cores 20 MB of text would index for hours."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_OTHER_FORMATS = (b"PK\x03\x04", b"\x89PNG", b"\x7fELF", b"GIF8", b"MZ\x90", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0")
_HTML = re.compile(r"\s*<(!doctype|html|head|body|\?xml)\b", re.IGNORECASE)
_ATX_HEADING = re.compile(r"^#{1,6} +\S", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def read_document(path: Path) -> Document:
    """The text of a plain-text, Markdown or PDF file, told apart by content.

    Raises UnreadableDocument, naming the file and the remedy.
    """
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
    except OSError as error:
        raise UnreadableDocument("file-unreadable", file=path.name, cause=error.strerror) from None
    if not data.strip():
        raise UnreadableDocument("file-empty", file=path.name)
    if b"%PDF-" in data[:1024]:
        return _read_pdf(path)
    text = _decode(data, path)
    if not text.strip():
        raise UnreadableDocument("file-empty", file=path.name)
    headings = len(_ATX_HEADING.findall(text))
    is_markdown = headings >= (1 if path.suffix.lower() in (".md", ".markdown") else 3)
    return Document(text, "markdown" if is_markdown else "text")


def _decode(data: bytes, path: Path) -> str:
    """The characters of UTF-8 or marked UTF-16, line ends kept; anything else is refused."""
    bom, encoding = next((pair for pair in _BOMS if data.startswith(pair[0])), (b"", "utf-8"))
    if not bom and data.startswith(_OTHER_FORMATS):
        raise UnreadableDocument("file-unsupported", file=path.name)
    try:
        text = data[len(bom) :].decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableDocument("file-encoding", file=path.name) from None
    if _HTML.match(text):
        raise UnreadableDocument("file-unsupported", file=path.name)
    if _CONTROL.search(text):
        raise UnreadableDocument("file-encoding", file=path.name)
    return text


def _read_pdf(path: Path) -> Document:
    """The text layer of a PDF, page after page, each page followed by a form feed."""
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    try:
        reader = PdfReader(path)
        texts = [_clean(page.extract_text() or "") for page in reader.pages]
        labels = list(reader.page_labels)
    except FileNotDecryptedError:
        raise UnreadableDocument("file-protected", file=path.name) from None
    except Exception as error:
        raise UnreadableDocument("file-broken", file=path.name, cause=type(error).__name__) from error
    if not any(text.strip() for text in texts):
        raise UnreadableDocument("file-no-text", file=path.name)
    pages, start = [], 0
    for number, text in enumerate(texts):
        pages.append(Page(labels[number] if number < len(labels) else str(number + 1), start))
        start += len(text) + 1
    return Document("\f".join(texts), "pdf", tuple(pages))


def _clean(text: str) -> str:
    """Without unpaired surrogates and control characters, which broken fonts give."""
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))
