"""Words seen on a picture are lines or tables by where they stand; an image of a table is one beneath its caption."""

from __future__ import annotations

import importlib.util
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from chat.assistant import Assistant
from ingest.document import Document, without_body
from ingest.marked import MarkedText
from ingest.ocr import Ocr, Pixels
from ingest.outline import outline_sections
from ingest.pdf_lines import Paragraph
from ingest.pictures import Seen, mostly_tables, seen_blocks
from ingest.read_pdf import read_pdf
from ingest.sandbox import parse_file
from tests.shelf import assistant_over
from ui.chips import answer_data
from ui.documents import Documents
from vectorstore.intake import Wishes

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
FARES = [["Route", "2024", "2025"], ["Sundholm", "41.5", "44.8"], ["Vik", "18.2", "17.9"], ["Orla Sound", "7.3", "9.6"]]


def words(rows: list[list[str]], lefts: tuple[float, ...] = (20, 150, 250), pitch: float = 24.0) -> list[Seen]:
    """Cells that begin where their columns do; an empty one is not seen."""
    return [
        Seen(cell, lefts[n], lefts[n] + 6 * len(cell), 10 + pitch * line, 22 + pitch * line)
        for line, row in enumerate(rows)
        for n, cell in enumerate(row)
        if cell
    ]


def drawn_table() -> bytes:
    """The fares as a picture with rules between its rows, a PNG."""
    drawn = Image.new("L", (1000, 420), 255)
    draw = ImageDraw.Draw(drawn)
    font = ImageFont.truetype(str(FONT), 34) if FONT.exists() else ImageFont.load_default(34)
    for line, row in enumerate(FARES):
        draw.line((20, 100 * line + 5, 980, 100 * line + 5), fill=0, width=2)
        for column, cell in enumerate(row):
            draw.text((40 + 330 * column, 30 + 100 * line), cell, font=font, fill=0)
    file = io.BytesIO()
    drawn.save(file, "PNG")
    return file.getvalue()


def lines(seen: list[Seen], width: float = 400.0) -> list[str]:
    """What is written of a picture."""
    written = MarkedText()
    for block in seen_blocks(seen, width, 300.0):
        if isinstance(block, Paragraph):
            written.line(block.text)
        else:
            written.table(block)
    return [line for line in written.text.split("\n") if line]


# By where words stand


def test_words_in_columns_are_rows_each_with_the_heads_of_its_cells() -> None:
    expected = [
        "Route | 2024 | 2025",
        "Sundholm | 2024: 41.5 | 2025: 44.8",
        "Vik | 2024: 18.2 | 2025: 17.9",
        "Orla Sound | 2024: 7.3 | 2025: 9.6",
    ]
    assert lines(words(FARES)) == expected
    shuffled = sorted(words(FARES), key=lambda one: one.text)
    tilted = [one._replace(top=one.top + one.left / 60, bottom=one.bottom + one.left / 60) for one in shuffled]
    assert lines(tilted) == expected


def test_a_cell_without_words_is_left_out_and_moves_no_other() -> None:
    rows = [*FARES[:2], ["Vik", "", "17.9"], FARES[3]]
    assert lines(words(rows))[2] == "Vik | 2025: 17.9"


def test_a_head_over_two_columns_stands_before_the_head_of_each() -> None:
    seen = [
        Seen("年度", 20, 44, 10, 22),
        Seen("渡輪", 155, 290, 10, 22),
        *(words([["", "票價", "旅客"]], pitch=24)[n]._replace(top=34, bottom=46) for n in (0, 1)),
        *(
            one._replace(top=one.top + 48, bottom=one.bottom + 48)
            for one in words([["北線", "41", "52"], ["南線", "18", "9"]])
        ),
    ]
    assert lines(seen)[1:] == ["北線 | 渡輪 票價: 41 | 渡輪 旅客: 52", "南線 | 渡輪 票價: 18 | 渡輪 旅客: 9"]
    centred = [one._replace(left=200, right=230) if one.text == "渡輪" else one for one in seen]
    assert lines(centred) == lines(seen)


