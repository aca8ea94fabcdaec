"""Which words of a PDF page nobody sees: white, tiny, off the page, invisible, clipped, covered, in a layer off.

One test for all of them: the page is drawn, and where a word should stand there is no ink.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.pdf_page import Frame, Glyph, Line

_SCALE, _SURE = 0.5, 2.0
"""Pixels per point at which every page is drawn, and a page with a suspect again. At 0.5 a letter of 9 pt is 4 pixels
high, which shows whether it is there."""

_CONTRAST = 8
"""Difference of grey (0 to 255) within a letter's box below which it is not seen: white on white 0 to 2, pale grey on
white 20 and more."""

_TINY = 1.5
"""Points below which letters cannot be read."""

_MIN_LETTERS = 4
_MAX_PIXELS = 4_000_000
_FINE = 16
"""pdfium gives places in whole pixels; asked for on a picture so many times as large, they are exact enough."""


def part_hidden(page: Any, lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """The lines that are seen, and the words of those that are not."""
    if not lines:
        return list(lines), []
    suspects = _unseen(page, dict(enumerate(lines)), _SCALE)
    if suspects:
        suspects = _unseen(page, {place: lines[place] for place in suspects}, _SURE)
    seen, words = [], []
    for place, line in enumerate(lines):
        gone = suspects.get(place, [])
        if len(gone) < _MIN_LETTERS and len(gone) < 0.8 * len(line.glyphs):
            seen.append(line)
            continue
        words.append(line.text if len(gone) == len(line.glyphs) else _spaced(gone, line.size))
        if len(gone) < 0.8 * len(line.glyphs):
            seen.append(_without(line, gone))
    return seen, words


def _unseen(page: Any, lines: Mapping[int, Line], scale: float) -> dict[int, list[Glyph]]:
    """The glyphs without ink, by the place of their line."""
    width, height = page.get_size()
    scale = min(scale, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = _draw(page, scale)
    place_on = pixel_map(page, picture.shape[1], picture.shape[0])
    found: dict[int, list[Glyph]] = {}
    for place, line in lines.items():
        tiny = line.size < _TINY
        gone = [glyph for glyph in line.glyphs if tiny or not _has_ink(picture, place_on(glyph))]
        if gone:
            found[place] = gone
    return found


def pixel_map(page: Any, width: int, height: int) -> Callable[[Glyph | Frame], tuple[float, float, float, float]]:
    """Gives for a glyph or frame its box (left, upper, right, lower) on a picture of the page, however it is turned."""
    import pypdfium2.raw as pdfium

    def corner(x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, width * _FINE, height * _FINE, 0, x, y, across, down)
        return across.value, down.value

    (ox, oy), (ax, ay), (bx, by) = corner(0, 0), corner(1000, 0), corner(0, 1000)

    def place(glyph: Glyph | Frame) -> tuple[float, float, float, float]:
        corners = [(glyph.left, glyph.bottom), (glyph.right, glyph.top)]
        across = [(ox + x * (ax - ox) / 1000 + y * (bx - ox) / 1000) / _FINE for x, y in corners]
        down = [(oy + x * (ay - oy) / 1000 + y * (by - oy) / 1000) / _FINE for x, y in corners]
        return min(across), min(down), max(across), max(down)

    return place


def _draw(page: Any, scale: float) -> NDArray[np.uint8]:
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
    finally:
        bitmap.close()


def _has_ink(picture: NDArray[np.uint8], box: tuple[float, float, float, float]) -> bool:
    first, upper, last, lower = int(box[0]), int(box[1]), int(box[2]) + 1, int(box[3]) + 1
    if last <= 0 or lower <= 0:
        return False
    cut = picture[max(upper, 0) : lower, max(first, 0) : last]
    return cut.size > 0 and int(cut.max()) - int(cut.min()) >= _CONTRAST


def _without(line: Line, gone: Sequence[Glyph]) -> Line:
    """The line with its seen glyphs only, spaces where there were gaps."""
    lost = {glyph.index for glyph in gone}
    kept = [glyph for glyph in line.glyphs if glyph.index not in lost]
    return replace(line, text=_spaced(kept, line.size), cells=(), glyphs=tuple(kept))


def _spaced(glyphs: Sequence[Glyph], size: float) -> str:
    text, last = "", glyphs[0]
    for glyph in glyphs:
        text += " " if glyph.left - last.right > 0.2 * size else ""
        text, last = text + glyph.text, glyph
    return text
