"""A span: these words at this place of one edition, and whether they stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.document import Edition, Section


@dataclass(frozen=True, slots=True)
class Span:
    """A claimed source: these words at this place of this edition."""

    edition: Edition
    anchor: str
    start: int
    end: int
    quote: str


def span_problem(span: Span) -> str:
    """Why a span is no source: its words do not stand at its place, or not in its section. Empty if it is one."""
    sections: Mapping[str, Section] = {section.anchor: section for section in span.edition.outline.sections}
    section = sections.get(span.anchor)
    if section is None:
        return "unknown-section"
    if not section.start <= span.start < span.end <= section.end:
        return "outside-section"
    if span.edition.document.text[span.start : span.end] != span.quote:
        return "not-verbatim"
    return ""
