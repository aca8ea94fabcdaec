"""Handouts as files: Markdown that stays words, Word and slides that other programs open, sources as notes."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pptx
import pytest
from markdown_it import MarkdownIt

from chat.export import FILE_FORMATS, Handout, Line, Note, Part, file_format, handout_bytes, to_markdown, write_handout
from ingest.document import Refusal
from tests.office import pdf_text, to_pdf

WORDS = {
    "en": ("Freight rates", "Rates may fall further.", "Three lanes §2.2", "rates may fall further", "No advice."),
    "zh-Hant": ("運價要點", "運價可能繼續下探。", "《三條航道》§2.2", "運價可能繼續下探", "不構成投資建議。"),
    "zh-Hans": ("运价要点", "运价可能继续下探。", "《三条航道》§2.2", "運價可能繼續下探", "不构成投资建议。"),
}
LANGUAGES = list(WORDS)


def handout(language: str = "en", text: str = "", lines: int = 1) -> Handout:
    title, point, place, quote, closing = WORDS[language]
    note = Note(place, (quote, "航線"))
    points = Part(title, tuple(Line(text or f"{n}: {point}", (note,)) for n in range(lines)), listed=True)
    plain = Part("2", (Line(point, (Note(place),)), Line(point)))
    return Handout(title, language, (place,), (points, plain), (closing,), closing)


def word_notes(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    part = next(part for part in document.part.package.iter_parts() if str(part.partname) == "/word/footnotes.xml")
    return part.blob.decode("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_holds_every_line_with_its_footnotes(language: str) -> None:
    title, point, place, quote, closing = WORDS[language]
    text = to_markdown(handout(language))
    assert text.startswith(f"# {title}\n")
    assert f"\n- 0: {point}[^1]\n" in text
    assert f"\n{point}[^2]\n" in text
    assert f"\n[^1]: {place}" in text
    assert quote in text.split("[^1]: ")[1]
    assert f"\n---\n\n{closing}\n" in text


HOSTILE = [
    "![x](http://evil.example/a.png) [y](javascript:alert(1)) <b>bold</b> & &amp; *a* _b_ `c` ~~d~~ $e$",
    "# heading",
    "1. list",
    "- list",
    "+ list",
    "> quote",
    "    code",
    "a | b",
    "http://evil.example www.evil.example a@evil.example",
    "[^1] [^9]: note",
    "=====",
    "\\",
    "two\nlines",
    "a\u2028b\x00\x1b[31m",
]


@pytest.mark.case("I5")
@pytest.mark.parametrize("text", HOSTILE)
def test_no_words_become_markup(text: str) -> None:
    written = to_markdown(Handout(text, "en", (text,), (Part(text, (Line(text), Line(text)), listed=True),), (text,)))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(written)
    kinds = [child.type for token in tokens for child in token.children or [token]]
    allowed = {
        "text",
        "text_special",
        *(
            f"{kind}_{end}"
            for kind in ("heading", "paragraph", "bullet_list", "list_item")
            for end in ("open", "close")
        ),
        "hr",
    }
    assert set(kinds) <= allowed
    assert kinds.count("heading_open") == 2
    assert "http://" not in written
    assert "www.evil" not in written
    assert "a@" not in written
    assert kinds.count("list_item_open") == 2
    shown = " ".join("".join(child.content for child in token.children or ()) for token in tokens if token.children)
    assert shown.count(" ".join(text.replace("\u2028", " ").replace("\x00", " ").replace("\x1b", " ").split())) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_file_has_headings_points_and_true_footnotes(language: str) -> None:
    title, point, place, quote, closing = WORDS[language]
    data = handout_bytes(handout(language, lines=2), "docx")
    document = docx.Document(io.BytesIO(data))
    lines = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
    assert lines[title] in ("Title", "Heading 1")
    assert (lines[f"0: {point}"], lines[f"1: {point}"], lines[point]) == ("List Bullet", "List Bullet", "Normal")
    assert document.sections[0].footer.paragraphs[0].text == closing
    notes = word_notes(data)
    assert document.element.xml.count("<w:footnoteReference") == notes.count("<w:footnoteRef/>") == 3
    assert place in notes
    assert notes.count(quote) == 2


def test_a_word_file_names_fonts_with_chinese() -> None:
    document = docx.Document(io.BytesIO(handout_bytes(handout("zh-Hans"), "docx")))
    for style in ("Normal", "Title", "Heading 1", "List Bullet"):
        assert 'w:eastAsia="Microsoft YaHei"' in document.styles[style].element.xml


@pytest.mark.parametrize("language", LANGUAGES)
def test_slides_carry_their_sources_as_notes(language: str) -> None:
    title, point, place, quote, closing = WORDS[language]
    deck = pptx.Presentation(io.BytesIO(handout_bytes(handout(language), "pptx")))
    first, points, plain, last = deck.slides
    assert first.shapes.title.text_frame.text == points.shapes.title.text_frame.text == title
    assert points.placeholders[1].text_frame.text == f"0: {point}\u00a0[1]"
    assert plain.placeholders[1].text_frame.text == f"{point}\u00a0[2]\n{point}"
    assert points.notes_slide.notes_text_frame.text.startswith(f"[1] {place}")
    assert quote in points.notes_slide.notes_text_frame.text
    assert plain.notes_slide.notes_text_frame.text == f"[2] {place}"
    assert last.placeholders[1].text_frame.text == closing
    texts = [[shape.text_frame.text for shape in slide.shapes if shape.has_text_frame] for slide in deck.slides]
    assert all(closing in mine for mine in texts)


def test_points_stand_evenly_on_their_slides() -> None:
    deck = pptx.Presentation(
        io.BytesIO(handout_bytes(handout(text="Freight falls and rises again. " * 6, lines=5), "pptx"))
    )
    points = [len(s.placeholders[1].text_frame.paragraphs) for s in deck.slides if "Freight" in s.shapes.title.text]
    assert points[1:3] == [3, 2]


@pytest.mark.parametrize("format_", FILE_FORMATS)
def test_the_words_of_the_original_are_said_to_be_so(format_: str) -> None:
    note = Note("§2.2", ("rates may fall",), "運價可能下探")
    data = handout_bytes(Handout("T", "en", (), (Part("P", (Line("Rates may fall.", (note,)),)),)), format_)
    said = {
        "md": bytes.decode,
        "docx": word_notes,
        "pptx": lambda d: pptx.Presentation(io.BytesIO(d)).slides[1].notes_slide.notes_text_frame.text,
    }[format_](data)
    assert "“rates may fall” The same place in the original: “運價可能下探”" in said


def test_the_last_slide_has_a_heading_of_its_own() -> None:
    closed = Handout("T", "en", (), (), ("No advice.",), closing_heading="About")
    deck = pptx.Presentation(io.BytesIO(handout_bytes(closed, "pptx")))
    assert [slide.shapes.title.text_frame.text for slide in deck.slides] == ["T", "About"]


@pytest.mark.parametrize("format_", FILE_FORMATS)
def test_a_file_is_its_writers_alone_even_over_one_that_others_read(format_: str, tmp_path: Path) -> None:
    file = tmp_path / f"points.{format_}"
    file.touch()
    file.chmod(0o644)
    write_handout(handout(), file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_more_lines_than_a_slide_holds_go_on_the_next() -> None:
    deck = pptx.Presentation(
        io.BytesIO(handout_bytes(handout(text="A long sentence of words. " * 60, lines=4), "pptx"))
    )
    bodies = [slide.placeholders[1].text_frame.text for slide in deck.slides]
    assert max(map(len, bodies)) < 950
    assert " ".join(bodies).count("A long sentence of words.") == 240
    assert [slide.shapes.title.text_frame.text for slide in deck.slides][1:3] == [
        "Freight rates (1/8)",
        "Freight rates (2/8)",
    ]


@pytest.mark.parametrize("format_", FILE_FORMATS)
@pytest.mark.parametrize("text", ["\x00\x0b\ud800\ufffe<&>\"'", "字" * 3000, "x" * 3000, "𠮷👩‍👩‍👧\u202e"])
def test_any_words_can_be_written_and_read_again(format_: str, text: str) -> None:
    hostile = Handout(text, "zh-Hant", (text,), (Part(text, (Line(text, (Note(text, (text,)),)),)),), (text,), text)
    data = handout_bytes(hostile, format_)
    assert {
        "md": bytes.decode,
        "docx": lambda d: docx.Document(io.BytesIO(d)),
        "pptx": lambda d: pptx.Presentation(io.BytesIO(d)),
    }[format_](data)


def test_the_name_of_a_file_says_its_format(tmp_path: Path) -> None:
    assert file_format("a/b.DOCX") == "docx"
    for name in ("points.pdf", "points", ".md"):
        with pytest.raises(Refusal, match=r"\.pptx"):
            file_format(name)
    with pytest.raises(Refusal, match="cannot be written"):
        write_handout(handout(), tmp_path / "nowhere" / "points.md")
    assert list(tmp_path.iterdir()) == []
    write_handout(handout(), tmp_path / "points.md")
    assert (tmp_path / "points.md").read_text(encoding="utf-8") == to_markdown(handout())
    assert [path.name for path in tmp_path.iterdir()] == ["points.md"]


@pytest.mark.long
def test_libreoffice_makes_pages_of_all_of_them(tmp_path: Path) -> None:
    files = []
    for language in LANGUAGES:
        for format_ in ("docx", "pptx"):
            files.append(tmp_path / f"{language}-{format_}.{format_}")
            write_handout(handout(language, lines=9), files[-1])
    for file, pdf in zip(files, to_pdf(files, tmp_path), strict=True):
        _, point, place, quote, closing = ("".join(words.split()) for words in WORDS[file.name.rpartition("-")[0]])
        text = pdf_text(pdf)
        assert text.count(point) == 11, file.name
        assert closing in text
        assert place in text
        assert (quote in text.replace(point, "")) == (file.suffix == ".docx")
