"""Works, editions, sections and passages, and the errors that refuse a file.

Errors, all shown to people through `prompts.message`:

    Refusal                 something cannot be done; says what to do instead
      UnreadableDocument    a file is empty, broken, wrongly encoded, protected or of an unknown kind
      UnknownDocument       no work or edition of that name
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import prompts

Language = Literal["zh-Hant", "zh-Hans", "en"]
EditionKind = Literal["original", "translation", "digest"]
SectionKind = Literal[
    "front",
    "title",
    "date",
    "author",
    "chapter",
    "item",
    "heading",
    "paragraph",
    "bullet",
    "table",
    "figure",
    "row",
    "page",
]
Theme = Literal["macro", "ai", "crypto"]
Format = Literal["text", "markdown", "pdf", "docx", "html"]
MarkKind = Literal["heading", "bullet", "caption", "head", "row", "line"]
LossKind = Literal[
    "page-no-text",
    "page-broken",
    "page-garbled",
    "page-late",
    "hidden-text",
    "invisible-characters",
    "read-by-ocr",
]
Role = Literal["document", "glossary"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
EDITION_KINDS: tuple[EditionKind, ...] = get_args(EditionKind)
CAPTIONS: tuple[SectionKind, ...] = ("table", "figure")
HEADINGS = ("chapter", "item", "heading")
BODIES = ("paragraph", "bullet", "item", "row")
"""Kinds of sections: those that seldom answer by themselves, and those whose sentences do."""


class Refusal(Exception):
    """Something that cannot be done, as a key of prompts/messages.toml and the values of its placeholders."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: Language) -> str:
        return prompts.message(self.key, language, **self.values)


class UnreadableDocument(Refusal):
    """A file that cannot become an edition."""


class UnknownDocument(Refusal):
    """A work or edition that is not in the library."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a paged document: its printed label, and where its text starts in the edition's text."""

    label: str
    start: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file's own structure says of the line that starts here.

    `depth`: of a heading from 1, of a bullet from 0.
    """

    start: int
    kind: MarkKind
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a file that is not in its text: why, on which page (its label; empty where there are none), what.

    Of words that were read from a picture, and so may be others than are printed: from where to where they stand.
    """

    kind: LossKind
    page: str = ""
    detail: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says: its text, its pages where it has any, and what of the file did not become text.

    The text of plain text and Markdown is the decoded file, every character kept; that of other formats is what their
    reader wrote, a line for each heading, paragraph, list item and table row, and `marks` say which is which.
    """

    text: str
    format: Format
    pages: tuple[Page, ...] = ()
    marks: tuple[Mark, ...] = ()
    losses: tuple[Loss, ...] = ()
    from_web: bool = False
    """Whether it was a web page, also one printed to PDF: then labels around the article are furniture."""

    def page_at(self, position: int) -> str:
        """The printed label of the page that a position lies on; empty where there are no pages."""
        return next((page.label for page in reversed(self.pages) if page.start <= position), "")

    def read_by_ocr(self, start: int, end: int) -> bool:
        """Whether any of the words between two positions were read from a picture."""
        return any(loss.kind == "read-by-ocr" and loss.start < end and start < loss.end for loss in self.losses)


@dataclass(frozen=True, slots=True)
class Section:
    """A place in an edition that can be cited.

    `start` and `end` (code points of the edition's text) hold the section's own words: its heading, paragraph or
    bullet without the mark before it, not what lies beneath it. Lines count from 1; `last_line` includes what lies
    beneath.
    """

    anchor: str
    kind: SectionKind
    parent: str | None
    title: str
    first_line: int
    last_line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of a text in reading order, and the lines of site furniture left out."""

    sections: tuple[Section, ...]
    furniture: tuple[int, ...] = ()

    @property
    def anchors(self) -> tuple[str, ...]:
        return tuple(section.anchor for section in self.sections)

    def has(self, anchor: str) -> bool:
        return any(section.anchor == anchor for section in self.sections)


@dataclass(frozen=True, slots=True)
class Passage:
    """A section's own words, or a part of them where they are too long for the embedding model."""

    anchor: str
    part: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Work:
    """One document, whatever its editions."""

    id: str
    titles: Mapping[Language, str]
    author: str = ""
    date: datetime.date | None = None
    themes: Mapping[str, Sequence[Theme]] = field(default_factory=dict)
    role: Role = "document"
    """A glossary explains terms; it is looked up by them and never searched as a document."""

    private_to: str = ""
    """Whose it is alone, as conversations name their owner; empty: published, everyone's."""

    def seen_by(self, owner: str) -> bool:
        """Whether there is such a work for somebody: for nobody else's eyes it is as if there were none."""
        return self.private_to in ("", owner)

    def title(self, language: Language) -> str:
        """In a language, else in the other Chinese script, else in the first there is."""
        other = next((lang for lang in self.titles if lang != "en" and language != "en"), language)
        return self.titles.get(language) or self.titles.get(other) or next(iter(self.titles.values()), self.id)


@dataclass(frozen=True, slots=True)
class Edition:
    """One text of a work, in one language and of one kind."""

    work: str
    lang: Language
    kind: EditionKind
    file: str
    document: Document
    outline: Outline
    source: str = ""
    """Of the file that it was read from: the reader's version and a digest; the same source gives the same edition."""

    size: int = 0
    """Bytes of that file."""

    added_by: str = field(default="", repr=False)
    """Who published it on the Library page; nobody's is what the operator adds."""

    @property
    def id(self) -> str:
        return f"{self.lang}-{self.kind}"

    @property
    def key(self) -> str:
        """Changes with the text, its outline, pages and losses: the identity of this version of the edition."""
        document = self.document
        parts = [self.work, self.id, document.text, repr(self.outline.sections)]
        if document.format not in ("text", "markdown"):  # the same words come out of other files, without their pages
            parts += [document.format, repr(document.pages), repr(document.losses)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def coarse_anchors(sections: Sequence[Section]) -> dict[str, str]:
    """For every anchor the item, else the chapter (or page, or front matter) that it lies in."""
    parents = {section.anchor: section for section in sections}
    places: dict[str, str] = {}
    for section in sections:
        place = section
        while place.kind not in ("item", "chapter", "front", "page") and place.parent is not None:
            place = parents[place.parent]
        places[section.anchor] = place.anchor
    return places


def columns_named(text: str, table: Section) -> tuple[str, ...]:
    """The row of heads beneath a caption, where a table's rows do not name their columns themselves: in Markdown."""
    heads = text[table.start : table.end].rpartition("\n")[2].strip()
    return (heads,) if heads.startswith("|") and heads != table.title else ()


def without_body(sections: Sequence[Section]) -> list[str]:
    """The captions of tables and figures whose body is not in the text: nothing of theirs lies beneath them."""
    parents = {section.parent for section in sections}
    return [section.anchor for section in sections if section.kind in CAPTIONS and section.anchor not in parents]
