"""Which words of a PDF page nobody sees: white, tiny, off the page, invisible, clipped, covered, in a layer off.

One test for all of them: the page is drawn, and where a word should stand there is no ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.pdf_page import Glyph, Line

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


def part_hidden(page: Any, lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """The lines that are seen, and the words of those that are not."""
    if not lines:
        return list(lines), []
    width, height = page.get_size()
    suspects = _unseen(page, lines, _SCALE, width, height)
    if any(suspects.values()):
        suspects = _unseen(page, [lines[place] for place in suspects], _SURE, width, height, list(suspects))
    seen, words = [], []
    for place, line in enumerate(lines):
        gone = suspects.get(place, [])
        if len(gone) < _MIN_LETTERS and len(gone) < 0.8 * len(line.glyphs):
            seen.append(line)
            continue
        words.append("".join(glyph.text for glyph in gone))
        if len(gone) < 0.8 * len(line.glyphs):
            seen.append(_without(line, gone))
    return seen, words


def _unseen(
    page: Any, lines: Sequence[Line], scale: float, width: float, height: float, places: Sequence[int] | None = None
) -> dict[int, list[Glyph]]:
    """The glyphs without ink, by the place of their line."""
    scale = min(scale, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = _draw(page, scale)
    left, _, _, top = page.get_cropbox()
    found: dict[int, list[Glyph]] = {}
    for place, line in zip(places or range(len(lines)), lines, strict=True):
        tiny = line.size < _TINY
        gone = [glyph for glyph in line.glyphs if tiny or not _has_ink(picture, glyph, scale, left, top)]
        if gone:
            found[place] = gone
    return found


def _draw(page: Any, scale: float) -> NDArray[np.uint8]:
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
    finally:
        bitmap.close()


def _has_ink(picture: NDArray[np.uint8], glyph: Glyph, scale: float, left: float, top: float) -> bool:
    first, last = int((glyph.left - left) * scale), int((glyph.right - left) * scale) + 1
    upper, lower = int((top - glyph.top) * scale), int((top - glyph.bottom) * scale) + 1
    if last - first < 1 or lower - upper < 1 or last <= 0 or lower <= 0:
        return False
    box = picture[max(upper, 0) : lower, max(first, 0) : last]
    return box.size > 0 and int(box.max()) - int(box.min()) >= _CONTRAST


def _without(line: Line, gone: Sequence[Glyph]) -> Line:
    """The line with its seen glyphs only, spaces where there were gaps."""
    lost = {glyph.index for glyph in gone}
    kept = [glyph for glyph in line.glyphs if glyph.index not in lost]
    text, last = "", kept[0]
    for glyph in kept:
        text += " " if glyph.left - last.right > 0.2 * line.size else ""
        text, last = text + glyph.text, glyph
    return replace(line, text=text, cells=(), glyphs=tuple(kept))
