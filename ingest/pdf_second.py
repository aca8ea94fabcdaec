"""A second opinion on PDF pages: pypdf, which repairs and decodes what pdfium does not."""

from __future__ import annotations

import io
import logging
from functools import lru_cache
from typing import Any

from ingest.document import UnreadableDocument
from ingest.marked import one_line
from ingest.radicals import without_radicals


def second_opinion(data: bytes, password: str | None, number: int) -> list[str]:
    """The lines of a page; none where pypdf finds no text either."""
    try:
        text = _reader(data, password).pages[number].extract_text() or ""
    except Exception:  # noqa: BLE001  # of broken files come TypeError, AssertionError and more (LIBRARIES §11)
        return []
    text = text.encode("utf-8", "replace").decode("utf-8")
    if text.count("\ufffd") > 0.1 * max(1, len(text)):
        return []
    return [line for line in (one_line(without_radicals(line)) for line in text.split("\n")) if line]


def count_pages(data: bytes, password: str | None, file: str) -> int:
    """How many pages pypdf finds. Raises UnreadableDocument."""
    from pypdf.errors import FileNotDecryptedError

    try:
        return len(_reader(data, password).pages)
    except FileNotDecryptedError:
        raise UnreadableDocument("file-password-wrong" if password else "file-protected", file=file) from None
    except Exception as error:
        raise UnreadableDocument("file-broken", file=file, cause=type(error).__name__) from error


@lru_cache(maxsize=1)
def _reader(data: bytes, password: str | None) -> Any:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    return PdfReader(io.BytesIO(data), password=password or None)
