"""Pictures read by rapidocr, whose models ship in its wheel: the extra `ocr`. What is seen becomes blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.document import Refusal
from ingest.marked import one_line, visible
from ingest.pdf_lines import Paragraph
from ingest.pictures import Seen, Table, mostly_tables, seen_blocks

OCR_PATIENCE = 540.0
"""Seconds after which no further picture is read: a page takes some three on two cores."""

_MIN_SCORE = 0.6
"""rapidocr's confidence below which a line is more noise than words."""

Pixels = NDArray[np.uint8]
Ocr = Callable[[Pixels, float], list[Seen]]
"""What is seen on a picture of so many pixels per point."""


def read_words(picture: Pixels, scale: float) -> list[Seen]:
    """The words that stand on a picture. Raises Refusal where the extra is not installed."""
    found = _engine()(picture)
    texts, scores = getattr(found, "txts", None) or (), getattr(found, "scores", None) or ()
    seen = []
    for text, score, box in zip(texts, scores, found.boxes if texts else (), strict=True):
        words = one_line(visible(text)[0])
        if words and score >= _MIN_SCORE:
            across, down = [float(x) / scale for x, _ in box], [float(y) / scale for _, y in box]
            seen.append(Seen(words, min(across), max(across), min(down), max(down)))
    return seen


class PictureReader:
    """Reads the pictures of a document, an image once however often it is shown."""

    def __init__(self, ocr: Ocr) -> None:
        self._ocr = ocr
        self._known: set[bytes] = set()

    def page(self, pixels: Pixels, scale: float) -> list[Paragraph | Table]:
        """All words of a picture of a whole page."""
        return self._blocks(pixels, scale)

    def image(self, pixels: Pixels, scale: float, *, captioned: bool) -> list[Paragraph | Table]:
        """An image's words, only if they are a table and it was not read before."""
        digest = hashlib.sha256(pixels.tobytes()).digest()
        if digest in self._known:
            return []
        self._known.add(digest)
        blocks = self._blocks(pixels, scale)
        return blocks if mostly_tables(blocks, captioned=captioned) else []

    def _blocks(self, pixels: Pixels, scale: float) -> list[Paragraph | Table]:
        if not pixels.size:
            return []
        return seen_blocks(self._ocr(pixels, scale), pixels.shape[1] / scale, pixels.shape[0] / scale)


@cache
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise Refusal("ocr-extra") from None
    return RapidOCR()
