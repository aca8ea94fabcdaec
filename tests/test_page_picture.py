"""Pictures of PDF pages: the right page, and the quote's places on it, however the text was set."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingest.document import Edition, UnreadableDocument
from ingest.page_picture import WIDTH, PagePicture
from ingest.sandbox import Limits, draw_page, parse_file
from tests.pdf import pdf_file
from vectorstore.files import keep_files, picture_of_quote
from vectorstore.library import read_edition

pytestmark = pytest.mark.long

ACROSS, DOWN = A4
TWICE = "Fares rose by 8% in the year."
CHINESE = ("運價在二〇二五年下跌了六成,", "業界普遍虧損,船東停航過冬。")


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """Two pages: a sentence twice, a table, Chinese over two lines; then the end of a sentence, on its side."""
    pdfmetrics.registerFont(UnicodeCIDFont("MSung-Light"))
    path = tmp_path / "fares.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(72, 780, TWICE)
    canvas.drawString(72, 700, "In the north it was much the same as everywhere else in the country.")
    canvas.drawString(72, 620, TWICE)
    for x, cell in ((72, "North"), (250, "412"), (400, "389")):
        canvas.drawString(x, 540, cell)
    canvas.setFont("MSung-Light", 12)
    for n, line in enumerate(CHINESE):
        canvas.drawString(72, 460 - 18 * n, line)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(72, 100, "The ferry company expects that its passengers")
    canvas.showPage()
    canvas.setPageRotation(90)
    canvas.drawString(72, 300, "will stay away in winter.")
    canvas.save()
    return path


def corners(picture: PagePicture) -> list[tuple[int, int]]:
    """Upper left of each box, in points of an upright A4 page."""
    return [(round(box.left * ACROSS), round(DOWN - box.top * DOWN)) for box in picture.boxes]


def ink(picture: PagePicture) -> list[int]:
    """The darkest grey within each box."""
    page = Image.open(io.BytesIO(base64.b64decode(picture.png))).convert("L")
    assert page.size == (picture.width, picture.height)
    found = []
    for box in picture.boxes:
        left, top = box.left * page.width, box.top * page.height
        area = (int(left), int(top), int(left + box.width * page.width) + 1, int(top + box.height * page.height) + 1)
        found.append(page.crop(area).getextrema()[0])
    return found


@pytest.mark.parametrize(
    ("before", "line"), [(0, 780), (1, 620), (7, 620)], ids=["first", "second", "the last there is"]
)
def test_the_same_words_are_marked_where_they_were_quoted(pdf: Path, before: int, line: int) -> None:
    picture = draw_page(pdf, "1", TWICE, before)
    assert picture.width == WIDTH
    ((left, top),) = corners(picture)
    assert abs(left - 72) <= 2
    assert line <= top <= line + 16
    assert max(ink(picture)) < 100


def test_a_quote_over_two_lines_has_a_box_for_each(pdf: Path) -> None:
    picture = draw_page(pdf, "1", "".join(CHINESE))
    tops = [top for _, top in corners(picture)]
    assert len(tops) == 2
    assert abs(tops[0] - tops[1] - 18) <= 2
    assert max(ink(picture)) < 100


def test_the_cells_of_a_row_are_marked_without_the_heads_written_before_them(pdf: Path) -> None:
    (box,) = draw_page(pdf, "1", "North | 2024: 412 | 2025: 389").boxes
    assert abs(box.left * ACROSS - 72) <= 2
    assert box.width * ACROSS > 300


@pytest.mark.parametrize(("label", "count"), [("1", 1), ("2", 1)])
def test_of_a_quote_that_goes_on_overleaf_each_page_has_its_part(pdf: Path, label: str, count: int) -> None:
    picture = draw_page(pdf, label, "The ferry company expects that its passengers will stay away in winter.")
    assert len(picture.boxes) == count
    assert max(ink(picture)) < 100


def test_a_page_on_its_side_is_drawn_as_it_is_seen(pdf: Path) -> None:
    picture = draw_page(pdf, "2", "will stay away in winter.")
    (box,) = picture.boxes
    assert max(ink(picture)) < 100
    assert box.width * picture.width < box.height * picture.height, "the line runs down the page"


def test_words_that_are_not_on_the_page_mark_nothing(pdf: Path) -> None:
    assert draw_page(pdf, "1", "Zebras graze in summer.").boxes == ()


@pytest.mark.parametrize(("label", "key"), [("9", "file-broken"), ("", "file-broken")])
def test_a_page_that_is_not_there_is_refused(pdf: Path, label: str, key: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        draw_page(pdf, label, TWICE)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("data", "key"),
    [(pdf_file(["Fares rose."], password="sesame"), "file-protected"), (b"%PDF-1.7 nothing", "file-broken")],
    ids=["protected", "broken"],
)
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, data: bytes, key: str) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    with pytest.raises(UnreadableDocument) as caught:
        draw_page(tmp_path / "a.pdf", "1", "Fares rose.")
    assert caught.value.key == key


def test_a_picture_has_the_limits_that_reading_has(pdf: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        draw_page(pdf, "1", TWICE, limits=Limits(seconds=0.01))
    assert caught.value.key == "file-too-slow"


def test_printed_page_numbers_name_the_pages(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_file(["Preface of the book.", "Fares rose in 2025."], roman=1))
    assert len(draw_page(tmp_path / "a.pdf", "1", "Fares rose in 2025.").boxes) == 1
    assert draw_page(tmp_path / "a.pdf", "i", "Fares rose in 2025.").boxes == ()


def kept(pdf: Path, home: Path) -> Edition:
    edition = read_edition(pdf, "fares", "en", "original")
    keep_files(home, [(edition, pdf)])
    return edition


def test_a_citation_is_shown_on_the_page_that_it_begins_on(pdf: Path, tmp_path: Path) -> None:
    edition = kept(pdf, tmp_path / "home")
    text = edition.document.text
    second = text.index(TWICE, text.index(TWICE) + 1)
    picture = picture_of_quote(tmp_path / "home", edition, second, second + len(TWICE))
    assert picture is not None
    ((_, top),) = corners(picture)
    assert 620 <= top <= 636


def test_without_a_kept_file_there_is_no_picture(pdf: Path, tmp_path: Path) -> None:
    edition = read_edition(pdf, "fares", "en", "original")
    assert picture_of_quote(tmp_path / "home", edition, 0, 5) is None
    assert parse_file(pdf).document.text == edition.document.text
