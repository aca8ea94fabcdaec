"""Words of a page's picture, read by rapidocr, whose models ship in its wheel: the extra `ocr`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Any

from ingest.document import Refusal
from ingest.marked import one_line, visible
from ingest.pdf_lines import paragraphs
from ingest.pdf_page import Line, is_wide

_SCALE = 2.0
"""Pixels per point: 144 dpi, at which letters of 8 pt are 16 pixels high."""

_MIN_SCORE = 0.6
"""rapidocr's confidence below which a line is more noise than words."""

_ALIKE = 0.2
"""Share by which lines of one size of letters differ in height: the engine draws its boxes around what it sees."""


def read_picture(page: Any) -> list[str]:
    """The paragraphs of a page of a PDF from top to bottom. Raises Refusal where the extra is not installed."""
    bitmap = page.render(scale=_SCALE)
    try:
        found = _engine()(bitmap.to_numpy().copy())
    finally:
        bitmap.close()
    texts, scores = getattr(found, "txts", None) or (), getattr(found, "scores", None) or ()
    read = [
        (one_line(visible(text)[0]), [(x / _SCALE, y / _SCALE) for x, y in box])
        for text, score, box in zip(texts, scores, found.boxes if texts else (), strict=True)
        if score >= _MIN_SCORE
    ]
    return joined([(text, box) for text, box in read if text], page.get_height())


def joined(read: Sequence[tuple[str, Sequence[tuple[float, float]]]], height: float) -> list[str]:
    """The paragraphs of lines that were read, each with the corners of its box, in points from the top left."""
    boxes = [(min(x for x, _ in box), max(x for x, _ in box), *_ends(box)) for _, box in read]
    heights = [bottom - top for _, _, top, bottom in boxes]
    usual = median(heights) if heights else 0.0
    width = median(
        [_letter(text, right - left) for (text, _), (left, right, _, _) in zip(read, boxes, strict=True)] or [0.0]
    )
    lines = []
    for (text, _), (left, right, top, bottom), tall in zip(read, boxes, heights, strict=True):
        size = width if abs(tall - usual) < _ALIKE * usual else width * tall / usual
        lines.append(Line(0, text, left, right, height - bottom, height - top, size, (), ()))
    return [paragraph.text for paragraph in paragraphs(lines, [height])]


def _ends(box: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return min(y for _, y in box), max(y for _, y in box)


def _letter(text: str, width: float) -> float:
    """The size of the letters of a line so wide; a Latin letter is half as wide as high."""
    return width / max(0.5, sum(1.0 if is_wide(character) else 0.5 for character in text))


@cache
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise Refusal("ocr-extra") from None
    return RapidOCR()