def test_a_head_to_the_left_of_its_figures_is_theirs() -> None:
    seen = words(FARES, (20, 150, 300))
    moved = [
        one._replace(left=one.left + 60, right=one.right + 60) if one.left >= 150 and one.top > 20 else one
        for one in seen
    ]
    assert lines(moved) == lines(seen)


def test_lines_of_one_cell_are_one_row() -> None:
    seen = words([["Route", "Remark"], ["Sundholm", "suspended in winter"], ["Vik", "two boats"], ["Orla", "daily"]])
    seen = [one._replace(top=one.top * 2, bottom=one.top * 2 + 12) for one in seen]
    below = Seen("and in storms", 150, 228, seen[3].bottom + 2, seen[3].bottom + 14)
    assert lines([*seen, below])[1] == "Sundholm | Remark: suspended in winter and in storms"


def test_words_above_and_beneath_a_table_are_lines() -> None:
    seen = [one._replace(top=one.top + 80, bottom=one.bottom + 80) for one in words(FARES)]
    title, source = Seen("Fares by route, in euros", 20, 164, 10, 22), Seen("Source: the port.", 20, 122, 260, 272)
    assert [lines([source, *seen, title])[n] for n in (0, -1)] == [title.text, source.text]


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    left = [
        "The ferries between the islands lost many",
        "passengers in the winter because storms",
        "kept them in the port for weeks.",
    ]
    right = [
        "Freight rose in the same months and made",
        "up for most of what the fares had lost in",
        "the three quarters before.",
    ]
    rows = [list(pair) for pair in zip(left, right, strict=True)]
    assert lines(words(rows, (40, 320), 14), 600) == [" ".join(left), " ".join(right)]


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [Seen("ORLA LINES", 20, 120, 10, 40)],
        [Seen(str(n), 10, 24, 200 - 2 * n, 212 - 2 * n) for n in range(0, 100, 20)]
        + [Seen(f"{n}.4", 60 + 3 * n, 84 + 3 * n, 190 - 1.7 * n, 202 - 1.7 * n) for n in (10, 34, 61)]
        + words([["2023", "2024", "2025"]], (90, 160, 240)),
        words([["40", "8.8", "7.1"], ["30", "9.4", "6.2"], ["20", "9.9", "5.8"], ["10", "12.4", "5.1"]]),
    ],
    ids=["a photograph", "a logo", "a chart", "a chart of bars upon each other"],
)
def test_what_is_not_a_table_is_none(seen: list[Seen]) -> None:
    assert not mostly_tables(seen_blocks(seen, 400, 300), captioned=True)


def test_words_in_columns_are_a_table_if_they_have_figures_or_are_called_one() -> None:
    menus = [["Open", "Redo", "Undo"], ["Save", "Paste", "Cut"], ["File", "Edit", "View"]]
    for rows, captioned, expected in ((FARES, False, True), (menus, False, False), (menus, True, True)):
        assert mostly_tables(seen_blocks(words(rows), 400, 300), captioned=captioned) == expected


def test_wrapped_lines_of_a_page_are_joined_as_those_of_text_are() -> None:
    seen = [
        Seen("渡輪票價", 70, 70 + 4 * 34, 60, 100),
        Seen("渡輪票價上漲了8%，原因是燃料昂貴，而不", 70, 525, 130, 154),
        Seen("是乘客增加。", 70, 70 + 6 * 23, 166, 190),
        Seen("Passengers of the ferries stayed away", 70, 525, 230, 254),
        Seen("in the winter of 2025.", 70, 300, 266, 292),
    ]
    assert lines(seen, 595) == [
        "渡輪票價",
        "渡輪票價上漲了8%，原因是燃料昂貴，而不是乘客增加。",
        "Passengers of the ferries stayed away in the winter of 2025.",
    ]


