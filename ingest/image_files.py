"""Images that a document holds as files: decoded, and the tables read of them written beneath their captions."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ingest.document import Loss
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


class ImageTables:
    """Writes the tables of images among a document's lines: each beneath its caption, which may stand above or below.

    The one who writes the lines says where an image is shown, and before and after each line what is written.
    """

    def __init__(self, written: MarkedText, ocr: Ocr) -> None:
        self._written = written
        self._reader = PictureReader(ocr)
        self._until = time.monotonic() + OCR_PATIENCE
        self._waiting: list[Image] = []
        self._beneath_caption = False
        self.losses: list[Loss] = []

    def shows(self, images: Iterable[Image]) -> None:
        """Images stand here: those beneath a caption are read as its body, others when it is known what follows."""
        self._waiting += images
        if self._beneath_caption and self._waiting:
            self._write(captioned=True)

    def before_line(self, *, caption: bool) -> None:
        """A line is about to be written."""
        if not caption:
            self._write(captioned=False)

    def after_line(self, *, caption: bool) -> None:
        """A line was written."""
        self._beneath_caption = caption
        self._write(captioned=caption)

    def end(self) -> None:
        """All lines are written."""
        self._write(captioned=False)

    def _write(self, *, captioned: bool) -> None:
        waiting, self._waiting = self._waiting, []
        for image in waiting:
            if time.monotonic() > self._until:
                return
            start = self._written.length
            named = captioned
            for block in self._reader.image(*image, captioned=captioned):
                if not isinstance(block, Paragraph):
                    self._written.table(block)
                    named = False
                else:  # words above a table that has its caption are a part of its heads
                    self._written.line(block.text, "head" if named else None)
            if self._written.length > start:
                self._beneath_caption = False
                self.losses.append(Loss("read-by-ocr", "", start=start, end=self._written.length))
