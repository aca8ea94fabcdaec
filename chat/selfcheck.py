"""Where documents contradict themselves: a percentage that its two figures do not give, lists that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Literal

import prompts
from chat.listings import differ, section_listings
from chat.names import Names, names_of
from chat.numbers import Figure, figures
from chat.span import Span
from ingest.document import CAPTIONS, Edition, Language, Section, UnknownDocument
from ingest.passages import sentence_spans
from vectorstore.build import Build
from vectorstore.words import content_words, fold, for_reader

MismatchKind = Literal["arithmetic", "list"]

ROUNDING, ABOUT = 0.6, 2.0
"""Percentage points by which a printed change may miss the computed one: by rounding, and where it says about."""


READ_WHOLE = 60_000
"""Characters of an edition up to which its lists are compared for an answer or a check: a second on one core."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Two statements of one edition that do not agree: what is printed, what the other place or arithmetic says."""

    kind: MismatchKind
    here: str
    there: str
    span: Span
    other: Span | None = None

    def turned(self) -> Mismatch | None:
        """The same as met at its other place."""
        return Mismatch(self.kind, self.there, self.here, self.other, self.span) if self.other else None


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Places of a work that do not agree, and what each prints; of one place, what its own figures give."""

    kind: MismatchKind
    printed: tuple[str, ...]
    places: tuple[Span, ...]
    computed: str = ""


def grouped(found: Sequence[Mismatch]) -> list[Inconsistency]:
    """The findings, those that share a place as one, in the order of the first of each."""
    groups: list[dict[Span, str]] = []
    single: list[Inconsistency] = []
    for mismatch in found:
        if mismatch.other is None:
            single.append(Inconsistency(mismatch.kind, (mismatch.here,), (mismatch.span,), mismatch.there))
            continue
        mine = {mismatch.span: mismatch.here, mismatch.other: mismatch.there}
        met = [group for group in groups if group.keys() & mine.keys()]
        groups = [group for group in groups if group not in met]
        groups.append({place: said for group in (*met, mine) for place, said in group.items()})
    listed = [sorted(group.items(), key=lambda one: one[0].start) for group in groups]
    lists = [Inconsistency("list", tuple(s for _, s in one), tuple(p for p, _ in one)) for one in listed]
    return sorted([*single, *lists], key=lambda one: one.places[0].start)


def selfcheck(build: Build, work: str) -> list[Mismatch]:
    """The inconsistencies that code finds in a work, each once, in its original if there is one.

    Raises UnknownDocument for a work that is not there.
    """
    edition = checked_edition(build, work)
    return list(edition_mismatches(edition, names_of(build)))


def checked_edition(build: Build, work: str) -> Edition:
    """The edition of a work that is looked through: its original if there is one. Raises UnknownDocument."""
    mine = [edition for edition in build.editions.values() if edition.work == work]
    if not mine:
        raise UnknownDocument("work-unknown", work=work)
    order = {"original": 0, "translation": 1, "digest": 2}
    return min(mine, key=lambda edition: (order[edition.kind], edition.lang))


def mismatches_at(spans: Sequence[Span], claim: str, build: Build) -> list[Mismatch]:
    """The inconsistencies that a claim meets in the quoted sentences, its own side of each first."""
    names = names_of(build)
    found = [
        met
        for span in spans
        for mismatch in _mismatches_near(span, names)
        for met in (mismatch, mismatch.turned())
        if met is not None and _overlap(met.span, span) and _is_about(met, claim, names)
    ]
    return list({frozenset({met.span, met.other}): met for met in found}.values())


def _mismatches_near(span: Span, names: Names) -> Iterator[Mismatch]:
    """Those within the section of a span, and, where the edition is not too long to be read whole, between lists."""
    edition = span.edition
    section = next((s for s in edition.outline.sections if s.anchor == span.anchor), None)
    if section is None or section.kind in CAPTIONS:
        return
    yield from _section_arithmetic(edition, section)
    if len(edition.document.text) > READ_WHOLE:
        return
    if any(_overlap(listing.span, span) for listing in section_listings(edition, section, names)):
        yield from _edition_lists(edition, names)


def _is_about(mismatch: Mismatch, claim: str, names: Names) -> bool:
    """Whether a claim speaks of what does not fit: it has two of its words; of a change, its percentage."""
    if mismatch.kind == "arithmetic":
        percentages = [f for f in figures(f"{mismatch.here} {mismatch.there}") if f.kind == "percent"]
        if not any(f.kind == "percent" and any(f.low == p.low for p in percentages) for f in figures(claim)):
            return False
    here, said = ({*content_words(text), *(n.key for n in names.find(text))} for text in (mismatch.span.quote, claim))
    return len(here & said) >= 2


def inconsistency_message(found: Inconsistency, language: Language) -> str:
    """What does not agree and where, as a sentence."""
    words = prompts.words(language)
    printed = [for_reader(said, language) for said in found.printed]
    places = words["details-semicolon"].join(
        dict.fromkeys(
            words["printed-at"].format(printed=said, anchor=place.anchor)
            for said, place in zip(printed, found.places, strict=True)
        )
    )
    key = "selfcheck-arithmetic" if found.computed else "selfcheck-lists"
    anchor = found.places[0].anchor
    return prompts.message(key, language, places=places, anchor=anchor, here=printed[0], there=found.computed)


def _overlap(one: Span, other: Span) -> bool:
    return one.anchor == other.anchor and one.start < other.end and other.start < one.end


def edition_mismatches(edition: Edition, names: Names) -> tuple[Mismatch, ...]:
    """The inconsistencies within one edition, in reading order."""
    arithmetic = [mismatch for section in _sections(edition) for mismatch in _section_arithmetic(edition, section)]
    return (*arithmetic, *_edition_lists(edition, names))


def _sections(edition: Edition) -> list[Section]:
    return [s for s in edition.outline.sections if s.start < s.end and s.kind not in CAPTIONS]


def _section_arithmetic(edition: Edition, section: Section) -> Iterator[Mismatch]:
    for start, end in sentence_spans(edition.document.text[section.start : section.end]):
        yield from _arithmetic(edition, section, section.start + start, section.start + end)


# Percentages

_FALLS = re.compile(r"跌|降|减|缩|少|下|fell|fall|drop|declin|down|shrank|plung|decreas|narrow|lost|went from")
_RISES = re.compile(r"升|涨|增|多|扩|rose|ris|grew|grow|increas|climb|surg|jump|up(?![a-z])")
_FROM_TO = re.compile(r"(?:至|到|→|to|in|year earlier|缩减|萎缩|剩下)")


def _arithmetic(edition: Edition, section: Section, start: int, end: int) -> Iterator[Mismatch]:
    text = edition.document.text[start:end]
    amounts = [f for f in figures(text) if f.kind in ("money", "level", "count", "number", "percent")]
    for place, figure in enumerate(amounts):
        pair = _pair_before(amounts[:place], text[: figure.start])
        if figure.kind != "percent" or pair is None or figure.low != figure.high:
            continue
        first, last = pair
        between = fold(text[first.start : figure.end])
        if not (_FALLS.search(between) or _RISES.search(between)) or not _FROM_TO.search(between):
            continue
        change = 100 * (last.low - first.low) / first.low
        room = ABOUT if figure.bound or first.bound or last.bound else ROUNDING
        if abs(abs(change) - figure.low) > room:
            printed = Span(edition, section.anchor, start, end, text)
            here = text[first.start : figure.end]
            yield Mismatch("arithmetic", here, f"{abs(change):.1f}%", printed)


def _pair_before(amounts: Sequence[Figure], text: str) -> tuple[Figure, Figure] | None:
    """The two figures right before a percentage that it may compare: of one kind and unit, no percentages."""
    if len(amounts) < 2:
        return None
    first, last = amounts[-2], amounts[-1]
    alike = first.kind == last.kind != "percent" and (first.unit == last.unit or "" in (first.unit, last.unit))
    parted = re.search(r"[;；。]", text[first.start :])
    return (first, last) if alike and first.low and not parted and first.kind in ("money", "level") else None


@lru_cache(maxsize=512)
def _edition_lists(edition: Edition, names: Names) -> tuple[Mismatch, ...]:
    found = [listing for section in _sections(edition) for listing in section_listings(edition, section, names)]
    return tuple(
        Mismatch("list", one.printed, other.printed, one.span, other.span)
        for one, other in combinations(found, 2)
        if one.span.anchor != other.span.anchor and differ(one, other)
    )