def test_a_page_of_short_lines_keeps_them() -> None:
    listed = ["Ferries to Sundholm", "Ferries to Vik in winter", "Boats for freight only", "Repairs of the old pier"]
    seen = [Seen(line, 70, 70 + 6 * len(line), 100 + 18 * n, 112 + 18 * n) for n, line in enumerate(listed)]
    assert lines(seen, 595) == listed
    assert lines(seen, 290) != listed  # a narrow page, which such lines fill


COORDINATES = st.floats(0, 300, allow_nan=False)


@given(st.lists(st.tuples(COORDINATES, COORDINATES, st.floats(1, 120), st.floats(1, 40)), max_size=24))
def test_wherever_words_stand_each_is_written_once(boxes: list[tuple[float, float, float, float]]) -> None:
    seen = [Seen(f"w{n}", left, left + wide, top, top + high) for n, (left, top, wide, high) in enumerate(boxes)]
    found = []
    for block in seen_blocks(seen, 400, 400):
        texts = [block.text] if isinstance(block, Paragraph) else [cell.text for row in block for cell in row]
        found += [word for text in texts for word in text.split()]
    assert sorted(found) == sorted(one.text for one in seen)


# Images in pages


def picture(tmp_path: Path, name: str, shade: int = 255) -> str:
    path = tmp_path / f"{name}.png"
    Image.new("L", (60, 20), shade).save(path)
    return str(path)


def read(canvas: Canvas, tmp_path: Path, seen: list[Seen] | None) -> tuple[Document, list[tuple[int, ...]]]:
    """A PDF read with an engine that sees these words, and the sizes of the pictures it was given."""
    canvas.save()
    shown: list[tuple[int, ...]] = []

    def engine(pixels: Pixels, _scale: float) -> list[Seen]:
        shown.append(pixels.shape[:2])
        return seen or []

    path = tmp_path / "ferries.pdf"
    return read_pdf(path.read_bytes(), path.name, ocr=None if seen is None else engine), shown


def page(
    tmp_path: Path, *written: tuple[float, str], image: tuple[float, float, float, float] = (72, 400, 400, 200)
) -> Canvas:
    """A page with lines of text at their heights and an image: left, bottom, width, height."""
    canvas = Canvas(str(tmp_path / "ferries.pdf"))
    for height, line in written:
        canvas.drawString(72, height, line)
    canvas.drawImage(picture(tmp_path, "table", 200), *image)
    return canvas


ABOVE = (640, "The ferries carried more passengers than in the year before.")
BELOW = (300, "Freight is told of in another report.")


@pytest.mark.parametrize(
    "caption",
    [(612, "Table 1: Fares by route"), (612, "Figure 1: Fares by route"), (380, "Figure 1: Fares by route")],
    ids=["a table", "a figure", "its caption below"],
)
def test_an_image_of_a_table_becomes_rows_beneath_its_caption(tmp_path: Path, caption: tuple[float, str]) -> None:
    lines = sorted([ABOVE, caption, BELOW], reverse=True)
    document, shown = read(page(tmp_path, *lines), tmp_path, words(FARES))
    assert shown == [(401, 801)] or shown == [(401, 800)] or shown == [(400, 800)]
    written = [line for line in document.text.split("\n") if line]
    at = written.index(caption[1])
    assert written[at + 1 : at + 3] == ["Route | 2024 | 2025", "Sundholm | 2024: 41.5 | 2025: 44.8"]
    assert written[-1] == BELOW[1]
    (loss,) = document.losses
    assert document.text[loss.start : loss.end].split("\n")[0] == written[at + 1]
    outline = outline_sections(document)
    rows = [section for section in outline.sections if section.kind == "row"]
    assert len(rows) == 3
    assert {row.parent for row in rows} == {s.anchor for s in outline.sections if s.kind in ("table", "figure")}
    assert without_body(outline.sections) == []
    for section in outline.sections:
        of_picture = section.kind in ("row", "table", "figure")
        assert document.read_by_ocr(section.start, section.end) == of_picture, section


