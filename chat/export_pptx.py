"""Handouts as slides: a few lines each, their sources as the slide's notes. The only place that imports pptx."""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chat.export import Handout, Line, Note, note_text, printable
from chat.export_docx import EAST_ASIAN_FONTS, EAST_ASIAN_TAGS, LATIN_FONT
from ingest.document import Language

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.75
"""Of a slide, in inches."""

BODY_POINTS, TITLE_POINTS, SMALL_POINTS = 20, 28, 10
LINE_CHARACTERS = 41
"""Chinese characters of a body line: the width inside the margins over 20 points, less the bullet."""

SLIDE_LINES = 12.0
"""Body lines that fit under the heading; half a line stands between two points."""

INK, FAINT, RULE = (0x1F, 0x2A, 0x37), (0x5B, 0x64, 0x72), (0x2F, 0x6F, 0x9F)


def to_pptx(handout: Handout) -> bytes:
    """Slides that hold the handout: a title, each part on as many slides as it needs, what closes it last."""
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    properties = deck.core_properties
    properties.title, properties.author = printable(handout.title)[:255], "Footnote"
    properties.language = handout.language
    numbers = handout.numbers
    _title_slide(deck, handout)
    for part in handout.parts:
        slides = list(_slides_of(part.lines))
        for n, lines in enumerate(slides, 1):
            heading = part.heading if len(slides) == 1 else f"{_short(part.heading)} ({n}/{len(slides)})"
            _content_slide(deck, handout, heading, lines, numbers, listed=part.listed)
    for lines in _slides_of(tuple(Line(text) for text in handout.closing)):
        _content_slide(deck, handout, handout.closing_heading or handout.title, lines, numbers, listed=False)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _slides_of(lines: tuple[Line, ...]) -> list[list[Line]]:
    """The lines on as few slides as hold them, as evenly as they go; a line longer than a slide is parted at the end
    of a sentence or word."""
    pieces = list(itertools.chain.from_iterable(map(_pieces, lines)))
    tried = [list(_filled(pieces, SLIDE_LINES - n / 2)) for n in range(int(2 * SLIDE_LINES))]
    return [slides for slides in tried if len(slides) == len(tried[0])][-1]


def _filled(pieces: list[Line], height: float) -> Iterator[list[Line]]:
    """The pieces in runs of so many lines each, one piece at least."""
    slide: list[Line] = []
    room = height
    for line in pieces:
        needed = _lines_needed(line.text)
        if slide and needed > room:
            yield slide
            slide, room = [], height
        slide.append(line)
        room -= needed + 0.5
    if slide:
        yield slide


def _pieces(line: Line) -> Iterator[Line]:
    rest = printable(line.text).strip()
    while _lines_needed(rest) > SLIDE_LINES:
        cut = len(rest)
        while _lines_needed(rest[:cut]) > SLIDE_LINES:
            cut = cut * 9 // 10
        ends = [match.end() for match in re.finditer(r"[。！？；]|[.!?;]\s", rest[:cut])]
        ends = ends or [match.end() for match in re.finditer(r"\s", rest[:cut])] or [cut]
        yield replace(line, text=rest[: ends[-1]].rstrip())
        rest = rest[ends[-1] :].lstrip()
    yield replace(line, text=rest)


