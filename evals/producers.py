"""The report as the files people have: DOCX, HTML and PDFs of three producers, made from its plain text.

What is made knows only the lines of the text and their marks (一、, 1., •, 表1:), not our outline.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Role = Literal["chapter", "item", "bullet", "caption", "line"]

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("chapter", re.compile(r"[一二三四五六七八九十]+、")),
    ("item", re.compile(r"\d+\. ")),
    ("bullet", re.compile(r"• ")),
    ("caption", re.compile(r"[表圖]\d+ ?: ")),
)
_HEADING_WIDTH = 40
"""Characters up to which a producer would set a numbered line as a heading."""

_TIMEOUT = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text without its indent, and what its mark says it is."""

    role: Role
    text: str


def read_lines(text: str) -> list[Line]:
    """The lines with words of a plain-text report."""
    return [Line(_role(line.strip()), line.strip()) for line in text.split("\n") if line.strip()]


def _role(line: str) -> Role:
    return next((role for role, mark in _ROLES if mark.match(line)), "line")


def _article(lines: Sequence[Line]) -> tuple[int, int]:
    """The places of the title, which is the longest line before the first chapter, and of the last line of the body."""
    first = next(n for n, line in enumerate(lines) if line.role == "chapter")
    title = max(range(first), key=lambda n: len(lines[n].text))
    last = max(n for n, line in enumerate(lines) if line.role == "bullet" or len(line.text) > _HEADING_WIDTH)
    return title, last


# HTML

_STYLE = (
    "body{font:16px/1.7 'Noto Sans CJK TC',sans-serif;margin:2em}h1{font-size:28px}h2{font-size:22px}h3{font-size:18px}"
)


def as_html(lines: Sequence[Line], *, furniture: bool = True) -> str:
    """A web page: the article in headings, lists and paragraphs, with the site's furniture around it.

    `furniture=False` leaves out what stands outside the article, as a reader's view does before it prints.
    """
    title, last = _article(lines)
    before, body, after = lines[:title], lines[title : last + 1], lines[last + 1 :]
    parts = [f"<h1>{html.escape(body[0].text)}</h1>", *_html_body(body[1:])]
    around = [
        "<nav>" + "".join(f"<a href='#'>{html.escape(line.text)}</a>" for line in before) + "</nav>",
        "<aside>" + "".join(f"<div><a href='#'>{html.escape(line.text)}</a></div>" for line in after) + "</aside>",
    ]
    head = f"<head><meta charset='utf-8'><title>{html.escape(body[0].text)}</title><style>{_STYLE}</style></head>"
    inner = "<article>" + "\n".join(parts) + "</article>"
    whole = "\n".join([around[0], inner, around[1]]) if furniture else inner
    return f"<!DOCTYPE html>\n<html lang='zh-Hant'>{head}<body>{whole}</body></html>\n"


def _html_body(lines: Sequence[Line]) -> Iterator[str]:
    opened = False
    for line in lines:
        if opened != (line.role == "bullet"):
            opened = not opened
            yield "<ul>" if opened else "</ul>"
        text = html.escape(line.text, quote=False)
        if line.role == "bullet":
            yield f"<li>{html.escape(line.text[2:], quote=False)}</li>"
        elif line.role == "chapter":
            yield f"<h2>{text}</h2>"
        elif line.role == "item" and len(line.text) <= _HEADING_WIDTH:
            yield f"<h3>{text}</h3>"
        else:
            yield f"<p>{text}</p>"
    if opened:
        yield "</ul>"


# DOCX


def write_docx(lines: Sequence[Line], path: Path) -> None:
    """A Word document with Title, Heading and List Bullet styles."""
    from docx import Document
    from docx.oxml.ns import qn

    title, last = _article(lines)
    document: Any = Document()
    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), "Noto Sans CJK TC")
    document.add_heading(lines[title].text, level=0)
    for line in lines[title + 1 : last + 1]:
        if line.role == "bullet":
            document.add_paragraph(line.text[2:], style="List Bullet")
        elif line.role == "chapter":
            document.add_heading(line.text, level=1)
        elif line.role == "item" and len(line.text) <= _HEADING_WIDTH:
            document.add_heading(line.text, level=2)
        else:
            document.add_paragraph(line.text)
    document.save(str(path))


# PDF


