"""Sentences of the documents that can stand alone, with what they need: the lead, the scenario, the one before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import prompts
from chat.understand import asks
from ingest.document import BODIES, HEADINGS, Language
from ingest.passages import width
from vectorstore.build import Place
from vectorstore.sections import Sections
from vectorstore.words import content_words, fold

MIN_WIDTH, MAX_WIDTH = 14, 170
"""Of a point, in Chinese characters, a Latin letter counting 0.3: less says nothing, more is no point."""

MEMBER_WIDTH = 24
"""A member of a list that ends in a semicolon is a sentence rather than a name from this width on."""

LEAD_WIDTH = 12
"""A line ending in a colon that is narrower ("For example:") adds nothing to what it introduces."""

Piece = tuple[Place, int, int]
"""A span of a passage's text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One or two sentences of one passage, after the heading or lead without which they would say something else."""

    pieces: tuple[Piece, ...]
    words: frozenset[str]
    sentences: tuple[int, ...]
    """Numbers of the sentences in the last piece's passage."""

    @property
    def place(self) -> Place:
        return self.pieces[-1][0]

    @property
    def text(self) -> str:
        return " … ".join(place.passage.text[start:end] for place, start, end in self.pieces)

    @property
    def own(self) -> str:
        place, start, end = self.pieces[-1]
        return place.passage.text[start:end]


def candidates(sections: Sections, rows: Iterable[int], language: Language) -> list[Candidate]:
    """All sentences of the rows that can stand alone, in the reader's language where an edition has it."""
    return [found for row in rows for found in _of_section(sections, row, language)]


def reading_places(places: Sequence[Place], language: Language) -> list[Place]:
    """The passages of a section in the edition to read, in order."""
    order: dict[Language, tuple[Language, ...]] = {
        "zh-Hant": ("zh-Hant", "zh-Hans", "en"),
        "zh-Hans": ("zh-Hans", "zh-Hant", "en"),
        "en": ("en", "zh-Hant", "zh-Hans"),
    }
    first = min(places, key=lambda place: order[language].index(place.edition.lang))
    return [place for place in places if place.edition.id == first.edition.id]


def _of_section(sections: Sections, row: int, language: Language) -> Iterator[Candidate]:
    read = reading_places(sections.places[row], language)
    if read[0].section.kind not in BODIES:
        return
    scenario, lead = _scenario(sections, read[0]), _lead(sections, read[0])
    for place in read:
        text = place.passage.text
        for number, (start, end) in enumerate(place.sentences):
            numbers = [number]
            before = scenario if number or place.passage.part else [*scenario, *lead]
            start = start if number or place.section.kind != "item" else _after_number(text)
            if _leans(text[start:end]):
                if not number or _leans(text[slice(*place.sentences[number - 1])]):
                    continue
                start = place.sentences[number - 1][0]
                numbers = [number - 1, number]
            if not _stands(text[start:end], leads=bool(before)):
                continue
            end = start + len(text[start:end].rstrip(";；"))
            pieces = (*before, (place, start, end))
            found = Candidate(pieces, frozenset(content_words(text[start:end])), tuple(numbers))
            if width(found.text) <= MAX_WIDTH:
                yield found


def _after_number(text: str) -> int:
    """Where the words of a heading begin."""
    match = re.match(r"[\d一二三四五六七八九十.、．)）(（\s]*[.、．)）\s]\s*(?=\S)", text)
    return match.end() if match else 0


def _lead(sections: Sections, place: Place) -> list[Piece]:
    """The line that introduces a bullet, where it says more than that something follows."""
    section, edition = place.section, place.edition
    if section.kind != "bullet":
        return []
    listed = edition.outline.sections
    for other in reversed(listed[: listed.index(section)]):
        if other.anchor == section.parent or (other.parent == section.parent and other.kind in ("paragraph", "item")):
            for lead in reading_places_of(sections, place, other.anchor)[-1:]:
                start, end = lead.sentences[-1]
                words = lead.passage.text[start:end]
                return [(lead, start, end)] if words.endswith((":", "：")) and width(words) >= LEAD_WIDTH else []
            return []
    return []


def _scenario(sections: Sections, place: Place) -> list[Piece]:
    """The heading of a case that a sentence holds in only: a scenario."""
    listed = {section.anchor: section for section in place.edition.outline.sections}
    above = listed.get(place.section.parent or "")
    while above is not None:
        if above.kind in HEADINGS and asks("scenario", above.title):
            for heading in reading_places_of(sections, place, above.anchor)[:1]:
                return [(heading, _after_number(heading.passage.text), len(heading.passage.text))]
        above = listed.get(above.parent or "")
    return []


def reading_places_of(sections: Sections, place: Place, anchor: str) -> list[Place]:
    """The passages of another section in the same edition."""
    row = sections.row(place.work, anchor)
    return [] if row is None else [p for p in sections.places[row] if p.edition.id == place.edition.id]


def _leans(sentence: str) -> bool:
    """Whether a sentence begins with what only the one before it explains: it, this, however."""
    return _begins("leaning").match(fold(sentence.lstrip("\"'「『“‘( "))) is not None


def _stands(sentence: str, *, leads: bool) -> bool:
    """Whether a text is a sentence, or a member of the list that its lead introduces, and points at nothing shown."""
    whole = sentence.rstrip("\"'」』”’)）").endswith(tuple("。！？.!?"))
    whole = whole or (sentence.endswith((";", "；")) and (leads or width(sentence) >= MEMBER_WIDTH))
    return whole and width(sentence) >= MIN_WIDTH and not asks("pointing", sentence)


@cache
def _begins(key: str) -> re.Pattern[str]:
    cues = [fold(cue) for cue in prompts.cues(key)]
    return re.compile("|".join(rf"{re.escape(cue)}\b" if cue[0].isascii() else re.escape(cue) for cue in cues))
