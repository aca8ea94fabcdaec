"""Words of a picture, read by rapidocr, whose models ship in its wheel: the extra `ocr`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.document import Refusal
from ingest.marked import one_line, visible
from ingest.pictures import Seen

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


@cache
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise Refusal("ocr-extra") from None
    return RapidOCR()
