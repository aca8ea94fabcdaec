"""The lines of a PDF page with their places and sizes, as pdfium sees them. In points, from the bottom left."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from ingest.radicals import without_radicals

HYPHEN = "\u0002"
"""Where a word was broken at the end of a line; pdfium joins the two lines."""

_WIDE = re.compile(r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff]")
_GARBLED = re.compile(r"[\x00\ufffd\ue000-\uf8ff]")
_CELL_GAP = 1.6
"""Gap between two cells of a row, in sizes of the letters; a space is 0.25 to 0.5, also in justified lines."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character and its box: left, right, bottom, top. `index`: its number on the page, for pdfium."""

    index: int
    text: str
    left: float
    right: float
    bottom: float
    top: float
    made: bool
    """Whether pdfium inferred it (a space between words); it is not in the file."""


class Frame(NamedTuple):
    """A rectangle on a page."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its text, box, size of letters, and the cells it falls into where gaps part it."""

    page: int
    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    cells: tuple[tuple[float, float, str], ...]
    glyphs: tuple[Glyph, ...]
    dotted: bool = False
    """Whether a dot or square is drawn before it: a browser prints its list marks so."""


def page_lines(page: Any, number: int, *, from_web: bool = False) -> list[Line]:
    """The lines of a page in the file's order.

    `from_web`: a browser printed it: list marks are drawn, and gaps beside Chinese are spaces of the page.
    """
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    try:
        marks = _dots(page) if from_web else []
        found = []
        for glyphs in _split(_glyphs(textpage)):
            solid = [glyph for glyph in glyphs if glyph.text.strip()]
            if not solid:
                continue
            size = _size(textpage, solid, pdfium)
            line = _line(number, glyphs, solid, size, from_web)
            if line is not None:
                found.append(_with_dot(line, marks))
        return found
    finally:
        textpage.close()


def garbled_share(lines: Sequence[Line]) -> float:
    """The share of characters whose fonts do not say what they are."""
    text = "".join(line.text for line in lines)
    return len(_GARBLED.findall(text)) / max(1, len(text))


def is_wide(character: str) -> bool:
    """Whether it is Chinese, Japanese, Korean or full-width: such stand beside each other without spaces."""
    return _WIDE.match(character) is not None


def _glyphs(textpage: Any) -> Iterator[Glyph]:
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    for index in range(pdfium.FPDFText_CountChars(textpage)):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        made = bool(pdfium.FPDFText_IsGenerated(textpage, index))
        pdfium.FPDFText_GetLooseCharBox(textpage, index, reference)
        text = HYPHEN if code in (2, 0xFFFE) else "\ufffd" if code == 0 or 0xD800 <= code < 0xE000 else chr(code)
        yield Glyph(index, text, box.left, box.right, box.bottom, box.top, made)


def _split(glyphs: Iterator[Glyph]) -> Iterator[list[Glyph]]:
    """Runs of glyphs on one line: up to a line end of pdfium's, or where the next one stands lower and further left."""
    run: list[Glyph] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if glyph.text in "\r\n":
            if run:
                yield run
            run, last = [], None
            continue
        placed = not glyph.made and glyph.text != HYPHEN and bool(glyph.text.strip())
        if placed and last is not None:
            height = max(last.top - last.bottom, 1.0)
            if glyph.top < last.bottom + 0.3 * height and glyph.left < last.left:
                yield run
                run = []
        run.append(glyph)
        last = glyph if placed else last
    if run:
        yield run


