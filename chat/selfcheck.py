"""Where documents contradict themselves: a percentage that its two figures do not give, lists of one thing that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Literal

from chat.names import Names, names_of
from chat.numbers import Figure, figures
from chat.span import Span
from ingest.document import CAPTIONS, Edition, Section, UnknownDocument
from ingest.passages import sentence_spans
from vectorstore.build import Build
from vectorstore.words import content_words, fold

MismatchKind = Literal["arithmetic", "list"]

ROUNDING, ABOUT = 0.6, 2.0
"""Percentage points by which a printed change may miss the computed one: by rounding, and where it says about."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Two statements of one work that do not agree: what is printed, what the other place or arithmetic says."""

    kind: MismatchKind
    here: str
    there: str
    span: Span
    other: Span | None = None


def selfcheck(build: Build, work: str) -> list[Mismatch]:
    """The inconsistencies that code finds in a work, each once, in its original if there is one.

    Raises UnknownDocument for a work that is not there.
    """
    mine = [edition for edition in build.editions.values() if edition.work == work]
    if not mine:
        raise UnknownDocument("work-unknown", work=work)
    order = {"original": 0, "translation": 1, "digest": 2}
    edition = min(mine, key=lambda edition: (order[edition.kind], edition.lang))
    return list(edition_mismatches(edition, names_of(build)))


def mismatches_at(spans: Sequence[Span], claim: str, build: Build) -> list[Mismatch]:
    """The inconsistencies of the quoted sentences' editions that a claim meets: in those sentences, with its words."""
    names = names_of(build)
    said = set(content_words(claim)) | {name.key for name in names.find(claim)}
    found = []
    for span in spans:
        for mismatch in edition_mismatches(span.edition, names):
            for place in (mismatch.span, mismatch.other):
                if place is None or place.anchor != span.anchor or not _overlap(place, span):
                    continue
                about = set(content_words(place.quote)) | {name.key for name in names.find(place.quote)}
                if len(said & about) >= 2 and (mismatch.kind == "list" or _has_figure(claim, mismatch)):
                    found.append(mismatch)
                    break
    return list(dict.fromkeys(found))


def _has_figure(claim: str, mismatch: Mismatch) -> bool:
    """Whether a claim speaks of a change whose percentage does not fit."""
    printed = figures(mismatch.here)
    return any(figure.kind == "percent" and any(f.low == figure.low for f in printed) for figure in figures(claim))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


@lru_cache(maxsize=64)
def edition_mismatches(edition: Edition, names: Names) -> tuple[Mismatch, ...]:
    """The inconsistencies within one edition, in reading order."""
    text = edition.document.text
    sections = [s for s in edition.outline.sections if s.start < s.end and s.kind not in CAPTIONS]
    arithmetic = [
        mismatch
        for section in sections
        for start, end in sentence_spans(text[section.start : section.end])
        for mismatch in _arithmetic(edition, section, section.start + start, section.start + end)
    ]
    return (*arithmetic, *_lists(edition, sections, names))


# Percentages

_FALLS = re.compile(r"跌|降|减|缩|少|下|fell|fall|drop|declin|down|shrank|plung|decreas|narrow|lost|went from")
_RISES = re.compile(r"升|涨|增|多|扩|rose|ris|grew|grow|increas|climb|surg|jump|up(?![a-z])")
_FROM_TO = re.compile(r"(?:至|到|→|to|in|year earlier|缩减|萎缩|剩下)")


def _arithmetic(edition: Edition, section: Section, start: int, end: int) -> Iterator[Mismatch]:
    text = edition.document.text[start:end]
    amounts = [f for f in figures(text) if f.kind in ("money", "level", "count", "number", "percent")]
    for place, figure in enumerate(amounts):
        pair = _pair_before(amounts[:place], text)
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
    parted = re.search(r"[;；。]", text[first.start : last.end])
    return (first, last) if alike and first.low and not parted and first.kind in ("money", "level") else None


