"""What a statement rests on: the cited sections, each in every edition that has it, with the titles above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from chat.span import Span
from ingest.document import CAPTIONS, Edition, Section, columns_named
from ingest.passages import sentence_spans
from vectorstore.build import Build
from vectorstore.words import han_share

Side = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class SourceText:
    """A section's own words in one edition; `titles` are those of the sections above it and of the work."""

    text: str
    titles: tuple[str, ...] = ()
    edition: Edition | None = None
    anchor: str = ""
    start: int = 0

    @property
    def side(self) -> Side:
        return side_of(self.text)

    def span(self, start: int, end: int) -> Span | None:
        """A part of the text as a span of its edition; None for a text that is of none."""
        if self.edition is None:
            return None
        return Span(self.edition, self.anchor, self.start + start, self.start + end, self.text[start:end])


@dataclass(frozen=True, slots=True)
class Evidence:
    """One section: the same words in each edition that has them, the cited one first."""

    texts: tuple[SourceText, ...]
    is_caption: bool = False


def side_of(text: str) -> Side:
    """Whether a text is to be read as Chinese or as English."""
    return "zh" if han_share(text) > 0.2 else "en"


def plain_evidence(*texts: str, titles: Sequence[str] = ()) -> Evidence:
    """Evidence that is of no edition: a passage in one or more languages."""
    return Evidence(tuple(SourceText(text, tuple(titles)) for text in texts))


def evidence_of(spans: Iterable[Span], build: Build) -> list[Evidence]:
    """The sections that spans lie in, each once. A span in no section gives none."""
    cited: dict[tuple[str, str], Edition] = {}
    for span in spans:
        cited.setdefault((span.edition.work, span.anchor), span.edition)
    found = []
    for (work, anchor), edition in cited.items():
        others = [e for e in build.editions.values() if e.work == work and e.id != edition.id]
        found += section_evidence(anchor, [edition, *others])
    return found


def section_evidence(anchor: str, editions: Sequence[Edition]) -> list[Evidence]:
    """A section in those of the editions that have it; empty if none has."""
    texts, caption = [], False
    for edition in editions:
        sections = {section.anchor: section for section in edition.outline.sections}
        section = sections.get(anchor)
        if section is None or section.start == section.end:
            continue
        caption = caption or section.kind in CAPTIONS
        words = edition.document.text[section.start : section.end]
        texts.append(SourceText(words, tuple(_titles(section, sections, edition)), edition, anchor, section.start))
    return [Evidence(tuple(texts), caption)] if texts else []


def sentences(source: SourceText) -> list[tuple[int, int]]:
    """Where the sentences of a text start and end."""
    return sentence_spans(source.text)


def _titles(section: Section, sections: dict[str, Section], edition: Edition) -> Iterable[str]:
    """Titles above a section, the nearest first, then that of the work and its date and author."""
    above = section.parent
    while above is not None and above in sections:
        if sections[above].kind == "table":
            yield from columns_named(edition.document.text, sections[above])
        yield sections[above].title
        above = sections[above].parent
    for front in ("0.title", "0.date", "0.author"):
        if front in sections and front != section.anchor:
            yield sections[front].title


def sentence_at(text: SourceText, place: int) -> tuple[int, int]:
    """The sentence of a text that a place lies in."""
    return next(((a, b) for a, b in sentences(text) if a <= place < b), (0, len(text.text)))
