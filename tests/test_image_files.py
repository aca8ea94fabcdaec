"""Images in DOCX files and web pages: a table that is one becomes rows beneath its caption, marked as read by OCR."""

from __future__ import annotations

import base64
import html
import importlib.util
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from docx import Document as Word
from docx.shared import Pt
from PIL import Image

from ingest.document import Document, Loss
from ingest.image_files import decoded
from ingest.ocr import Ocr, Pixels
from ingest.outline import outline_sections
from ingest.pictures import Seen
from ingest.read_docx import read_docx
from ingest.read_html import read_html
from ingest.sandbox import parse_file
from tests.test_pictures import FARES, drawn_table, words

ABOVE, BELOW = "The ferries carried more passengers.", "Freight is told of in another report."
ROWS = ["Route | 2024 | 2025", "Sundholm | 2024: 41.5 | 2025: 44.8", "Vik | 2024: 18.2 | 2025: 17.9"]
PROSE = [Seen("A ferry at its landing", 10, 200, 10, 22)]

Part = str | bytes
"""A line of a document, or the file of an image in it."""


def png(shade: int = 200, size: tuple[int, int] = (600, 300)) -> bytes:
    file = io.BytesIO()
    Image.new("L", size, shade).save(file, "PNG")
    return file.getvalue()


def as_docx(parts: Sequence[Part]) -> bytes:
    word = Word()
    for part in parts:
        if isinstance(part, str):
            word.add_paragraph(part)
        else:
            word.add_picture(io.BytesIO(part), width=Pt(400))
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def as_html(parts: Sequence[Part]) -> str:
    lines = [
        f"<p>{html.escape(part)}</p>"
        if isinstance(part, str)
        else f'<p><img width="533" src="data:image/png;base64,{base64.b64encode(part).decode()}"></p>'
        for part in parts
    ]
    return f"<html><body><article>{''.join(lines)}</article></body></html>"


def of_docx(parts: Sequence[Part], ocr: Ocr | None) -> Document:
    return read_docx(as_docx(parts), "ferries.docx", ocr)


def of_html(parts: Sequence[Part], ocr: Ocr | None) -> Document:
    return read_html(as_html(parts), ocr)


READERS = {"DOCX": of_docx, "HTML": of_html}
Read = Callable[[Sequence[Part], Ocr | None], Document]


@pytest.fixture(params=READERS.values(), ids=READERS)
def read(request: pytest.FixtureRequest) -> Read:
    return request.param


def sees(*pictures: list[Seen]) -> Ocr:
    """An engine that sees these words, picture by picture."""
    rest = iter(pictures)
    return lambda _pixels, _scale: next(rest)


def lines(document: Document) -> list[str]:
    return [line for line in document.text.split("\n") if line]


@pytest.mark.parametrize(
    "parts",
    [
        [ABOVE, "Table 1: Fares by route", png(), BELOW],
        [ABOVE, png(), "Figure 1: Fares by route", BELOW],
        [ABOVE, "Table 1: Fares by route", png(), png(), BELOW],
    ],
    ids=["caption above", "caption below", "shown twice"],
)
def test_a_table_that_is_an_image_stands_beneath_its_caption(read: Read, parts: list[Part]) -> None:
    document = read(parts, sees(words(FARES)))
    written = lines(document)
    assert [written[0], written[-1]] == [ABOVE, BELOW]
    assert written[2:5] == ROWS
    assert len(written) == 7
    outline = outline_sections(document)
    rows = [section for section in outline.sections if section.kind == "row"]
    assert [row.parent for row in rows] == [written[1].split(":")[0].lower().replace(" ", "-")] * 3
    (loss,) = document.losses
    assert loss == Loss("read-by-ocr", "", start=loss.start, end=loss.end)
    assert document.text[loss.start : loss.end].split("\n")[0] == ROWS[0]
    assert all(document.read_by_ocr(row.start, row.end) for row in rows)
    assert not document.read_by_ocr(0, len(ABOVE))


def test_of_two_tables_each_has_its_own_caption(read: Read) -> None:
    others = [["Port", "2024", "2025"], ["Osk", "1.5", "4.8"], ["Tarn", "8.2", "7.9"], ["Lund", "7.0", "9.0"]]
    for first in (
        ["Table 1: Fares", png(1), "Table 2: Ports", png(2)],
        [png(1), "Figure 1: Fares", png(2), "Figure 2: Ports"],
    ):
        document = read([ABOVE, *first, BELOW], sees(words(FARES), words(others)))
        titles = {section.anchor: section.title for section in outline_sections(document).sections}
        rows = [s for s in outline_sections(document).sections if s.kind == "row"]
        owners = [(titles[str(row.parent)], document.text[row.start : row.end].split(" |")[0]) for row in rows]
        assert {owner.partition(": ")[2] or owner for owner, row in owners if row in ("Sundholm", "Vik")} == {"Fares"}
        assert {owner.partition(": ")[2] or owner for owner, row in owners if row in ("Osk", "Tarn")} == {"Ports"}


