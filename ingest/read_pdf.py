"""A PDF becomes paragraphs with page marks: pdfium reads, pypdf is the second opinion where it finds nothing."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.document import Document, Loss, Page, UnreadableDocument
from ingest.marked import MarkedText, is_heading_row, row_text, visible
from ingest.pdf_headings import heading_depths
from ingest.pdf_hidden import part_hidden
from ingest.pdf_lines import Paragraph, paragraphs
from ingest.pdf_page import Line, garbled_share, page_lines
from ingest.pdf_replaced import drop_replacements
from ingest.pdf_second import second_opinion

MAX_PAGES = 5_000
PATIENCE = 20.0
"""Seconds after which the pages that are left are named as lost; the child process ends at 30."""

OCR_PATIENCE = 540.0
"""The same where pages are read from their pictures: each takes some three seconds on two cores."""

_GARBLED = 0.2
"""Share of characters without meaning from which a page counts as unreadable."""

Ocr = Callable[[Any], list[str]]
"""Lines of a page's picture."""


@dataclass
class _Found:
    """What the pages gave."""

    lines: list[Line] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    plain: dict[int, list[str]] = field(default_factory=dict)
    """Paragraphs of pages that come without places: of the second opinion, or read from a picture."""


def read_pdf(data: bytes, file: str, password: str | None = None, ocr: Ocr | None = None) -> Document:
    """The text of a PDF. Raises UnreadableDocument: broken, protected, without text, too many pages."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data, password=password or None)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise UnreadableDocument("file-password-wrong" if password else "file-protected", file=file) from None
        return _of_second_opinion(data, file, password)
    if count > MAX_PAGES:
        raise UnreadableDocument("file-too-many-pages", file=file, limit=MAX_PAGES)
    from_web = _is_printed_page(document)
    found = _read_pages(document, data, password, from_web, ocr)
    if not count:
        return _of_second_opinion(data, file, password)
    if not found.lines and not found.plain:
        _refuse(found, file)
    toc = _bookmarks(document)
    return _written(found, toc, from_web)


def _refuse(found: _Found, file: str) -> None:
    kinds = Counter(loss.kind for loss in found.losses)
    if kinds["hidden-text"] and not kinds["page-no-text"]:
        raise UnreadableDocument("file-hidden-only", file=file)
    if kinds["page-broken"] > len(found.heights) / 2:
        raise UnreadableDocument("file-broken", file=file, cause="its pages cannot be opened")
    raise UnreadableDocument("file-garbled" if kinds["page-garbled"] else "file-no-text", file=file)


def _read_pages(document: Any, data: bytes, password: str | None, from_web: bool, ocr: Ocr | None) -> _Found:
    started = time.monotonic()
    patience = PATIENCE if ocr is None else OCR_PATIENCE
    found = _Found()
    for number in range(len(document)):
        label = _label(document, number)
        found.labels.append(label)
        found.heights.append(842.0)
        if time.monotonic() - started > patience:
            found.losses.append(Loss("page-late", label))
            continue
        _read_page(document, number, found, (data, password), from_web, ocr)
    return found


def _read_page(
    document: Any, number: int, found: _Found, source: tuple[bytes, str | None], from_web: bool, ocr: Ocr | None
) -> None:
    import pypdfium2

    label = found.labels[number]
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        found.losses.append(Loss("page-broken", label))
        return
    try:
        found.heights[number] = page.get_height()
        replaced = drop_replacements(document, page)
        lines, hidden = part_hidden(page, page_lines(page, number, from_web=from_web))
        hidden = [*hidden, *replaced]
        if hidden:
            found.losses.append(Loss("hidden-text", label, " ".join(hidden)[:80]))
        if lines and garbled_share(lines) < _GARBLED:
            found.lines += lines
            return
        other = [] if hidden and not lines else second_opinion(*source, number)
        if other:
            found.plain[number] = other
        elif ocr is not None and (read := ocr(page)):
            found.plain[number] = read
            found.losses.append(Loss("read-by-ocr", label))
        elif lines:
            found.losses.append(Loss("page-garbled", label))
        elif not hidden and not _is_blank(page):
            found.losses.append(Loss("page-no-text", label))
    except pypdfium2.PdfiumError:
        found.losses.append(Loss("page-broken", label))
    finally:
        page.close()


def _is_blank(page: Any) -> bool:
    """Whether a page shows nothing: no picture, no drawing beyond a rule or two."""
    import pypdfium2.raw as pdfium

    return int(pdfium.FPDFPage_CountObjects(page)) == 0


def _of_second_opinion(data: bytes, file: str, password: str | None) -> Document:
    """A file that pdfium does not open, as pypdf repairs it."""
    from ingest.pdf_second import count_pages

    count = count_pages(data, password, file)
    if count > MAX_PAGES:
        raise UnreadableDocument("file-too-many-pages", file=file, limit=MAX_PAGES)
    started = time.monotonic()
    found = _Found()
    for number in range(count):
        found.labels.append(str(number + 1))
        found.heights.append(842.0)
        if time.monotonic() - started > PATIENCE:
            found.losses.append(Loss("page-late", str(number + 1)))
        elif lines := second_opinion(data, password, number):
            found.plain[number] = lines
        else:
            found.losses.append(Loss("page-no-text", str(number + 1)))
    if not found.plain:
        raise UnreadableDocument("file-no-text" if count else "file-broken", file=file, cause="no pages")
    return _written(found, [], False)


# Writing


def _written(found: _Found, toc: Sequence[tuple[str, int, int]], from_web: bool) -> Document:
    written = MarkedText()
    pages: dict[int, int] = {}
    units = paragraphs(found.lines, found.heights)
    depths = heading_depths(units, toc)
    invisible = 0
    plain = dict(found.plain)
    heads: list[str] = []
    for place, unit in enumerate(units):
        _write_plain(written, plain, pages, unit.first.page)
        start = written.length
        heads = _write(written, unit, depths.get(place), heads)
        invisible += visible(unit.text)[1]
        lead = written.length - start
        for offset, page in unit.breaks or [(0, unit.first.page)]:
            pages.setdefault(page, start + (min(offset, lead) if offset else 0))
    _write_plain(written, plain, pages, len(found.labels))
    losses = [*found.losses, *([Loss("invisible-characters", "", str(invisible))] if invisible else [])]
    marks = [Page(found.labels[number], pages[number]) for number in sorted(pages)]
    return Document(written.text, "pdf", tuple(marks), tuple(written.marks), tuple(losses), from_web)


def _write_plain(written: MarkedText, plain: dict[int, list[str]], pages: dict[int, int], before: int) -> None:
    """Writes the pages without places that come before a page."""
    for number in [number for number in plain if number < before]:
        pages[number] = written.length
        for line in plain.pop(number):
            written.line(visible(line)[0].strip())


def _write(written: MarkedText, unit: Paragraph, depth: int | None, heads: list[str]) -> list[str]:
    """Writes a paragraph or a row; gives the heads of the table that is open."""
    text = visible(unit.text)[0].strip()
    cells = [visible(cell)[0] for _, _, cell in unit.cells]
    if unit.kind == "head" and is_heading_row(cells):
        written.line(" | ".join(cells), "head")
        return cells
    if unit.kind in ("head", "row"):
        written.line(row_text(heads if unit.kind == "row" else [], cells), "row")
        return heads if unit.kind == "row" else []
    if depth is not None:
        written.line(text, "heading", depth)
    else:
        written.line(text, "bullet" if unit.kind == "bullet" else None)
    return []


# What the file says of itself


def _label(document: Any, number: int) -> str:
    return document.get_page_label(number) or str(number + 1)


def _is_printed_page(document: Any) -> bool:
    """Whether a browser printed it."""
    values = document.get_metadata_dict()
    return (
        "Skia/PDF" in values.get("Producer", "")
        or re.search(r"Chrome|Firefox|Safari", values.get("Creator", "")) is not None
    )


def _bookmarks(document: Any) -> list[tuple[str, int, int]]:
    """Title, level from 0, and page of each entry of the file's outline."""
    import pypdfium2

    found: list[tuple[str, int, int]] = []
    try:
        for entry in document.get_toc(max_depth=8):
            target = entry.get_dest()
            page = target.get_index() if target else None
            if page is not None and len(found) < 3_000:
                found.append((entry.get_title() or "", entry.level, page))
    except pypdfium2.PdfiumError:
        return []
    return found
