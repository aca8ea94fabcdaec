"""Pictures of a PDF's pages that may hold words: pages without text and images; what was read of one, and its place."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.blocks import caption
from ingest.document import Loss
from ingest.ocr import PictureReader, Pixels
from ingest.pdf_hidden import pixel_map
from ingest.pdf_lines import Paragraph
from ingest.pdf_page import Frame, Line
from ingest.pictures import LEAST_HEIGHT, LEAST_WIDTH, Table

_SCALE = 2.0
"""Pixels per point: 144 dpi, at which letters of 8 pt are 16 pixels high."""

_MAX_PIXELS = 20_000_000
_MAX_OBJECTS = 5_000

_LETTERS = 20
"""Letters of the page's own text up to which an image is none that stands behind it."""

_NEAR = 40.0
"""Points between an image and its caption."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image on a page, or without a frame the whole page. `loss`: what is lost where nothing can be read."""

    page: int
    frame: Frame | None = None
    captioned: bool = False
    loss: Loss | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a page that do not stand among its lines: of a picture, or of the second opinion, without one."""

    page: int
    blocks: Sequence[str | Paragraph | Table]
    picture: Picture | None = None


def images(page: Any, number: int, lines: Sequence[Line]) -> Iterator[Picture]:
    """The images of a page that are large enough for a table and are not behind its text."""
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
        shape = pdfium.FPDFPage_GetObject(page, index)
        if not _shows_image(shape) or not pdfium.FPDFPageObj_GetBounds(shape, left, bottom, right, top):
            continue
        frame = Frame(left.value, bottom.value, right.value, top.value)
        large = frame.right - frame.left >= LEAST_WIDTH and frame.top - frame.bottom >= LEAST_HEIGHT
        if large and sum(len(line.text) for line in lines if _is_on(line, frame)) <= _LETTERS:
            yield Picture(number, frame, any(_names(line, frame) for line in lines))


def _shows_image(shape: Any) -> bool:
    """Whether an object is an image, or a group with one in it."""
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFPageObj_GetType(shape)
    if kind != pdfium.FPDF_PAGEOBJ_FORM:
        return bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE)
    inner = (pdfium.FPDFFormObj_GetObject(shape, n) for n in range(min(pdfium.FPDFFormObj_CountObjects(shape), 100)))
    return any(pdfium.FPDFPageObj_GetType(one) == pdfium.FPDF_PAGEOBJ_IMAGE for one in inner)


def _is_on(line: Line, frame: Frame) -> bool:
    across, down = (line.left + line.right) / 2, (line.bottom + line.top) / 2
    return frame.left < across < frame.right and frame.bottom < down < frame.top


def read_picture(reader: PictureReader, page: Any, picture: Picture) -> list[Paragraph | Table]:
    """A page's words, all of them; those of an image only if they are a table. Nothing of what was read before."""
    pixels, scale = _draw(page, picture.frame)
    if picture.frame is None:
        return reader.page(pixels, scale)
    return reader.image(pixels, scale, captioned=picture.captioned)


def _draw(page: Any, frame: Frame | None) -> tuple[Pixels, float]:
    """A page, or a part of it, and its pixels per point."""
    width, height = page.get_size()
    scale = min(_SCALE, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale)
    try:
        pixels: Pixels = np.array(bitmap.to_numpy())
    finally:
        bitmap.close()
    if frame is None:
        return pixels, scale
    left, upper, right, lower = pixel_map(page, pixels.shape[1], pixels.shape[0])(frame)
    return pixels[max(0, int(upper)) : max(0, int(lower) + 1), max(0, int(left)) : max(0, int(right) + 1)].copy(), scale


# Where it stands


def place_among(units: Sequence[Paragraph], piece: Piece) -> int:
    """The paragraph after which a piece stands: an image's caption, else the one above; -1 where there is none."""
    before = max((n for n, unit in enumerate(units) if unit.first.page < piece.page), default=-1)
    frame = piece.picture.frame if piece.picture else None
    if frame is None:
        return before
    mine = [(n, unit) for n, unit in enumerate(units) if unit.first.page == piece.page == unit.last.page]
    if captions := [
        (_distance(unit.first, frame), n) for n, unit in mine if is_caption(unit) and _names(unit.first, frame)
    ]:
        return min(captions)[1]
    middle = (frame.bottom + frame.top) / 2
    above = [(unit.last.bottom, -n) for n, unit in mine if unit.last.bottom > middle and _overlap(unit.last, frame)]
    return -min(above)[1] if above else before


def is_caption(unit: Paragraph) -> bool:
    return unit.kind == "line" and caption(unit.text, known=True) is not None


def _names(line: Line, frame: Frame) -> bool:
    """Whether a line is a caption near an image."""
    near = line.bottom < frame.top + _NEAR and frame.bottom - _NEAR < line.top
    return near and _overlap(line, frame) and caption(line.text, known=True) is not None


def _distance(line: Line, frame: Frame) -> tuple[bool, float]:
    """How far a caption is from an image: first those on its usual side, above a table and beneath a figure."""
    found = caption(line.text, known=True)
    middle = (line.bottom + line.top) / 2
    is_above = middle > (frame.bottom + frame.top) / 2
    usual = is_above == (found is not None and found[0] == "table")
    return not usual, min(abs(middle - frame.top), abs(middle - frame.bottom))


def _overlap(line: Line, frame: Frame) -> bool:
    return line.left < frame.right and frame.left < line.right
