"""What an answer is: statements, each with its citations, and what became of the question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ingest.document import EditionKind, Language

Outcome = Literal["answered", "partial", "not_covered", "content_missing", "false_premise", "declined"]
Ended = Literal["complete", "stopped", "cut"]
"""How an answer came to its end: by itself, stopped by the reader, or cut off by the model's limit on its length."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of one edition: `text[start:end] == quote` in code points of the edition's text, always."""

    edition: str
    anchor: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered source of an answer, beside the original's passage where the cited edition is not the original."""

    number: int
    work: str
    edition: str
    lang: Language
    kind: EditionKind
    anchor: str
    title: str
    quote: str
    start: int
    end: int
    page: str | None = None
    original: Quote | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer and the numbers of its citations; `problems` says why it is unverified."""

    text: str
    citations: tuple[int, ...]
    status: Literal["verified", "unverified"] = "verified"
    problems: tuple[str, ...] = ()
    lead: str = ""
    """The name and date of the work it is from, where the answer cites several and the one before is of another."""


@dataclass(frozen=True, slots=True)
class SectionLink:
    """A section to open."""

    work: str
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class HitText:
    """A passage found, in one edition."""

    edition: str
    lang: Language
    kind: EditionKind
    text: str


@dataclass(frozen=True, slots=True)
class RankedHit:
    """A section found, with its text in every edition."""

    work: str
    anchor: str
    score: float
    editions: tuple[HitText, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer, with all that is needed to show it and to see how it came about."""

    question: str
    language: Language
    outcome: Outcome
    text: str
    """All of it as plain text, `[n]` after each statement."""

    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[SectionLink, ...] = ()
    hits: tuple[RankedHit, ...] = ()
    notice: str = ""
    """A sentence of our own: why nothing is quoted, or what to bear in mind."""

    warnings: tuple[str, ...] = ()
    """What could not be read of the documents quoted: a sentence for each work; the last lines of `text`."""

    ended: Ended = "complete"
    writer: str = "quotes"
    model: str | None = None
    prompt_version: str = ""
    build: str = ""
    works: tuple[str, ...] = ()
    """All works that were there for its reader."""

    ms: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