def _size(textpage: Any, solid: Sequence[Glyph], pdfium: Any) -> float:
    """The size of the letters as they are shown, by the glyph amid the line."""
    middle = solid[len(solid) // 2].index
    matrix = pdfium.FS_MATRIX()
    scale = 1.0
    if pdfium.FPDFText_GetMatrix(textpage, middle, ctypes.byref(matrix)):
        scale = math.hypot(matrix.c, matrix.d)
    return float(pdfium.FPDFText_GetFontSize(textpage, middle) * scale)


def _line(number: int, glyphs: Sequence[Glyph], solid: Sequence[Glyph], size: float, from_web: bool) -> Line | None:
    ordered = _in_order(glyphs, solid, size)
    text, cells = _words(ordered, size, 0.15 if from_web else 0.6)
    if not text:
        return None
    return Line(
        number,
        text,
        min(glyph.left for glyph in solid),
        max(glyph.right for glyph in solid),
        min(glyph.bottom for glyph in solid),
        max(glyph.top for glyph in solid),
        size,
        cells,
        tuple(solid),
    )


def _in_order(glyphs: Sequence[Glyph], solid: Sequence[Glyph], size: float) -> Sequence[Glyph]:
    """From left to right, where the file draws them in another order; then the spaces inferred are worth nothing."""
    steps = pairwise(solid)
    if all(after.left >= before.left - 0.3 * size for before, after in steps):
        return glyphs
    if _RIGHT_TO_LEFT.search("".join(glyph.text for glyph in solid)) or any(g.text == HYPHEN for g in glyphs):
        return glyphs
    ordered = sorted((glyph for glyph in glyphs if not glyph.made), key=lambda glyph: glyph.left)
    spaced: list[Glyph] = []
    for glyph in ordered:
        if spaced and glyph.left - spaced[-1].right > 0.2 * size:
            before = spaced[-1]
            spaced.append(Glyph(-1, " ", before.right, glyph.left, glyph.bottom, glyph.top, True))
        spaced.append(glyph)
    return spaced


def _words(glyphs: Sequence[Glyph], size: float, least: float) -> tuple[str, tuple[tuple[float, float, str], ...]]:
    """The text of a line, and of its cells.

    A gap between a Chinese character and a Latin letter or figure that pdfium takes for a space is one from `least`
    sizes of the letters on: LibreOffice sets 0.25 there where nobody wrote a space, and a browser nothing. Beside a
    mark such as ( or " nobody sets any, so a gap is a space there.
    """
    parts: list[str] = []
    cells: list[list[Glyph]] = [[]]
    texts: list[list[str]] = [[]]
    last: Glyph | None = None
    pending = ""
    for glyph in glyphs:
        if not glyph.text.strip() and glyph.text != HYPHEN:
            pending = "made" if glyph.made and pending != "real" else "real"
            continue
        if last is not None:
            gap = glyph.left - last.right
            between = _scripts_meet(last.text, glyph.text)
            if gap > _CELL_GAP * size and last.text != HYPHEN:
                cells.append([])
                texts.append([])
                parts.append(" ")
            elif pending == "real" or (pending == "made" and not (between and gap < least * size)):
                parts.append(" ")
                texts[-1].append(" ")
        parts.append(glyph.text)
        texts[-1].append(glyph.text)
        cells[-1].append(glyph)
        pending, last = "", glyph
    text = without_radicals("".join(parts)).strip()
    spans = [
        (mine[0].left, max(glyph.right for glyph in mine), without_radicals("".join(words)).strip())
        for mine, words in zip(cells, texts, strict=True)
        if mine
    ]
    return text, tuple(spans)


def _scripts_meet(left: str, right: str) -> bool:
    """Whether a Chinese character stands beside a Latin letter or figure (CSS Text 4, text-autospace)."""
    return is_wide(left) != is_wide(right) and (right if is_wide(left) else left).isalnum()


# Drawn list marks


def _dots(page: Any) -> list[tuple[float, float, float]]:
    """Centre and width of the small, square shapes drawn on a page."""
    import pypdfium2.raw as pdfium

    found = []
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(min(pdfium.FPDFPage_CountObjects(page), 5_000)):
        shape = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(shape) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if not pdfium.FPDFPageObj_GetBounds(shape, left, bottom, right, top):
            continue
        width, height = right.value - left.value, top.value - bottom.value
        if 1.5 < width < 9 and 0.7 < width / max(height, 0.01) < 1.4:
            found.append(((left.value + right.value) / 2, (bottom.value + top.value) / 2, width))
    return found


def _with_dot(line: Line, marks: Sequence[tuple[float, float, float]]) -> Line:
    for x, y, width in marks:
        near = line.left - 2.2 * line.size < x < line.left - width / 2
        if near and width < 0.7 * line.size and line.bottom < y < line.top:
            return replace(line, dotted=True)
    return line
