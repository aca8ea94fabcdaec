"""Sentences of the documents that can stand alone, with what they need: the lead, the scenario, the one before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chat.leaning import begins, is_first_person, leans, turns, wants_next
from chat.modality import on_terms
from chat.understand import asks
from ingest.document import BODIES, HEADINGS, Language
from ingest.passages import ends_as_sentence, width
from vectorstore.places import Place
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
    """Numbers of the sentences in its passage."""

    place: Place
    """The passage it was found in; of a list that is one sentence, that of a member."""

    turns: bool = False
    """Its last sentence turns away from what stands before it."""

    @property
    def skips(self) -> bool:
        """Whether sentences of its passage are left out between two of its own."""
        return len(self.sentences) < self.sentences[-1] - self.sentences[0] + 1

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
    members = _members(sections, read[0]) if lead else []
    listed = _candidate([*scenario, *lead, *members], (0,), sections, read[0]) if members else None
    if listed is not None:
        yield listed
    title = _title(sections, read[0])
    for place in read:
        for number in range(len(place.sentences)):
            if listed is not None and not number and not place.passage.part:
                continue
            own = _with_neighbours(place, number)
            if not own:
                continue
            start, end = _reach(place, own[0], own[-1])
            before = scenario if number or place.passage.part else [*scenario, *lead]
            if not before and not own[0] and begins("unnamed", fold(place.passage.text[start:end])):
                before = title
            pieces = [(place, start, end)]
            if len(own) < own[-1] - own[0] + 1:
                pieces = [(place, *_reach(place, n, n)) for n in own]
            if not _stands(place.passage.text[start:end], leads=bool(before)):
                continue
            if (found := _candidate([*before, *pieces], own, sections, place)) is not None:
                yield found


def _candidate(pieces: Sequence[Piece], numbers: Sequence[int], sections: Sections, place: Place) -> Candidate | None:
    """Pieces as a candidate of a place, after the authors' names where they speak of themselves; None if too wide."""
    said = fold(" ".join(at.passage.text[start:end] for at, start, end in pieces))
    pieces = (*(_byline(sections, place) if is_first_person(said) else ()), *pieces)
    at, start, end = pieces[-1]
    end = start + len(at.passage.text[start:end].rstrip(";；"))
    turned = len(numbers) > 1 and turns(fold(at.passage.text[slice(*at.sentences[numbers[-1]])]))
    words = frozenset(content_words(said))
    found = Candidate((*pieces[:-1], (at, start, end)), words, tuple(numbers), place, turned)
    return found if width(found.text) <= MAX_WIDTH else None


def _with_neighbours(place: Place, number: int) -> list[int]:
    """A sentence with the one that it needs: the one before, the next; of a turn, what stands before all that leans
    on it. Empty where it needs more."""
    mine = fold(place.passage.text[slice(*place.sentences[number])])
    if wants_next(mine):
        after = number + 1 < len(place.sentences)
        return [number, number + 1] if after and not _needs_before(place, number) else []
    if not _needs_before(place, number):
        return [number]
    before = number - 1
    while before >= 0 and turns(mine) and _needs_before(place, before):
        before -= 1
    return [before, number] if before >= 0 and not _needs_before(place, before) else []


def _reach(place: Place, first: int, last: int) -> tuple[int, int]:
    """From one sentence to another, without the number of an item's heading."""
    start = place.sentences[first][0]
    if not first and place.section.kind == "item":
        start = _after_number(place.passage.text)
    return start, place.sentences[last][1]


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


def _members(sections: Sections, place: Place) -> list[Piece]:
    """The members of a list that is one sentence: bullets of one level after their lead, a semicolon after each but
    the last. Any of them alone would say that there is no other."""
    listed = place.edition.outline.sections
    parent, at = place.section.parent, listed.index(place.section)
    first = last = at
    while listed[first - 1].kind == "bullet" and listed[first - 1].parent == parent:
        first -= 1
    while last + 1 < len(listed) and listed[last + 1].kind == "bullet" and listed[last + 1].parent == parent:
        last += 1
    pieces: list[Piece] = []
    for section in listed[first : last + 1]:
        for member in reading_places_of(sections, place, section.anchor)[:1]:
            pieces.append((member, *member.sentences[0]))
    ends = [member.passage.text[start:end].endswith((";", "；")) for member, start, end in pieces]
    alone = all(len(member.sentences) == 1 for member, _, _ in pieces[:-1])
    return pieces if len(pieces) > 1 and alone and all(ends[:-1]) and not ends[-1] else []


def _byline(sections: Sections, place: Place) -> list[Piece]:
    """The authors' names, as the document gives them."""
    for line in reading_places_of(sections, place, "0.author")[:1]:
        label = re.match(r"[^:：]{1,12}[:：]\s*", line.passage.text)
        return [(line, label.end() if label else 0, len(line.passage.text))]
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


def _title(sections: Sections, place: Place) -> list[Piece]:
    """The bullet above, where it is a title: it names what "a major event" below it was."""
    if place.section.kind != "bullet" or not place.section.parent:
        return []
    for above in reading_places_of(sections, place, place.section.parent)[:1]:
        words = above.passage.text
        if above.section.kind == "bullet" and len(above.sentences) == 1 and not ends_as_sentence(words):
            return [(above, 0, len(words))]
    return []


def reading_places_of(sections: Sections, place: Place, anchor: str) -> list[Place]:
    """The passages of another section in the same edition."""
    row = sections.row(place.work, anchor)
    return [] if row is None else [p for p in sections.places[row] if p.edition.id == place.edition.id]


def _needs_before(place: Place, number: int) -> bool:
    """Whether a sentence says something else without the one before: it leans on it, or holds on its terms."""
    mine = fold(place.passage.text[slice(*place.sentences[number])])
    if leans(mine, first=not number):
        return True
    return number > 0 and not on_terms(mine) and on_terms(fold(place.passage.text[slice(*place.sentences[number - 1])]))


def _stands(sentence: str, *, leads: bool) -> bool:
    """Whether a text is a sentence, or a member of the list that its lead introduces, and points at nothing shown."""
    whole = sentence.rstrip("\"'」』”’)）").endswith(tuple("。！？.!?"))
    whole = whole or (sentence.endswith((";", "；")) and (leads or width(sentence) >= MEMBER_WIDTH))
    return whole and width(sentence) >= MIN_WIDTH and not asks("pointing", sentence)
