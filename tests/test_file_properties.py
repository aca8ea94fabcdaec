"""Sixty odd names as what a file says of itself (I5): its properties are not read, a page's title is one plain line."""

from __future__ import annotations

import html
import io
import unicodedata
from collections.abc import Callable, Sequence

import docx
import pytest
from pypdf import PdfReader, PdfWriter

from ingest.document import Document
from ingest.outline import outline_sections
from ingest.read_docx import read_docx
from ingest.read_html import read_html
from ingest.read_pdf import read_pdf
from tests.odd_names import NAMES
from tests.pdf import pdf_file

pytestmark = pytest.mark.case("I5")

PLUMS = "The plum harvest reached 70 tonnes."


Four = Sequence[str]


def docx_of(said: Four) -> Document:
    file = docx.Document()
    file.add_paragraph(PLUMS)
    for name, value in zip(("title", "author", "subject", "last_modified_by"), said, strict=True):
        setattr(file.core_properties, name, "".join(filter(str.isprintable, value))[:255])
    written = io.BytesIO()
    file.save(written)
    return read_docx(written.getvalue(), "plums.docx")


def pdf_of(said: Four) -> Document:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_file([PLUMS]))))
    writer.add_metadata(dict(zip(("/Title", "/Author", "/Subject", "/Keywords"), said, strict=True)))
    for entry in said:
        writer.add_outline_item(title=entry, page_number=0)
    written = io.BytesIO()
    writer.write(written)
    return read_pdf(written.getvalue(), "plums.pdf")


def page_of(said: Four) -> Document:
    names = "author", "description", "keywords", "og:title"
    head = "".join(f"<meta name={n} content='{html.escape(one)}'>" for n, one in zip(names, said, strict=True))
    return read_html(f"<html><head>{head}</head><body><p>{PLUMS}</p></body></html>")


@pytest.mark.parametrize("read", [docx_of, pdf_of, page_of])
def test_what_a_file_says_of_itself_is_no_part_of_its_text(
    read: Callable[[Four], Document], record_property: Callable[[str, object], None]
) -> None:
    plain = read(("Plums", "A", "B", "C"))
    assert plain.text.strip() == PLUMS
    assert [start for start in range(0, len(NAMES), 4) if read(NAMES[start : start + 4]) != plain] == []
    record_property("tried", len(NAMES))


def test_the_title_of_a_web_page_is_one_line_without_hidden_characters(
    record_property: Callable[[str, object], None],
) -> None:
    titles = []
    for name in NAMES:
        document = read_html(f"<title>{html.escape(name)}</title><body><p>{PLUMS}</p></body>")
        titles += [section.title for section in outline_sections(document).sections[:-1]]
        assert len(document.text.split("\n\n")) <= 3
        assert document.text.rstrip().endswith(f"\n\n{PLUMS}") or document.text.rstrip() == PLUMS
    hidden = {one for title in titles for one in title if unicodedata.category(one) in ("Cc", "Zl", "Zp")}
    assert len(titles) > 50
    assert hidden == set()
    assert not any(
        "\u202a" <= one <= "\u202e" or "\u2066" <= one <= "\u2069" or one >= "\U000e0000" for one in "".join(titles)
    )
    record_property("tried", len(NAMES))
