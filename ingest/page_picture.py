"""The picture of a PDF's page with the places of a quote on it, found by the letters that pdfium sees there."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ingest.document import UnreadableDocument
from ingest.pdf_hidden import pixel_map
from ingest.pdf_page import HYPHEN, Glyph, Line, page_lines
from ingest.pdf_replaced import drop_replacements
from ingest.radicals import without_radicals

WIDTH = 1100
"""Pixels across: letters of 9 pt on A4 are 17 high."""

_MAX_HEIGHT = 3_000
_MIN_RUN = 6
"""Letters in a row from which on a part of a quote is found; fewer stand on a page by chance."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in shares of its width and height from the upper left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as PNG in base64, its size in pixels, and where the quote stands: a box for each line of it."""

    png: str
    width: int
    height: int
    boxes: tuple[Box, ...]


def page_picture(data: bytes, file: str, label: str, quote: str, before: int = 0) -> PagePicture:
    """The page of a label, of several of that label the one with most of the quote.

    `before`: how often the quote stands on the page before this one. Raises UnreadableDocument: protected, broken, or
    without such a page.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        key = "file-protected" if "assword" in str(error) else "file-broken"
        raise UnreadableDocument(key, file=file, cause="PdfiumError") from None
    numbers = [
        number for number in range(len(document)) if (document.get_page_label(number) or str(number + 1)) == label
    ]
    found = [(page, quoted(page_lines(page, 0), quote, before)) for page in _pages(document, numbers)]
    if not found:
        raise UnreadableDocument("file-broken", file=file, cause=f"no page {label}")
    page, runs = max(found, key=lambda pair: sum(map(len, pair[1])))
    return _drawn(page, runs)


def _pages(document: Any, numbers: Sequence[int]) -> Iterator[Any]:
    import pypdfium2

    for number in numbers:
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            continue
        drop_replacements(document, page)
        yield page


# Where the quote stands


def quoted(lines: Sequence[Line], quote: str, before: int = 0) -> list[list[Glyph]]:
    """The glyphs of a quote on the lines of a page, in a run for each line; none where it does not stand there."""
    letters = [(place, glyph) for place, line in enumerate(lines) for glyph in line.glyphs if glyph.text != HYPHEN]
    text = without_radicals("".join(glyph.text[0] for _, glyph in letters))
    wanted = _letters(quote)
    spans = list(_spans(text, wanted, before))
    if sum(end - start for start, end in spans) < len(wanted) / 2 and " | " in quote:
        spans = _row(text, [place for place, _ in letters], quote)
    marked = [letters[at] for start, end in spans for at in range(start, end)]
    return [[glyph for _, glyph in run] for _, run in groupby(marked, key=lambda pair: pair[0])]


def _letters(text: str) -> str:
    return "".join(without_radicals(text).split())


def _spans(text: str, wanted: str, before: int) -> Iterator[tuple[int, int]]:
    """Where a quote stands: whole, at its place among others like it; else the parts of it that stand on the page."""
    start = text.find(wanted)
    for _ in range(before):
        following = text.find(wanted, start + 1)
        start = following if following >= 0 else start
    if wanted and start >= 0:
        yield start, start + len(wanted)
        return
    at = last = 0
    while at < len(wanted):
        size = _longest(text, wanted[at:])
        if size >= _MIN_RUN:
            part = wanted[at : at + size]
            start = text.find(part, last)
            start = start if start >= 0 else text.find(part)
            yield start, start + size
            last = start + size
        at += max(size, 1) if size >= _MIN_RUN else 1


def _longest(text: str, wanted: str) -> int:
    """How many letters from the first on stand together in a text."""
    fits, fails = 0, len(wanted) + 1
    while fails - fits > 1:
        middle = (fits + fails) // 2
        fits, fails = (middle, fails) if wanted[:middle] in text else (fits, middle)
    return fits


def _row(text: str, lines: Sequence[int], quote: str) -> list[tuple[int, int]]:
    """The cells of a table's row, on the line that has most of them, without the heads written before them."""
    cells = [_letters(cell.rpartition(": ")[2]) for cell in quote.split(" | ")]
    best: list[tuple[int, int]] = []
    for _, group in groupby(range(len(lines)), key=lines.__getitem__):
        mine = list(group)
        first, end = mine[0], mine[-1] + 1
        found, at = [], first
        for cell in filter(None, cells):
            start = text.find(cell, at, end)
            if start >= 0:
                at = start + len(cell)
                found.append((start, at))
        if len(found) > len(best):
            best = found
    return best


# The picture


def _drawn(page: Any, runs: Sequence[Sequence[Glyph]]) -> PagePicture:
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1.0), _MAX_HEIGHT / max(height, 1.0))
    bitmap = page.render(scale=scale, may_draw_forms=False)
    try:
        picture = bitmap.to_pil().convert("RGB")
    finally:
        bitmap.close()
    place = pixel_map(page, picture.width, picture.height)
    boxes = []
    for run in runs:
        corners = [place(glyph) for glyph in run]
        left, top = max(0.0, min(c[0] for c in corners)), max(0.0, min(c[1] for c in corners))
        right, bottom = max(c[2] for c in corners), max(c[3] for c in corners)
        boxes.append(
            Box(
                left / picture.width,
                top / picture.height,
                max(0.0, min(right, picture.width) - left) / picture.width,
                max(0.0, min(bottom, picture.height) - top) / picture.height,
            )
        )
    return PagePicture(_png(picture), picture.width, picture.height, tuple(boxes))


def _png(picture: Any) -> str:
    import base64

    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG", optimize=False)  # pages are ink on paper: a quarter of the size
    return base64.b64encode(out.getvalue()).decode("ascii")