# Lists


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in a sentence: what it lists, by label, and its members by key."""

    label: frozenset[str]
    members: frozenset[str]
    printed: str
    span: Span


def _lists(edition: Edition, sections: Sequence[Section], names: Names) -> Iterator[Mismatch]:
    found = [listing for section in sections for listing in _listings(edition, section, names)]
    for one, other in combinations(found, 2):
        if one.span.anchor == other.span.anchor or not one.label & other.label:
            continue
        if one.members != other.members:
            yield Mismatch("list", one.printed, other.printed, one.span, other.span)


def _listings(edition: Edition, section: Section, names: Names) -> Iterator[Listing]:
    at = section.start
    text = edition.document.text[at : section.end]
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        span = Span(edition, section.anchor, at + start, at + end, sentence)
        yield from _named(sentence, span, names)
        yield from _counted(sentence, span)


_JOINT = re.compile(r"\s*(?:、|,|，|/|and|和|與|与|及|以及|, and)\s*")


def _named(sentence: str, span: Span, names: Names) -> Iterator[Listing]:
    """Names in a row, with the words right before or after them as the label: core assets such as A, B."""
    run: list[tuple[int, int, str]] = []
    listed = [(n.start, n.end, n.key) for n in names.find(sentence) if n.kind not in ("term", "technologies", "events")]
    for name in [*listed, (len(sentence) + 1, len(sentence) + 1, "")]:
        if run and not _JOINT.fullmatch(sentence[run[-1][1] : name[0]]):
            if len(run) > 1:
                label = _label(sentence, run[0][0], run[-1][1])
                printed = sentence[run[0][0] : run[-1][1]]
                yield Listing(label, frozenset(key for _, _, key in run), printed, span)
            run = []
        run.append(name)


_SUCH = re.compile(r"[\s(（:：,，\"]*(?:如|例如|包括|包含|such as|like|including|include)?[\s(（:：,，\"]*\Z")


def _label(sentence: str, start: int, end: int) -> frozenset[str]:
    """What is listed: the noun right before the list; before or after it, where it is a heading."""
    before = _SUCH.sub("", sentence[:start])
    head = re.split(r"[:：]", sentence, maxsplit=1)
    found = {_noun(before), _noun(head[0]) if len(head) > 1 else ""}
    return frozenset(label for label in found if label)


def _noun(text: str) -> str:
    """The last noun phrase of a text: four Chinese characters or two English words."""
    folded = fold(text).rstrip(" ,.;:\"'()的")
    if match := re.search(r"[\u4e00-\u9fff]{4}\Z", folded):
        return match[0]
    words = re.findall(r"[a-z-]+", folded)[-2:]
    return " ".join(words) if len(words) == 2 else ""


_COUNTED = re.compile(
    r"(?P<count>[三四五兩两二])(?:條|条|大|個|个|項|项)[^,，。:：、]{0,8}?(?P<noun>主線|主线|關鍵|关键|特徵|特征|支柱|因素)"
    r"|\b(?P<word>two|three|four|five) (?:[a-z]+ )?(?P<en>lines|threads|keys|pillars|drivers|features|factors)\b",
    re.IGNORECASE,
)
_COUNT = {"二": 2, "兩": 2, "两": 2, "三": 3, "四": 4, "五": 5, "two": 2, "three": 3, "four": 4, "five": 5}
_SAME_NOUN = {"threads": "lines"}


def _counted(sentence: str, span: Span) -> Iterator[Listing]:
    """A counted list: three main lines, with as many members beside it."""
    for match in _COUNTED.finditer(sentence):
        count = _COUNT[fold(match["count"] or match["word"])]
        noun = fold(match["noun"] or match["en"])
        for beside in (sentence[match.end() :], sentence[: match.start()]):
            members = _members(beside, count, after=beside is not sentence[: match.start()])
            if members:
                label = f"{count} {_SAME_NOUN.get(noun, noun)}"
                yield Listing(frozenset({label}), frozenset(map(fold, members)), ", ".join(members), span)
                break


def _members(beside: str, count: int, *, after: bool) -> list[str]:
    """So many parts of the clauses beside a count, parted by commas and "and"; none if there are not as many."""
    if after:
        introduced = re.match(r"[^:：]{0,80}[:：]\s*", beside)
        clause = re.split(r"[。.;；](?:\s|$)", beside[introduced.end() :] if introduced else "")[0]
    else:
        clause = re.split(r"[。;；,，]|围绕|圍繞|around", beside)[-1] or ""
    parts = re.split(
        r"、|,\s*(?:以及|and\s)?|，\s*(?:以及)?|\s*以及\s*|\s+and\s+|與|与|和(?=[^平])", clause.strip(" \"'")
    )
    members = [part.strip(" ,，") for part in parts if part.strip(" ,，")]
    return members if len(members) == count else []