def test_a_photograph_leaves_no_words(read: Read) -> None:
    document = read([ABOVE, png(), "Figure 1: A ferry", BELOW], sees(PROSE))
    assert lines(document) == [ABOVE, "Figure 1: A ferry", BELOW]
    assert document.losses == ()


def test_a_photograph_above_takes_no_tables_caption(read: Read) -> None:
    parts = [ABOVE, png(1), "Table 1: Fares by route", png(2), BELOW]
    document = read(parts, sees(PROSE, words(FARES)))
    assert lines(document)[1:4] == ["Table 1: Fares by route", *ROWS[:2]]


def test_without_an_engine_a_caption_is_all_there_is(read: Read) -> None:
    document = read([ABOVE, "Table 1: Fares by route", png(), BELOW], None)
    assert lines(document) == [ABOVE, "Table 1: Fares by route", BELOW]
    assert document.losses == ()


def test_small_broken_and_foreign_images_are_not_looked_at(read: Read) -> None:
    def engine(_pixels: Pixels, _scale: float) -> list[Seen]:
        raise AssertionError

    assert lines(read([ABOVE, png(size=(1200, 12)), BELOW], engine)) == [ABOVE, BELOW]
    for data in (b"", b"GIF89a", png()[:40], b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 50):
        assert decoded(data) is None


def test_a_web_page_reaches_for_no_image_of_another_place() -> None:
    def engine(_pixels: Pixels, _scale: float) -> list[Seen]:
        raise AssertionError

    page = '<article><p>Ferries.</p><img src="http://127.0.0.1:9/a.png"><img src="file:///etc/passwd"></article>'
    assert lines(read_html(page, engine)) == ["Ferries."]


@pytest.mark.parametrize("ocr", [None, sees()], ids=["no engine", "an engine"])
def test_an_icon_in_a_sentence_does_not_break_it(ocr: Ocr | None) -> None:
    icon = base64.b64encode(png(size=(16, 16))).decode()
    page = f'<article><p>Ferries <img src="data:image/png;base64,{icon}"> carry <img src="a.png"> cars.</p></article>'
    assert lines(read_html(page, ocr)) == ["Ferries carry cars."]


def test_a_hidden_image_is_not_read() -> None:
    page = as_html(["Table 1: Fares by route", png()]).replace("<img ", '<img style="display:none" ')
    assert lines(read_html(page, sees())) == ["Table 1: Fares by route"]


@pytest.mark.parametrize("target", ["../../secret.png", "/etc/passwd", "media/none.png", ""])
def test_an_image_that_is_not_in_the_archive_is_passed_over(target: str) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_docx([ABOVE, png(), BELOW]))) as whole, zipfile.ZipFile(data, "w") as changed:
        for name in whole.namelist():
            part = whole.read(name)
            if name == "word/_rels/document.xml.rels":
                part = part.replace(b"media/image1.png", target.encode())
            changed.writestr(name, part)
    assert lines(read_docx(data.getvalue(), "ferries.docx", sees())) == [ABOVE, BELOW]


def test_pixels_are_given_at_their_size_on_the_page() -> None:
    image = decoded(png(size=(2400, 1200)), 400.0)
    assert image is not None
    assert image.pixels.shape == (600, 1200, 3)
    assert image.scale == 3.0
    clear = io.BytesIO()
    Image.new("RGBA", (400, 200), (0, 0, 0, 0)).save(clear, "PNG")
    shown = decoded(clear.getvalue(), 300.0)
    assert shown is not None
    assert shown.pixels.min() == 255


@pytest.mark.parametrize("name", ["ferries.docx", "ferries.html"])
def test_the_engine_reads_the_table_of_an_image(tmp_path: Path, name: str) -> None:
    if not importlib.util.find_spec("rapidocr"):
        pytest.skip("rapidocr is not installed: the extra named ocr")
    parts = [ABOVE, "Table 1: Fares by route, in euros", drawn_table(), BELOW]
    data = as_docx(parts) if name.endswith("docx") else as_html(parts).encode()
    (tmp_path / name).write_bytes(data)
    document = parse_file(tmp_path / name, ocr=True).document
    assert "Orla Sound | 2024: 7.3 | 2025: 9.6" in document.text
    assert [loss.kind for loss in document.losses] == ["read-by-ocr"]
