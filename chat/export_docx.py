"""Handouts as Word documents: headings, lists, real footnotes, fonts for Chinese. The only place that writes DOCX."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from chat.export import Handout, Line, Note, note_text, printable
from ingest.document import Language

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

EAST_ASIAN_FONTS: dict[Language, str] = {
    "zh-Hant": "Microsoft JhengHei",
    "zh-Hans": "Microsoft YaHei",
    "en": "Microsoft JhengHei",
}
"""Fonts with all Chinese characters that come with Office; others replace them by the language of the text."""

LATIN_FONT = "Arial"
EAST_ASIAN_TAGS: dict[Language, str] = {"zh-Hant": "zh-TW", "zh-Hans": "zh-CN", "en": "zh-TW"}

_STYLES = (
    ("Title", 20.0, "1F2A37"),
    ("Subtitle", 11.0, "5B6472"),
    ("Heading 1", 14.0, "1F2A37"),
    ("Normal", 11.0, None),
    ("List Bullet", 11.0, None),
    ("Footer", 8.0, "5B6472"),
)


def to_docx(handout: Handout) -> bytes:
    """A Word document that holds the handout; each source is a footnote of the lines that rest on it."""
    import docx
    from docx.shared import Cm

    document = docx.Document()
    _dress(document, handout.language)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.3)
    page.top_margin, page.bottom_margin, page.footer_distance = Cm(2.2), Cm(2.4), Cm(1.0)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = printable(handout.title)[:255], "Footnote", ""
    properties.language = handout.language
    document.add_paragraph(printable(handout.title), style="Title")
    for text in handout.subtitle:
        document.add_paragraph(printable(text), style="Subtitle")
    notes: list[Note] = []
    for part in handout.parts:
        document.add_heading(printable(part.heading), level=1)
        for line in part.lines:
            _add_line(document, line, notes, listed=part.listed)
    for n, text in enumerate(handout.closing):
        paragraph = document.add_paragraph(printable(text), style="Subtitle")
        paragraph.paragraph_format.keep_with_next = n < len(handout.closing) - 1
        if not n:
            _rule_above(paragraph)
    page.footer.paragraphs[0].text = printable(handout.footer)
    if notes:
        _add_footnotes(document, [note_text(note, handout.language) for note in notes])
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_line(document: Document, line: Line, notes: list[Note], *, listed: bool) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = document.add_paragraph(printable(line.text), style="List Bullet" if listed else "Normal")
    for n, note in enumerate(dict.fromkeys(line.notes)):
        notes.append(note)
        if n:
            paragraph.add_run(" ").font.superscript = True
        run = paragraph.add_run()
        run.font.superscript = True
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(len(notes)))
        run._r.append(reference)


def _dress(document: Document, language: Language) -> None:
    """Gives the styles sizes, colours and even spaces, and names a font and a language for Chinese in each."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size, colour in _STYLES:
        style: Any = document.styles[name]
        style.font.size = Pt(size)
        style.font.italic = False
        if colour:
            style.font.color.rgb = RGBColor.from_string(colour)
        style.paragraph_format.space_after = Pt(6)
        properties = style.element.get_or_add_rPr()
        for spread in [*properties.findall(qn("w:spacing")), *style.element.findall(f".//{qn('w:contextualSpacing')}")]:
            spread.getparent().remove(spread)
        _name_fonts(properties, language)
    defaults: Any = document.styles.element.find(qn("w:docDefaults"))
    _name_fonts(defaults.find(f"{qn('w:rPrDefault')}/{qn('w:rPr')}"), language)


def _name_fonts(properties: Any, language: Language) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    for kind in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), EAST_ASIAN_FONTS[language])
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), "en-GB")
    spoken.set(qn("w:eastAsia"), EAST_ASIAN_TAGS[language])
    properties.append(spoken)


def _rule_above(paragraph: Paragraph) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Pt

    border = f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="4" w:space="6" w:color="B8BEC8"/></w:pBdr>'
    paragraph.paragraph_format.space_before = Pt(18)
    properties: Any = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(parse_xml(border), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)
_FOOTNOTE = (
    '<w:footnote w:id="{id}"><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
    '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
    '<w:r><w:t xml:space="preserve"> {text}</w:t></w:r></w:p></w:footnote>'
)


def _add_footnotes(document: Document, texts: list[str]) -> None:
    """Adds the part that python-docx does not know: the footnotes (ECMA-376 part 1, 11.3.7)."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml.ns import nsdecls
    from docx.shared import Pt

    style: Any = document.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.font.size, style.paragraph_format.space_after = Pt(8.5), Pt(2)
    written = "".join(
        _FOOTNOTE.format(id=id_, style=style.style_id, text=escape(text)) for id_, text in enumerate(texts, 1)
    )
    xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:footnotes {nsdecls("w")}>{_SEPARATORS}{written}'
    data = f"{xml}</w:footnotes>".encode()
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES, data, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
