"""The images that a paragraph of a DOCX shows, from the files in its archive."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from ingest.docx_styles import w
from ingest.image_files import Image, decoded

MAX_IMAGE = 20 * 2**20
"""Bytes of an image file that is looked at."""

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/"
_EXTENT = f"{_DRAWING}wordprocessingDrawing}}extent"
_BLIP = f"{_DRAWING}main}}blip"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_EMU = 12_700
"""English Metric Units in a point (ECMA-376)."""

_NOT_SHOWN = {w("del"), w("moveFrom"), w("txbxContent")}


class DocxImages:
    """The image files of a DOCX, by what its paragraphs call them."""

    def __init__(self, data: bytes, relations: Element | None) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._names = {
            relation.get("Id", ""): str(PurePosixPath("/word") / relation.get("Target", "")).lstrip("/")
            for relation in ([] if relations is None else relations)
            if relation.get("TargetMode") != "External"
        }

    def shown_by(self, paragraph: Element) -> Iterator[Image]:
        """Its images in order, those that can be decoded; what is in its text boxes belongs to their paragraphs."""
        for drawing in _drawings(paragraph):
            extent = next(drawing.iter(_EXTENT), None)
            width = extent.get("cx", "") if extent is not None else ""
            for blip in drawing.iter(_BLIP):
                data = self._file(blip.get(_EMBED, ""))
                image = decoded(data, int(width) / _EMU if width.isascii() and width.isdigit() else None)
                if image is not None:
                    yield image

    def _file(self, relation: str) -> bytes:
        """An image file; nothing where it is not there, too large or broken."""
        try:
            member = self._archive.getinfo(self._names.get(relation, ""))
            return self._archive.read(member) if member.file_size <= MAX_IMAGE else b""
        except (KeyError, zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
            return b""


def _drawings(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag == w("drawing"):
            yield child
        elif child.tag not in _NOT_SHOWN:
            yield from _drawings(child)
