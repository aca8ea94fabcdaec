"""Handouts: what leaves Footnote as a file, with its sources as notes, and how it is written as Markdown."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import prompts
from ingest.document import Language, Refusal

FileFormat = Literal["md", "docx", "pptx"]
FILE_FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)


@dataclass(frozen=True, slots=True)
class Note:
    """The source of a line: where it stands, and its words; `original`: the original's, if that is another text."""

    source: str
    quotes: tuple[str, ...] = ()
    original: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or a point of a list, and its sources."""

    text: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Lines under a heading; `listed`: each is a point of a list."""

    heading: str
    lines: tuple[Line, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Handout:
    """Something to hand on: talking points, or a conversation. All of it is plain words, none of it markup."""

    title: str
    language: Language
    subtitle: tuple[str, ...] = ()
    """Lines under the title: for whom, on what, when."""

    parts: tuple[Part, ...] = ()
    closing: tuple[str, ...] = ()
    """Last lines: the sources, who wrote it, what it is not."""

    footer: str = ""
    """A line for the foot of every page or slide."""

    closing_heading: str = ""
    """Over the last lines, where they have a slide of their own; empty: the title."""

    @property
    def numbers(self) -> dict[Note, int]:
        """The notes numbered from 1 by first use, the same source once."""
        notes = dict.fromkeys(note for part in self.parts for line in part.lines for note in line.notes)
        return {note: number for number, note in enumerate(notes, 1)}


def file_format(name: str) -> FileFormat:
    """The format that a file name ends in. Raises Refusal for another."""
    suffix = Path(name).suffix.lower().removeprefix(".")
    for known in FILE_FORMATS:
        if suffix == known:
            return known
    raise Refusal("export-format", file=Path(name).name)


def write_handout(handout: Handout, path: Path) -> None:
    """Writes a handout as its name says, whole or not at all. Raises Refusal."""
    data = handout_bytes(handout, file_format(path.name))
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Refusal("export-unwritable", file=path.name, cause=error.strerror) from None


def handout_bytes(handout: Handout, format_: FileFormat) -> bytes:
    """A handout as a file of a format: UTF-8 Markdown, a Word document or slides."""
    if format_ == "docx":
        from chat.export_docx import to_docx

        return to_docx(handout)
    if format_ == "pptx":
        from chat.export_pptx import to_pptx

        return to_pptx(handout)
    return to_markdown(handout).encode("utf-8")


def note_text(note: Note, language: Language) -> str:
    """A note in one line: the source, then its words in quotation marks, then those of the original, said to be so."""
    opening, closing = ("「", "」") if language == "zh-Hant" else ("“", "”")
    between = " " if language == "en" else ""
    colon = ": " if language == "en" else "："
    quotes = between.join(f"{opening}{printable(quote)}{closing}" for quote in note.quotes)
    if note.original:
        label = prompts.words(language)["point-original"]
        quotes += f"{between}{label}{colon}{opening}{printable(note.original)}{closing}"
    return printable(note.source) + (colon + quotes if quotes else "")


def printable(text: str) -> str:
    """A text without the characters that files of words cannot hold: controls, halves of surrogate pairs."""
    return _UNPRINTABLE.sub(" ", text)


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def to_markdown(handout: Handout) -> str:
    """A handout as Markdown with footnotes; nothing in its words is taken for markup."""
    return "\n".join(_markdown_lines(handout)) + "\n"


def _markdown_lines(handout: Handout) -> Iterator[str]:
    numbers = handout.numbers
    yield f"# {_in_line(handout.title)}"
    for text in handout.subtitle:
        yield f"\n{_in_line(text)}"
    for part in handout.parts:
        yield f"\n## {_in_line(part.heading)}"
        for line in part.lines:
            marks = "".join(f"[^{numbers[note]}]" for note in dict.fromkeys(line.notes))
            yield f"\n{'- ' if part.listed else ''}{_in_line(line.text)}{marks}"
    if handout.closing:
        yield "\n---"
    for text in handout.closing:
        yield f"\n{_in_line(text)}"
    if numbers:
        yield ""
    for note, number in numbers.items():
        yield f"[^{number}]: {_in_line(note_text(note, handout.language))}"


_MARKUP = re.compile(r"([\\`*_\[\]<>&~|$^])|^([#+=-]|\d+(?=[.)]))|(?<=www)(\.)|(:)(?=//)|(@)")


def _in_line(text: str) -> str:
    """Words on one line, escaped wherever Markdown would read something into them."""
    words = " ".join(printable(text).split())
    return _MARKUP.sub(_escaped, words)


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    return found + "\\" if found.isdigit() else "\\" + found
