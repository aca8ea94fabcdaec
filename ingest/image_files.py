"""Images that a document holds as files: decoded, and the tables read of them written beneath their captions."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ingest.blocks import caption
from ingest.document import Loss, MarkKind
from ingest.grid import Cell
from ingest.marked import MarkedText
from ingest.ocr import OCR_PATIENCE, Ocr, PictureReader, Pixels
from ingest.pdf_lines import Paragraph
from ingest.pictures import LEAST_HEIGHT, LEAST_WIDTH

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
"""Kinds of files that are decoded; drawings (EMF, SVG) are not."""

_MAX_PIXELS = 20_000_000
_FINEST = 3.0
"""Pixels per point above which an image is read smaller: letters of 8 pt are then 24 pixels high."""


class Image(NamedTuple):
    """A decoded image and its pixels per point."""

    pixels: Pixels
    scale: float


def decoded(data: bytes, width: float | None = None) -> Image | None:
    """An image shown so many points wide (None: 96 pixels an inch); None if it is none, too small or too large."""
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    try:
        with Pillow.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > _MAX_PIXELS or not opened.width:
                return None
            scale = opened.width / (width or opened.width * 0.75)
            if opened.width / scale < LEAST_WIDTH or opened.height / scale < LEAST_HEIGHT:
                return None
            shown = Pillow.alpha_composite(Pillow.new("RGBA", opened.size, "white"), opened.convert("RGBA"))
            smaller = min(1.0, _FINEST / scale)
            if smaller < 1:
                shown = shown.resize((round(opened.width * smaller), max(1, round(opened.height * smaller))))
            return Image(np.array(shown.convert("RGB"), dtype=np.uint8), scale * smaller)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Pillow.DecompressionBombError):
        return None


class IllustratedText(MarkedText):
    """Lines among which images are shown: what is a table in them is written beneath its caption, above or below it.

    Without an engine it is the lines alone.
    """

    def __init__(self, ocr: Ocr | None) -> None:
        super().__init__()
        self._reader = PictureReader(ocr) if ocr else None
        self._until = time.monotonic() + OCR_PATIENCE
        self._waiting: list[Image] = []
        self._beneath_caption = False
        self._losses: list[Loss] = []

    @property
    def reads_images(self) -> bool:
        return self._reader is not None

    def shows(self, images: Iterable[Image]) -> None:
        """Images stand here: those beneath a caption are read as its body, others when it is known what follows."""
        self._waiting += images if self._reader else ()
        if self._beneath_caption:
            self._read(captioned=True)

    def line(self, text: str, kind: MarkKind | None = None, depth: int = 0) -> None:
        if not text.strip():
            return
        is_caption = kind == "caption" or caption(text, known=True) is not None
        if not is_caption:
            self._read(captioned=False)
        super().line(text, kind, depth)
        self._beneath_caption = is_caption
        if is_caption:
            self._read(captioned=True)

    def table(self, rows: Sequence[Sequence[Cell]], heads: int | None = None) -> None:
        self._read(captioned=False)
        super().table(rows, heads)

    def end(self) -> list[Loss]:
        """All lines are written: reads what still waits, and says what of the text was read."""
        self._read(captioned=False)
        return self._losses

    def _read(self, *, captioned: bool) -> None:
        waiting, self._waiting = self._waiting, []
        for image in waiting:
            if self._reader is None or time.monotonic() > self._until:
                return
            start = self.length
            named = captioned
            for block in self._reader.image(*image, captioned=captioned):
                if not isinstance(block, Paragraph):
                    super().table(block)
                    named = False
                else:  # words above a table that has its caption are a part of its heads
                    super().line(block.text, "head" if named else None)
            if self.length > start:
                self._beneath_caption = False
                self._losses.append(Loss("read-by-ocr", "", start=start, end=self.length))
