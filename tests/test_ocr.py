"""Scanned pages: left out and named by default; read from their pictures where asked, and every citation says so."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from chat.points import Order
from chat.points_file import points_handout
from ingest.document import Loss, Page, Refusal, UnreadableDocument
from ingest.ocr import Pixels
from ingest.outline import outline_sections
from ingest.pictures import Seen
from ingest.read_pdf import read_pdf
from ingest.sandbox import parse_file
from tests.shelf import assistant_over
from ui.chips import answer_data
from ui.documents import Documents
from vectorstore.intake import Wishes

PRINTED = "Ferry fares between Sundholm and Vik rose by 8% in 2025 because fuel was dear."
SCANNED = "Passengers of the ferries stayed away in the winter of 2025"
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A page of words, then a picture of words."""
    picture = Image.new("L", (1500, 200), 255)
    font = ImageFont.truetype(str(FONT), 40) if FONT.exists() else ImageFont.load_default(40)
    ImageDraw.Draw(picture).text((20, 60), SCANNED, font=font, fill=0)
    picture.save(tmp_path / "words.png")
    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.drawString(72, 700, PRINTED)
    canvas.showPage()
    canvas.drawImage(str(tmp_path / "words.png"), 60, 500, 480, 80)
    canvas.save()
    return tmp_path / "scan.pdf"


def reads(words: list[str]):
    """An engine that sees these lines of words on every picture, and keeps the pictures."""
    seen: list[Pixels] = []

    def read(picture: Pixels, _scale: float) -> list[Seen]:
        seen.append(picture)
        return [Seen(line, 70, 70 + 6 * len(line), 100 + 30 * n, 112 + 30 * n) for n, line in enumerate(words)]

    return read, seen


def test_by_default_a_scanned_page_is_left_out_and_named(scan: Path) -> None:
    document = read_pdf(scan.read_bytes(), scan.name)
    assert document.losses == (Loss("page-no-text", "2"),)
    assert "Passengers" not in document.text


def test_only_pages_without_text_are_read_from_their_pictures(scan: Path) -> None:
    read, seen = reads(["Passengers stayed away", "in the winter of 2025."])
    document = read_pdf(scan.read_bytes(), scan.name, ocr=read)
    assert len(seen) == 1
    at = document.text.index("Passengers")
    assert document.losses == (Loss("read-by-ocr", "2", start=at, end=len(document.text)),)
    assert [page.label for page in document.pages] == ["1", "2"]
    assert document.read_by_ocr(at, at + 1)
    assert not document.read_by_ocr(0, at)


def test_a_picture_without_words_stays_a_loss(scan: Path) -> None:
    read, _ = reads([])
    assert read_pdf(scan.read_bytes(), scan.name, ocr=read).losses == (Loss("page-no-text", "2"),)


def test_a_file_of_pictures_only_is_refused_without_and_read_with_it(tmp_path: Path, scan: Path) -> None:
    canvas = Canvas(str(tmp_path / "all.pdf"))
    canvas.drawImage(str(scan.parent / "words.png"), 60, 500, 480, 80)
    canvas.save()
    data = (tmp_path / "all.pdf").read_bytes()
    with pytest.raises(UnreadableDocument) as caught:
        read_pdf(data, "all.pdf")
    assert caught.value.key == "file-no-text"
    read, _ = reads([SCANNED])
    assert SCANNED in read_pdf(data, "all.pdf", ocr=read).text


def test_where_the_extra_is_not_installed_asking_for_it_says_so(scan: Path) -> None:
    if importlib.util.find_spec("rapidocr"):
        pytest.skip("rapidocr is installed")
    with pytest.raises(Refusal) as caught:
        parse_file(scan, ocr=True)
    assert caught.value.key == "ocr-extra"


def test_the_engine_reads_a_scanned_page(scan: Path) -> None:
    if not importlib.util.find_spec("rapidocr"):
        pytest.skip("rapidocr is not installed: the extra named ocr")
    document = parse_file(scan, ocr=True).document
    assert SCANNED.replace(" ", "") in document.text.replace(" ", "")
    assert [(loss.kind, loss.page) for loss in document.losses] == [("read-by-ocr", "2")]