def _lines_needed(text: str) -> float:
    """Lines that a text takes, a Latin letter counted as half a Chinese character."""
    return float(sum(-(-_width(row) // (2 * LINE_CHARACTERS)) or 1 for row in text.split("\n")))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _short(text: str, width: int = 110) -> str:
    """The beginning of a text that is too long for a heading."""
    words = " ".join(printable(text).split())
    if _width(words) <= width:
        return words
    kept = words[:width]
    while _width(kept) > width - 2:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _title_slide(deck: Presentation, handout: Handout) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    title, subtitle = slide.placeholders[0], slide.placeholders[1]
    _place(title, MARGIN, 2.0, 1.9)
    _place(subtitle, MARGIN, 4.1, 2.2)
    _fill(title, [[(_short(handout.title, 160), False)]], 36, INK, handout.language)
    rows = [[(printable(text), False)] for text in handout.subtitle]
    _fill(subtitle, rows or [[("", False)]], 16, FAINT, handout.language)
    _rule(slide, 4.0)
    _footer(slide, handout)


def _content_slide(
    deck: Presentation,
    handout: Handout,
    heading: str,
    lines: list[Line],
    numbers: Mapping[Note, int],
    *,
    listed: bool,
) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    title, body = slide.placeholders[0], slide.placeholders[1]
    _place(title, MARGIN, 0.45, 1.0)
    _place(body, MARGIN, 1.75, 4.95)
    _fill(title, [[(_short(heading), False)]], TITLE_POINTS, INK, handout.language)
    rows = []
    for line in lines:
        marks = "\u00a0".join(f"[{numbers[note]}]" for note in dict.fromkeys(line.notes))
        rows.append([(printable(line.text), False), *([(f"\u00a0{marks}", True)] if marks else [])])
    _fill(body, rows, BODY_POINTS, INK, handout.language, listed=listed)
    _rule(slide, 1.5)
    _footer(slide, handout)
    notes = dict.fromkeys(note for line in lines for note in line.notes)
    texts = [f"[{numbers[note]}] {note_text(note, handout.language)}" for note in notes]
    frame = slide.notes_slide.notes_text_frame if texts else None
    if frame is not None:
        frame.text = "\n".join(texts)
        for paragraph in frame.paragraphs:
            for run in paragraph.runs:
                _name_fonts(run, handout.language)


def _place(shape: Any, left: float, top: float, height: float) -> None:
    from pptx.util import Inches

    shape.left, shape.top = Inches(left), Inches(top)
    shape.width, shape.height = Inches(WIDTH - 2 * left), Inches(height)


def _fill(
    shape: Any,
    rows: list[list[tuple[str, bool]]],
    points: int,
    colour: tuple[int, int, int],
    language: Language,
    *,
    listed: bool = False,
) -> None:
    """Writes rows of runs, each with whether it is a superscript, into a shape."""
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP if shape.placeholder_format.idx else MSO_ANCHOR.BOTTOM
    for n, runs in enumerate(rows):
        paragraph = frame.paragraphs[0] if not n else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.space_after = Pt(points / 2)
        _bullet(paragraph, listed=listed)
        for text, raised in runs:
            run = paragraph.add_run()
            run.text = text
            run.font.size = Pt(points)
            _paint(run, FAINT if raised else colour)
            if raised:
                run.font._element.set("baseline", "30000")
            _name_fonts(run, language)


def _bullet(paragraph: Any, *, listed: bool) -> None:
    from pptx.oxml.ns import qn
    from pptx.oxml.xmlchemy import OxmlElement
    from pptx.util import Pt

    properties = paragraph._p.get_or_add_pPr()
    indent = Pt(18) if listed else 0
    properties.set("marL", str(int(indent)))
    properties.set("indent", str(-int(indent)))
    mark = OxmlElement("a:buChar" if listed else "a:buNone")
    if listed:
        mark.set("char", "•")
    for old in properties.findall(qn("a:buNone")):
        properties.remove(old)
    properties.append(mark)


def _name_fonts(run: Any, language: Language) -> None:
    """Names fonts for Latin and for Chinese, and the language, which chooses the shapes of the characters."""
    from pptx.oxml.xmlchemy import OxmlElement

    run.font.name = LATIN_FONT
    properties = run._r.get_or_add_rPr()
    properties.set("lang", "en-GB" if language == "en" else EAST_ASIAN_TAGS[language])
    properties.set("altLang", "en-GB" if language != "en" else EAST_ASIAN_TAGS[language])
    chinese = OxmlElement("a:ea")
    chinese.set("typeface", EAST_ASIAN_FONTS[language])
    properties.find("{*}latin").addnext(chinese)


def _rule(slide: Slide, top: float) -> None:
    """A thin line under the heading."""
    from pptx.enum.shapes import MSO_CONNECTOR
    from pptx.util import Inches, Pt

    left, right, at = Inches(MARGIN), Inches(WIDTH - MARGIN), Inches(top)
    rule: Any = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, left, at, right, at)
    rule.line.width = Pt(1)
    rule.line.color.rgb = _colour(RULE)
    rule._element.remove(rule._element.find("{*}style"))  # the theme's, with a shadow


def _colour(colour: tuple[int, int, int]) -> Any:
    from pptx.dml.color import RGBColor

    make: Any = RGBColor
    return make(*colour)


def _paint(run: Any, colour: tuple[int, int, int]) -> None:
    run.font.color.rgb = _colour(colour)


def _footer(slide: Slide, handout: Handout) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    if not handout.footer:
        return
    box = slide.shapes.add_textbox(Inches(MARGIN), Inches(HEIGHT - 0.7), Inches(WIDTH - 2 * MARGIN), Inches(0.4))
    box.text_frame.word_wrap = True
    box.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    run = box.text_frame.paragraphs[0].add_run()
    run.text = _short(handout.footer, 180)
    run.font.size = Pt(SMALL_POINTS)
    _paint(run, FAINT)
    _name_fonts(run, handout.language)
