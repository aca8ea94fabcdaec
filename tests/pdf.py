"""PDF files as small as they can be, with the pages and words that a test names."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject


def pdf_file(pages: Sequence[str], *, password: str | None = None, roman: int = 0) -> bytes:
    """A PDF whose pages say these lines; the first `roman` pages are numbered i, ii …; a password encrypts it."""
    writer = PdfWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts = DictionaryObject({NameObject("/F1"): _names(font)})
    for text in pages:
        page = writer.add_blank_page(width=595, height=842)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        lines = " T* ".join(f"({line}) Tj" for line in text.split("\n"))
        stream.set_data(f"BT /F1 12 Tf 14 TL 72 770 Td {lines} ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)  # a stream inside the page is no valid PDF
    if roman:
        ranges = [NumberObject(0), _names({"/S": "/r"}), NumberObject(roman), _names({"/S": "/D"})]
        labels = DictionaryObject({NameObject("/Nums"): ArrayObject(ranges)})
        writer.root_object[NameObject("/PageLabels")] = labels
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert len(PdfReader(io.BytesIO(out.getvalue()), password=password).pages) == len(pages)
    return out.getvalue()


def _names(entries: dict[str, str]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): NameObject(value) for key, value in entries.items()})
