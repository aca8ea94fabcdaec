"""Words of a page's picture, read by rapidocr, whose models ship in its wheel: the extra `ocr`."""

from __future__ import annotations

from functools import cache
from typing import Any

from ingest.document import Refusal
from ingest.marked import one_line, visible

_SCALE = 2.0
"""Pixels per point: 144 dpi, at which letters of 8 pt are 16 pixels high."""

_MIN_SCORE = 0.6
"""rapidocr's confidence below which a line is more noise than words."""


def read_picture(page: Any) -> list[str]:
    """The lines of a page of a PDF from top to bottom. Raises Refusal where the extra is not installed."""
    bitmap = page.render(scale=_SCALE)
    try:
        found = _engine()(bitmap.to_numpy().copy())
    finally:
        bitmap.close()
    texts, scores = getattr(found, "txts", None) or (), getattr(found, "scores", None) or ()
    lines = (one_line(visible(text)[0]) for text, score in zip(texts, scores, strict=True) if score >= _MIN_SCORE)
    return [line for line in lines if line]


@cache
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise Refusal("ocr-extra") from None
    return RapidOCR()
