"""What a file is, by its content alone: its name decides nothing but between plain text and Markdown."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

FileKind = Literal["pdf", "docx", "html", "text", "protected", "unsupported"]

_OTHER = (
    b"\x89PNG",
    b"\x7fELF",
    b"GIF8",
    b"MZ",
    b"\xff\xd8\xff",
    b"{\\rtf",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"SQLite format 3",
    b"II*\x00",
    b"MM\x00*",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"%!PS",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    r"\s*(<\?xml[^>]*\?>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|article|main)\b", re.I | re.S
)
_XML = re.compile(r"\s*<(\?xml|!doctype|!entity|svg|rss|feed)\b", re.IGNORECASE)
_TAGS = re.compile(r"</(p|div|h[1-6]|li|table|span|a|section|article)\s*>", re.IGNORECASE)


def kind_of_bytes(data: bytes) -> FileKind:
    """What bytes are: a PDF, a DOCX, another known format (unsupported, or protected), else text of some kind."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK"):
        return "docx" if _is_docx(data) else "unsupported"
    if data.startswith(_OLE):
        return "protected" if "EncryptedPackage".encode("utf-16-le") in data else "unsupported"
    if data.startswith(_OTHER) and not _is_prose(data):
        return "unsupported"
    return "text"


def kind_of_text(text: str) -> FileKind:
    """Whether decoded text is a web page, another markup that nobody reads as such, or text."""
    head = text[:20_000]
    if _HTML.match(head):
        return "html"
    if _XML.match(head):
        return "html" if re.search(r"<html\b", head, re.IGNORECASE) else "unsupported"
    if re.match(r"\s*<\w+[^>]*>", head) and len(_TAGS.findall(head)) >= 3:
        return "html"
    return "text"


def _is_docx(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        return b"word/document.xml" in data


def _is_prose(data: bytes) -> bool:
    """Whether it is letters after all: a report may begin with `MZ` or `BZh`."""
    head = data[:512]
    return (
        head.isascii() and not any(byte < 9 or 13 < byte < 32 for byte in head) and not head.startswith((b"{", b"%!"))
    )