@pytest.mark.parametrize(("kind", "side"), [("Table", 20), ("Figure", -120)])
def test_of_two_images_each_has_the_caption_on_its_usual_side(tmp_path: Path, kind: str, side: int) -> None:
    canvas = Canvas(str(tmp_path / "ferries.pdf"))
    canvas.drawString(72, 780, ABOVE[1])
    for n, top in ((1, 700), (2, 540)):
        canvas.drawString(72, top + side, f"{kind} {n}: Fares by route")
        canvas.drawImage(picture(tmp_path, f"image{n}", 100 * n), 72, top - 100, 400, 100)
    document, shown = read(canvas, tmp_path, words(FARES))
    assert len(shown) == 2
    rows = [section.parent for section in outline_sections(document).sections if section.kind == "row"]
    assert rows == [f"{kind.lower()}-1"] * 3 + [f"{kind.lower()}-2"] * 3


def test_without_an_engine_its_caption_is_all_there_is(tmp_path: Path) -> None:
    document, shown = read(page(tmp_path, ABOVE, (612, "Table 1: Fares by route"), BELOW), tmp_path, None)
    assert (shown, document.losses) == ([], ())
    assert len(without_body(outline_sections(document).sections)) == 1


def test_an_image_without_a_caption_stands_where_it_is_shown(tmp_path: Path) -> None:
    document, _ = read(page(tmp_path, ABOVE, BELOW), tmp_path, words(FARES))
    assert document.text.index("passengers") < document.text.index("Route") < document.text.index("Freight")
    assert [page.start for page in document.pages] == [0]


def test_words_above_a_table_within_its_image_are_a_part_of_its_caption(tmp_path: Path) -> None:
    seen = [one._replace(top=one.top + 40, bottom=one.bottom + 40) for one in words(FARES)]
    seen.append(Seen("in euros, without tax", 20, 146, 10, 22))
    document, _ = read(page(tmp_path, ABOVE, (612, "Table 1: Fares by route"), BELOW), tmp_path, seen)
    outline = outline_sections(document)
    (table,) = (section for section in outline.sections if section.kind == "table")
    assert "in euros, without tax" in document.text[table.start : table.end]
    assert without_body(outline.sections) == []


@pytest.mark.parametrize("image", [(72, 500, 90, 60), (72, 500, 300, 20)], ids=["too narrow", "too low"])
def test_small_images_are_not_looked_at(tmp_path: Path, image: tuple[float, float, float, float]) -> None:
    document, shown = read(page(tmp_path, ABOVE, BELOW, image=image), tmp_path, words(FARES))
    assert (shown, document.losses) == ([], ())


def test_an_image_behind_text_is_not_looked_at(tmp_path: Path) -> None:
    canvas = page(tmp_path, image=(60, 200, 400, 500))
    canvas.drawString(72, ABOVE[0], ABOVE[1])
    document, shown = read(canvas, tmp_path, words(FARES))
    assert (shown, document.losses) == ([], ())
    assert ABOVE[1] in document.text


def test_an_image_on_every_page_is_read_once(tmp_path: Path) -> None:
    canvas = page(tmp_path, ABOVE)
    for n in range(3):
        canvas.showPage()
        canvas.drawString(72, 700, f"Page {n} of the report on ferries.")
        canvas.drawImage(picture(tmp_path, "table", 200), 72, 400, 400, 200)
    _, shown = read(canvas, tmp_path, words(FARES))
    assert len(shown) == 1


