"""Quotes as statements: a passage's words in the edition that the reader reads, whole, by sentence or by span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.answer import SectionLink
from chat.span import Span
from chat.verify import DraftStatement, section_heading
from ingest.document import Edition, Language
from vectorstore.glossary import Term
from vectorstore.places import Place
from vectorstore.retrieve import Hit
from vectorstore.words import fold, for_reader, to_simplified


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer."""

    hit: Hit
    place: Place
    start: int
    end: int

    @property
    def folded(self) -> str:
        """Its words, as texts are compared."""
        return fold(self.place.passage.text[self.start : self.end])

    def statement(self, language: Language) -> DraftStatement:
        return quote_span(language, self.place, self.start, self.end)


def whole(hit: Hit, language: Language) -> Candidate:
    place = reading_place(hit, language)
    return Candidate(hit, place, 0, len(place.passage.text))


def first_sentence(hit: Hit, language: Language) -> Candidate:
    place = reading_place(hit, language)
    start, end = place.sentences[0]
    return Candidate(hit, place, start, end)


def nearest_sections(hits: Sequence[Hit], language: Language, count: int = 3) -> tuple[SectionLink, ...]:
    """The items or chapters of the best hits, to open where nothing can be quoted."""
    links: dict[tuple[str, str], SectionLink] = {}
    for hit in hits:
        if len(links) == count:
            break
        place = reading_place(hit, language)
        if place.coarse != "0":
            heading = heading_in(place.edition, place.coarse, language)
            links.setdefault((hit.work, place.coarse), SectionLink(hit.work, place.coarse, heading))
    return tuple(links.values())


def heading_in(edition: Edition, anchor: str, language: Language) -> str:
    return for_reader(section_heading(edition, anchor), language)


_READING_ORDER: dict[Language, tuple[Language, ...]] = {
    "zh-Hant": ("zh-Hant", "zh-Hans", "en"),
    "zh-Hans": ("zh-Hans", "zh-Hant", "en"),
    "en": ("en", "zh-Hant", "zh-Hans"),
}


def reading_place(hit: Hit, language: Language) -> Place:
    """The passage to read: in the reader's language if there is one, the original before a translation or digest."""
    order = _READING_ORDER[language]
    return min(hit.places, key=lambda place: order.index(place.edition.lang))


def quote_span(language: Language, place: Place, start: int, end: int) -> DraftStatement:
    """A span of a passage as a statement; for a reader of Simplified, Traditional words are shown in Simplified."""
    at = place.passage.start
    quote = place.passage.text[start:end]
    shown = to_simplified(quote) if language == "zh-Hans" and place.edition.lang == "zh-Hant" else quote
    span = Span(place.edition, place.passage.anchor, at + start, at + end, quote)
    return DraftStatement(shown, (span,))


def glossary_statement(term: Term, language: Language) -> DraftStatement | None:
    order = _READING_ORDER[language]
    for edition, section in sorted(term.definitions, key=lambda pair: order.index(pair[0].lang)):
        quote = edition.document.text[section.start : section.end]
        return DraftStatement(
            for_reader(quote, language), (Span(edition, section.anchor, section.start, section.end, quote),)
        )
    return None
