"""A PDF becomes paragraphs with page marks: pdfium reads, pypdf is the second opinion where it finds nothing."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.document import Document, Loss, Page, UnreadableDocument
from ingest.marked import MarkedText, is_heading_row, row_text, visible
from ingest.ocr import OCR_PATIENCE, Ocr, PictureReader
from ingest.pdf_headings import heading_depths
from ingest.pdf_hidden import part_hidden
from ingest.pdf_lines import Paragraph, paragraphs
from ingest.pdf_page import Line, garbled_share, page_lines
from ingest.pdf_pictures import Picture, Piece, images, is_caption, place_among, read_picture
from ingest.pdf_replaced import drop_replacements
from ingest.pdf_second import second_opinion
from ingest.pictures import Table

MAX_PAGES = 5_000
PATIENCE = 20.0
"""Seconds after which the pages that are left are named as lost; the child process ends at 30."""

_GARBLED = 0.2
"""Share of characters without meaning from which a page counts as unreadable."""


@dataclass
class _Found:
    """What the pages gave."""

    lines: list[Line] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    """What may be read from its picture."""


def read_pdf(data: bytes, file: str, password: str | None = None, ocr: Ocr | None = None) -> Document:
    """The text of a PDF. Raises UnreadableDocument: broken, protected, without text, too many pages."""
    import pypdfium2

    started = time.monotonic()
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
    found = _read_pages(document, (data, password), from_web, ocr)
    if not count:
        return _of_second_opinion(data, file, password)
    _read_pictures(document, found, ocr, started)
    if not found.lines and not found.pieces:
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


def _read_pages(document: Any, source: tuple[bytes, str | None], from_web: bool, ocr: Ocr | None) -> _Found:
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
        _read_page(document, number, found, source, from_web, ocr)
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
            found.pictures += images(page, number, lines) if ocr else ()
            return
        other = [] if hidden and not lines else second_opinion(*source, number)
        if other:
            found.pieces.append(Piece(number, other))
            return
        lost = Loss("page-garbled" if lines else "page-no-text", label)
        found.pictures.append(Picture(number, loss=lost if lines or not (hidden or _is_blank(page)) else None))
    except pypdfium2.PdfiumError:
        found.losses.append(Loss("page-broken", label))
    finally:
        page.close()


def _read_pictures(document: Any, found: _Found, ocr: Ocr | None, started: float) -> None:
    """Whole pages first: without them more is lost than the body of a table. Without an engine they are losses."""
    import pypdfium2

    reader = PictureReader(ocr) if ocr else None
    for picture in sorted(found.pictures, key=lambda one: one.frame is not None):
        blocks: Sequence[Paragraph | Table] = ()
        loss = picture.loss
        if reader and time.monotonic() - started > OCR_PATIENCE:
            loss = loss and replace(loss, kind="page-late")
        elif reader:
            with suppress(pypdfium2.PdfiumError):
                blocks = read_picture(reader, document[picture.page], picture)
        if blocks:
            found.pieces.append(Piece(picture.page, blocks, picture))
        elif loss:
            found.losses.append(loss)


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
            found.pieces.append(Piece(number, lines))
        else:
            found.losses.append(Loss("page-no-text", str(number + 1)))
    if not found.pieces:
        raise UnreadableDocument("file-no-text" if count else "file-broken", file=file, cause="no pages")
    return _written(found, [], False)


# Writing


def _written(found: _Found, toc: Sequence[tuple[str, int, int]], from_web: bool) -> Document:
    written = MarkedText()
    pages: dict[int, int] = {}
    units = paragraphs(found.lines, found.heights)
    depths = heading_depths(units, toc)
    losses = list(found.losses)
    beside: defaultdict[int, list[Piece]] = defaultdict(list)
    for piece in sorted(found.pieces, key=_reading_order):
        beside[place_among(units, piece)].append(piece)
    invisible = 0
    heads: list[str] = []
    for place in range(-1, len(units)):
        if place >= 0:
            unit = units[place]
            start = written.length
            heads = _write(written, unit, depths.get(place), heads)
            invisible += visible(unit.text)[1]
            lead = written.length - start
            for offset, page in unit.breaks or [(0, unit.first.page)]:
                pages.setdefault(page, start + (min(offset, lead) if offset else 0))
        for piece in beside[place]:
            start = written.length
            pages.setdefault(piece.page, start)
            named = piece.picture is not None and piece.picture.captioned
            _write_piece(written, piece, named and place >= 0 and is_caption(units[place]))
            if piece.picture:
                losses.append(Loss("read-by-ocr", found.labels[piece.page], start=start, end=written.length))
    losses += [Loss("invisible-characters", "", str(invisible))] if invisible else []
    marks = [Page(found.labels[number], pages[number]) for number in sorted(pages)]
    return Document(written.text, "pdf", tuple(marks), tuple(written.marks), tuple(losses), from_web)


def _reading_order(piece: Piece) -> tuple[int, float]:
    return piece.page, -piece.picture.frame.top if piece.picture and piece.picture.frame else 0.0


def _write_piece(written: MarkedText, piece: Piece, captioned: bool) -> None:
    """Writes what stands between the lines; words above a table that has its caption are a part of its heads."""
    for block in piece.blocks:
        if isinstance(block, str):
            written.line(visible(block)[0].strip())
        elif not isinstance(block, Paragraph):
            written.table(block)
            captioned = False
        elif captioned:
            written.line(block.text, "head")
        else:
            _write(written, block, None, [])


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