def test_scanned_pages_after_a_caption_are_pages_each(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "ferries.pdf"))
    canvas.drawString(72, 700, ABOVE[1])
    canvas.drawString(72, 100, "Figure 1: A ferry")
    for _ in range(2):
        canvas.showPage()
        canvas.drawImage(picture(tmp_path, "scan", 200), 0, 0, 595, 842)
    document, shown = read(canvas, tmp_path, [Seen("Freight rose in the spring.", 72, 300, 100, 114)])
    assert len(shown) == 2
    assert document.text.count("Freight rose") == 2
    assert [(mark.start, mark.kind) for mark in document.marks] == []
    assert [page.label for page in document.pages] == ["1", "2", "3"]


def test_an_image_at_the_foot_of_a_page_whose_text_goes_on_is_cited_as_of_that_page(tmp_path: Path) -> None:
    long = "The ferries between Sundholm and the islands carried more passengers than in the year"
    canvas = page(tmp_path, (740, "Ferries."), (700, long), image=(72, 100, 400, 200))
    canvas.showPage()
    canvas.drawString(72, 740, "before, and fewer cars than ever.")
    document, _ = read(canvas, tmp_path, words(FARES))
    assert "year before" in document.text
    assert document.page_at(document.text.index("Sundholm | 2024")) == "1"
    assert document.page_at(document.text.index("fewer cars")) == "2"


# Asked of


def assistant_with(engine: Ocr, files: Path, home: Path, bundled_engine) -> Assistant:
    """Answers over PDFs that this engine read, in this process."""
    import vectorstore.library as library

    def parsed(path: Path, **_asked: object):
        found = parse_file(path)
        document = read_pdf(path.read_bytes(), path.name, ocr=engine)
        return replace(found, document=document, outline=outline_sections(document))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "parse_file", parsed)
        return assistant_over(files, home, bundled_engine)


def test_a_row_of_an_image_is_cited_as_of_its_table_and_as_read_from_a_picture(tmp_path: Path, bundled_engine) -> None:
    (tmp_path / "files").mkdir()
    page(tmp_path / "files", ABOVE, (612, "Table 1: Fares by route, in euros"), BELOW).save()
    (tmp_path / "files" / "table.png").unlink()
    files, home = tmp_path / "files", tmp_path / "home"
    assistant = assistant_with(lambda _pixels, _scale: words(FARES), files, home, bundled_engine)
    library = Documents(assistant.build.works, {work: assistant.editions(work) for work in assistant.build.works})
    answer = assistant.ask("What were the fares of Sundholm in table 1?")
    assert answer.outcome == "answered"
    assert [citation.anchor for citation in answer.citations] == ["table-1", "table-1.r1"]
    sources = answer_data(answer, library, "en")["sources"]
    assert ["read from its picture (OCR)" in source["details"] for source in sources] == [False, True]
    assert sources[1]["quote"] == "Sundholm | 2024: 41.5 | 2025: 44.8"


def test_the_engine_reads_an_image_of_a_table(tmp_path: Path, bundled_engine) -> None:
    if not importlib.util.find_spec("rapidocr"):
        pytest.skip("rapidocr is not installed: the extra named ocr")
    (tmp_path / "files").mkdir()
    (tmp_path / "drawn.png").write_bytes(drawn_table())
    canvas = Canvas(str(tmp_path / "files" / "ferries.pdf"))
    canvas.drawString(72, 700, ABOVE[1])
    canvas.drawString(72, 612, "Table 1: Fares by route, in euros")
    canvas.drawImage(str(tmp_path / "drawn.png"), 72, 400, 450, 189)
    canvas.save()
    assistant = assistant_over(tmp_path / "files", tmp_path / "home", bundled_engine, Wishes(ocr=True))
    (edition,) = assistant.editions("ferries")
    assert "Orla Sound | 2024: 7.3 | 2025: 9.6" in edition.document.text
    answer = assistant.ask("What were the fares of Vik in table 1?")
    assert answer.outcome == "answered"
    assert any("17.9" in citation.quote for citation in answer.citations)