CHINESE = (
    "渡輪票價與燃料成本",
    "2025年，松港與維克之間的渡輪票價上漲了8%，原因是燃料昂貴，而不是乘客增加。船公司表示，若油價在夏季回落，"
    "票價將於2026年第一季下調3%。",
    "冬季乘客減少約一成二，主要受風浪與停航影響；貨運收入則成長15.6%，抵消了大部分損失。",
)
CHINESE_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@pytest.fixture
def chinese_scan(tmp_path: Path) -> Path:
    """A folder with a PDF of one page, a picture of Chinese paragraphs whose lines are full."""
    if not CHINESE_FONT.exists():
        pytest.skip(f"no {CHINESE_FONT.name} on this machine (fonts-noto-cjk)")
    picture = Image.new("L", (1240, 1754), 255)
    draw, top = ImageDraw.Draw(picture), 150
    for paragraph, size in zip(CHINESE, (48, 34, 34), strict=True):
        font = ImageFont.truetype(str(CHINESE_FONT), size, index=3)
        for start in range(0, len(paragraph), 28):
            draw.text((140, top), paragraph[start : start + 28], font=font, fill=0)
            top += size * 8 // 5
        top += 30
    picture.save(tmp_path / "page.png")
    (tmp_path / "files").mkdir()
    canvas = Canvas(str(tmp_path / "files" / "ferries.pdf"))
    canvas.drawImage(str(tmp_path / "page.png"), 0, 0, 595, 842)
    canvas.save()
    return tmp_path / "files"


def test_a_scanned_chinese_page_ends_searchable_and_its_citations_say_how_it_was_read(
    chinese_scan: Path, tmp_path: Path, bundled_engine
) -> None:
    if not importlib.util.find_spec("rapidocr"):
        pytest.skip("rapidocr is not installed: the extra named ocr")
    assistant = assistant_over(chinese_scan, tmp_path / "home", bundled_engine, Wishes(ocr=True))
    (edition,) = assistant.editions("ferries")
    read, wanted = "".join(edition.document.text.split()), "".join(CHINESE)
    right = sum(block.size for block in SequenceMatcher(None, wanted, read, autojunk=False).get_matching_blocks())
    print(f"{right} of {len(wanted)} characters")
    assert right >= 0.97 * len(wanted)
    assert edition.document.text.count("\n\n") == len(CHINESE)
    works = assistant.build.works
    library = Documents(works, {work: assistant.editions(work) for work in works})
    for language, question, said in (
        ("zh-Hant", "渡輪票價為什麼上漲？", "影像辨識（OCR）"),
        ("zh-Hans", "渡轮票价为什么上涨？", "图像识别（OCR）"),
        ("en", "Why did ferry fares rise?", "read from its picture (OCR)"),
    ):
        answer = assistant.ask(question, language=language)
        assert language == "en" or "燃料昂貴，而不是乘客增加" in answer.citations[0].quote
        assert answer.citations
        assert all(said in row["details"] for row in answer_data(answer, library, language)["sources"])


@pytest.fixture(scope="module")
def assistant(tmp_path_factory, bundled_engine):
    """A library in which a Markdown file is said to be two pages, the second read from its picture."""
    import vectorstore.library as library

    folder = tmp_path_factory.mktemp("ocr")
    (folder / "files").mkdir()
    text = f"{PRINTED}\n\n{SCANNED}.\n"
    (folder / "files" / "ferries.txt").write_text(text, encoding="utf-8")
    parse = library.parse_file

    def paged(path: Path, **asked: object):
        parsed = parse(path, **asked)
        pages = (Page("1", 0), Page("2", text.index("Passengers")))
        recognized = Loss("read-by-ocr", "2", start=pages[1].start, end=len(text))
        document = replace(parsed.document, pages=pages, losses=(recognized,))
        return replace(parsed, document=document, outline=outline_sections(document))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "parse_file", paged)
        return assistant_over(folder / "files", folder / "home", bundled_engine)


@pytest.mark.parametrize(
    ("language", "said", "warned"),
    [
        ("en", "read from its picture (OCR)", "Pages 2 have words that were read"),
        ("zh-Hant", "影像辨識（OCR）", "第 2 頁"),
        ("zh-Hans", "图像识别（OCR）", "第 2 页"),
    ],
)
def test_a_citation_of_a_scanned_page_says_that_it_was_read_from_its_picture(
    assistant, language: str, said: str, warned: str
) -> None:
    works = assistant.build.works
    library = Documents(works, {work: assistant.editions(work) for work in works})
    scanned = assistant.ask("Which passengers stayed away in the winter?", language=language)
    printed = assistant.ask("By how much did ferry fares rise?", language=language)
    by_page = {}
    for answer in (scanned, printed):
        rows = answer_data(answer, library, language)["sources"]
        by_page |= {c.page: row["details"] for c, row in zip(answer.citations, rows, strict=True)}
        assert any(warned in warning for warning in answer.warnings)
    assert said in by_page["2"]
    assert said not in by_page["1"]


def test_a_note_of_an_exported_point_says_it_too(assistant) -> None:
    points = assistant.points(Order("passengers of the ferries in winter"))
    handout = points_handout(points, assistant.build)
    sources = [note.source for note in handout.numbers]
    assert any("p. 2" in source for source in sources)
    assert all(("OCR" in source) == ("p. 2" in source) for source in sources)
