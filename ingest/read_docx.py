"""A DOCX becomes lines: headings by style, list items with their numbers, table rows; hidden words left out.

Read from its XML directly: python-docx needs 65 s and 1.7 GB for a file of 285 kB (LIBRARIES §11).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError

from ingest.document import Document, Loss, UnreadableDocument
from ingest.docx_images import DocxImages
from ingest.docx_styles import Numbering, Style, Styles, number_text, w
from ingest.grid import Cell
from ingest.image_files import IllustratedText
from ingest.marked import one_line, visible
from ingest.ocr import Ocr

MAX_MEMBERS = 5_000
MAX_UNPACKED = 256 * 2**20
MAX_XML = 24 * 2**20
"""Of a DOCX: its parts, all of them unpacked, and its text part. A book of 1,000 pages has 10 MB of text part."""

_SKIPPED = {w("del"), w("moveFrom"), w("txbxContent"), w("footnoteReference"), w("instrText"), w("fldData")}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MAX_DEPTH = 60


def read_docx(data: bytes, file: str, ocr: Ocr | None = None) -> Document:
    """The text of a DOCX; with an engine, of the tables in its images too. Raises UnreadableDocument."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive, file)
            body = _part(archive, "word/document.xml", file)
            styles = Styles.of(_optional(archive, "word/styles.xml", file))
            numbering = Numbering.of(_optional(archive, "word/numbering.xml", file))
            relations = _optional(archive, "word/_rels/document.xml.rels", file) if ocr else None
    except (zipfile.BadZipFile, ParseError, KeyError, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableDocument("file-broken", file=file, cause=type(error).__name__) from error
    except RuntimeError:  # zipfile's only sign of an encrypted member
        raise UnreadableDocument("file-protected", file=file) from None
    if body is None:
        raise UnreadableDocument("file-broken", file=file, cause="no text part")
    reader = _Reader(styles, numbering, DocxImages(data, relations), IllustratedText(ocr))
    content = body.find(w("body"))
    for element in [] if content is None else content:
        reader.block(element, 0)
    losses = reader.written.end()
    losses += [Loss("hidden-text", "", " ".join(reader.hidden)[:80])] if reader.hidden else []
    if reader.invisible:
        losses.append(Loss("invisible-characters", "", str(reader.invisible)))
    return Document(reader.written.text, "docx", marks=tuple(reader.written.marks), losses=tuple(losses))


def _check(archive: zipfile.ZipFile, file: str) -> None:
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableDocument("file-protected", file=file)
    largest = next((member.file_size for member in members if member.filename == "word/document.xml"), 0)
    if len(members) > MAX_MEMBERS or largest > MAX_XML or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise UnreadableDocument("file-swollen", file=file, limit=MAX_UNPACKED // 2**20)
    if any(".." in PurePosixPath(member.filename.replace("\\", "/")).parts for member in members):
        raise UnreadableDocument("file-broken", file=file, cause="paths that lead out of it")


def _part(archive: zipfile.ZipFile, name: str, file: str) -> Element | None:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element | None = fromstring(archive.read(name), forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadableDocument("file-broken", file=file, cause="declares entities") from None
    return root


def _optional(archive: zipfile.ZipFile, name: str, file: str) -> Element | None:
    if name not in archive.namelist() or archive.getinfo(name).file_size > MAX_XML:
        return None
    return _part(archive, name, file)


class _Reader:
    """Walks the blocks of a document once."""

    def __init__(self, styles: Styles, numbering: Numbering, images: DocxImages, written: IllustratedText) -> None:
        self.styles = styles
        self.numbering = numbering
        self.images = images
        self.written = written
        self.hidden: list[str] = []
        self.invisible = 0

    def block(self, element: Element, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        if element.tag == w("p"):
            self._paragraph(element)
            for box in element.iter(w("txbxContent")):
                if not any(box in list(fallback.iter()) for fallback in element.iter(_FALLBACK)):
                    for inner in box:
                        self.block(inner, depth + 1)
        elif element.tag == w("tbl"):
            self._table(element)
        elif element.tag in (w("sdt"), w("sdtContent"), w("customXml"), w("ins"), w("moveTo")):
            for inner in element:
                self.block(inner, depth + 1)

    def _paragraph(self, element: Element) -> None:
        style = self.styles.of_paragraph(element)
        text = self._words(element, style.hidden)
        if text:
            self._write(element, style, text)
        if not style.hidden:
            self.written.shows(self.images.shown_by(element))

    def _write(self, element: Element, style: Style, text: str) -> None:
        entry = self.numbering.entry(element, style)
        if style.level is not None:
            number = number_text(self.numbering, entry) if entry else ""
            self.written.line(one_line(f"{number}{text}"), "heading", style.level + 1)
        elif style.name == "caption":
            self.written.line(one_line(text), "caption")
        elif entry and self.numbering.is_bullet(entry):
            self.written.line(one_line(text), "bullet", entry.level)
        elif entry:
            self.written.line(one_line(f"{number_text(self.numbering, entry)}{text}"))
        else:
            for line in text.split("\n"):
                self.written.line(one_line(line))

    def _words(self, paragraph: Element, hidden: bool) -> str:
        """The visible words of a paragraph; the others are kept aside to be named."""
        parts: list[str] = []
        for run in _runs(paragraph):
            text = "".join(_run_text(run))
            if hidden or self.styles.hides(run):
                self.hidden += [text] if text.strip() else []
                continue
            kept, invisible = visible(text.replace("\n", "\u2028"))
            self.invisible += invisible
            parts.append(kept.replace("\u2028", "\n"))
        return "".join(parts).strip()

    def _table(self, table: Element) -> None:
        rows = [[self._cell(cell) for cell in row.findall(w("tc"))] for row in table.iter(w("tr"))]
        named = [row.find(f"{w('trPr')}/{w('tblHeader')}") is not None for row in table.iter(w("tr"))]
        self.written.table(_merged(rows), named.index(False) if named and named[0] and not all(named) else None)

    def _cell(self, cell: Element) -> tuple[Cell, bool]:
        """A cell, and whether it only goes on with the one above."""
        words = [self._words(paragraph, False) for paragraph in cell.iter(w("p"))]
        span = cell.find(f"{w('tcPr')}/{w('gridSpan')}")
        across = span.get(w("val"), "1") if span is not None else "1"
        merge = cell.find(f"{w('tcPr')}/{w('vMerge')}")
        below = merge is not None and merge.get(w("val"), "continue") == "continue"
        text = one_line(" ".join(word for word in words if word))
        return Cell(text, int(across) if re.fullmatch(r"\d{1,3}", across) else 1), below


def _merged(rows: Sequence[Sequence[tuple[Cell, bool]]]) -> list[list[Cell]]:
    """The cells of each row; one that goes on with the cell above has its words."""
    above: dict[int, str] = {}
    found = []
    for row in rows:
        line: list[Cell] = []
        column = 0
        for cell, below in row:
            mine = cell._replace(text=above.get(column, "")) if below and not cell.text else cell
            above[column] = mine.text
            line.append(mine)
            column += cell.across
        found.append(line)
    return found


def _runs(element: Element) -> Iterator[Element]:
    """The runs of a paragraph in order, those of links and insertions too, without deletions and text boxes."""
    for child in element:
        if child.tag in _SKIPPED or child.tag == _FALLBACK:
            continue
        if child.tag == w("r"):
            yield child
        elif child.tag not in (w("pPr"), w("rPr")):
            yield from _runs(child)


def _run_text(run: Element) -> Iterator[str]:
    for child in run:
        if child.tag == w("t"):
            yield re.sub(r"[\t\r\n]", " ", child.text or "")
        elif child.tag in (w("tab"), w("ptab")):
            yield " "
        elif child.tag in (w("br"), w("cr")):
            yield "\n"
        elif child.tag == w("noBreakHyphen"):
            yield "\u2011"
        elif child.tag == w("sym"):
            yield _symbol(child.get(w("char"), ""))


def _symbol(code: str) -> str:
    """A character that a run names by its number in a symbol font; those of private use have no meaning elsewhere."""
    value = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code) else 0
    return chr(value) if 32 < value < 0xD800 else ""