def print_with_chromium(page: Path, out: Path) -> None:
    """The page as the browser's print dialog saves it, with the date, title, address and page number on each page."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    _run(
        [_program("chromium"), *flags, f"--user-data-dir={out.parent / 'chromium'}", f"--print-to-pdf={out}", str(page)]
    )


def convert_with_libreoffice(document: Path, out: Path) -> None:
    """A document as LibreOffice exports it to PDF, headings as its outline."""
    folder = out.parent / "libreoffice"
    target = 'pdf:writer_pdf_Export:{"ExportBookmarks":{"type":"boolean","value":"true"}}'
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    _run([_program("soffice"), profile, "--headless", "--convert-to", target, "--outdir", str(folder), str(document)])
    shutil.move(folder / f"{document.stem}.pdf", out)


def write_with_reportlab(lines: Sequence[Line], path: Path, font: str = "MSung-Light") -> None:
    """A PDF of reportlab in a font that only names its characters by number (CID), without their forms in the file.

    A running title and the page's number stand on every page.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    pdfmetrics.registerFont(UnicodeCIDFont(font))
    title, last = _article(lines)
    sizes = {"chapter": 16, "item": 12, "bullet": 11, "caption": 11, "line": 11}

    def style(role: Role) -> Any:
        size = sizes[role]
        indent = {"leftIndent": 18, "bulletIndent": 6} if role == "bullet" else {}
        return ParagraphStyle(role, fontName=font, fontSize=size, leading=size * 1.6, wordWrap="CJK", **indent)

    story: list[Any] = [
        Paragraph(_markup(lines[title].text), ParagraphStyle("t", fontName=font, fontSize=20, leading=30))
    ]
    for line in lines[title + 1 : last + 1]:
        text, mark = (line.text[2:], "•") if line.role == "bullet" else (line.text, None)
        story += [Paragraph(_markup(text), style(line.role), bulletText=mark), Spacer(1, 6)]

    def furnish(canvas: Any, document: Any) -> None:
        canvas.setFont(font, 8)
        canvas.drawString(72, 815, lines[title].text[:20])
        canvas.drawRightString(523, 25, f"第 {document.page} 頁")

    SimpleDocTemplate(str(path), pagesize=A4).build(story, onFirstPage=furnish, onLaterPages=furnish)


def _markup(text: str) -> str:
    return html.escape(text, quote=False)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed")
    return found


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT)


# All of them


def _as_chromium(lines: Sequence[Line], out: Path) -> None:
    page = out.with_suffix(".print.html")
    page.write_text(as_html(lines, furniture=False), encoding="utf-8")
    print_with_chromium(page, out)


def _as_libreoffice(lines: Sequence[Line], out: Path) -> None:
    document = out.with_suffix(".source.docx")
    write_docx(lines, document)
    convert_with_libreoffice(document, out)


PRODUCERS: dict[str, tuple[str, str, Callable[[Sequence[Line], Path], object]]] = {
    "HTML": ("page.html", "", lambda lines, out: out.write_text(as_html(lines), encoding="utf-8")),
    "DOCX": ("report.docx", "", write_docx),
    "PDF, LibreOffice": ("libreoffice.pdf", "soffice", _as_libreoffice),
    "PDF, Chromium": ("chromium.pdf", "chromium", _as_chromium),
    "PDF, reportlab MSung": ("msung.pdf", "", write_with_reportlab),
    "PDF, reportlab STSong": ("stsong.pdf", "", lambda lines, out: write_with_reportlab(lines, out, "STSong-Light")),
}
"""By name: the file's name, the program that must be there, and what writes it."""


def produce(name: str, text: str, folder: Path) -> Path:
    """A file of the report's text by a producer. Raises FileNotFoundError where its program is not installed."""
    file, program, write = PRODUCERS[name]
    if program:
        _program(program)
    folder.mkdir(parents=True, exist_ok=True)
    write(read_lines(text), folder / file)
    return folder / file


def anchors_found(name: str, text: str, true: Collection[str], folder: Path) -> tuple[int, int]:
    """How many of a text's anchors come out of a producer's file, and how many others."""
    from ingest.sandbox import parse_file

    found = set(parse_file(produce(name, text, folder)).outline.anchors)
    return len(found & set(true)), len(found - set(true))


def producers(report: Path, folder: Path) -> str:
    """A Markdown table of producers and anchors for a plain-text report."""
    from ingest.sandbox import parse_file

    true = parse_file(report).outline.anchors
    text = report.read_text(encoding="utf-8")
    lines = [f"| file | anchors of {len(true)} | others |", "|---|---|---|"]
    for name in PRODUCERS:
        try:
            found, others = anchors_found(name, text, true, folder)
            lines.append(f"| {name} | {found} | {others} |")
        except FileNotFoundError as error:
            lines.append(f"| {name} | not run: {error} | |")
    return "\n".join(lines)
