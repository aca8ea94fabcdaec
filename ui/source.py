"""A cited place among the words around it: what the source panel shows, from the editions alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import prompts
from chat.answer import Answer, Citation
from ingest.document import Edition, Language, Section, coarse_anchors

Span = tuple[int, int]

_READING: dict[Language, tuple[Language, ...]] = {
    "zh-Hant": ("zh-Hant", "zh-Hans", "en"),
    "zh-Hans": ("zh-Hans", "zh-Hant", "en"),
    "en": ("en", "zh-Hant", "zh-Hans"),
}
_HEADING_ROOM = 12
"""Characters by which a heading's line may exceed its title: the number before it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A section opened in the panel: of which exchange, in which edition, and by which citation, if by one."""

    exchange: int
    work: str
    edition: str
    anchor: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Words that are quoted, or not."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A section's own words; `beside` where it stands beside the cited section of another edition."""

    runs: tuple[Run, ...]
    heading: bool
    depth: int
    beside: bool


@dataclass(frozen=True, slots=True)
class Column:
    """An item or chapter in one edition."""

    edition: Edition
    paragraphs: tuple[Paragraph, ...]
    page: str


def column(edition: Edition, anchor: str, spans: Sequence[Span], cited: str | None) -> Column:
    """The sections of an item or chapter in their order, the spans marked in them."""
    coarse = coarse_anchors(edition.outline.sections)
    sections = [section for section in edition.outline.sections if coarse[section.anchor] == anchor]
    depths = _depths(edition.outline.sections)
    top = min((depths[section.anchor] for section in sections), default=0)
    quoted = bool(spans)
    paragraphs = tuple(
        Paragraph(
            runs_of(edition.document.text, section, spans),
            _is_heading(section),
            max(depths[section.anchor] - top - 1, 0) if section.kind == "bullet" else 0,
            not quoted and section.anchor == cited,
        )
        for section in sections
    )
    first = spans[0][0] if spans else sections[0].start if sections else 0
    return Column(edition, paragraphs, page_at(edition, first))


def runs_of(text: str, section: Section, spans: Sequence[Span]) -> tuple[Run, ...]:
    """The words of a section, cut where a quote begins or ends; joined they are the section's words."""
    edges = {section.start, section.end}
    for start, end in spans:
        edges |= {edge for edge in (start, end) if section.start < edge < section.end}
    cuts = sorted(edges)
    return tuple(Run(text[start:end], any(a <= start and end <= b for a, b in spans)) for start, end in pairwise(cuts))


def label_language(edition: Edition, simplified: bool) -> Language:
    """The language in which the labels of an edition stand: a reader of Simplified (`simplified`) finds their way in
    Simplified, while its text stays as it is."""
    return "zh-Hans" if simplified and edition.lang == "zh-Hant" else edition.lang


def in_script(label: str, edition: Edition, simplified: bool) -> str:
    """A label from an edition, in the language of its labels."""
    from vectorstore.words import to_simplified

    return to_simplified(label) if label_language(edition, simplified) != edition.lang else label


def section_label(edition: Edition, anchor: str, language: Language, simplified: bool | None = None) -> str:
    """What people see of an anchor: `§6.1 Capital migration …`, a page, or the front matter.

    `simplified`: for a reader of Simplified; unless said otherwise, where `language` is.
    """
    sections = {section.anchor: section for section in edition.outline.sections}
    place = coarse_anchors(edition.outline.sections).get(anchor)
    if place is None:
        return f"§{anchor}"
    words = prompts.words(language)
    section = sections[place]
    if section.kind == "front":
        return words["front"]
    if section.kind == "page":
        return words["page-section"].format(page=place.removeprefix("p"))
    return in_script(f"§{place} {section.title}", edition, language == "zh-Hans" if simplified is None else simplified)


def neighbours(edition: Edition, anchor: str) -> tuple[str | None, str | None]:
    """The items or chapters before and after one, in reading order."""
    coarse = coarse_anchors(edition.outline.sections)
    order = list(dict.fromkeys(coarse[section.anchor] for section in edition.outline.sections))
    if anchor not in order:
        return None, None
    at = order.index(anchor)
    return (order[at - 1] if at else None, order[at + 1] if at + 1 < len(order) else None)


def coarse_anchor(edition: Edition, anchor: str) -> str | None:
    """The item, else chapter or page, that an anchor lies in; none where the edition has no such anchor."""
    return coarse_anchors(edition.outline.sections).get(anchor)


def page_at(edition: Edition, position: int) -> str:
    """The printed label of the page that a position lies on; empty where there are no pages."""
    labels = [page.label for page in edition.document.pages if page.start <= position]
    return labels[-1] if labels else ""


def reading_edition(editions: Sequence[Edition], language: Language) -> Edition:
    """The edition to open for a reader: in their language, and of those the first (originals come first)."""
    order = _READING[language]
    return min(editions, key=lambda edition: order.index(edition.lang))


def beside(editions: Sequence[Edition], shown: Edition) -> list[Edition]:
    """The other editions: the original first, then those in another language."""
    others = [edition for edition in editions if edition.id != shown.id]
    return sorted(others, key=lambda edition: (edition.kind != "original", edition.lang == shown.lang))


def still_there(edition: Edition, citation: Citation) -> bool:
    """Whether the edition says at the cited place what it said when it was cited."""
    return edition.document.text[citation.start : citation.end] == citation.quote


def citation_numbered(answer: Answer | None, number: int | None) -> Citation | None:
    citations = answer.citations if answer else ()
    return next((citation for citation in citations if citation.number == number), None)


def _depths(sections: Sequence[Section]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for section in sections:
        depths[section.anchor] = depths.get(section.parent, -1) + 1 if section.parent else 0
    return depths


def _is_heading(section: Section) -> bool:
    wide = section.end - section.start > len(section.title) + _HEADING_ROOM
    return section.kind in ("chapter", "item", "heading", "title") and not wide
