"""From what the sections found say to a verdict on one claim: supported, contradicted, or not in the report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chat.conflicts import (
    Finding,
    conflicts,
    differs_in_year,
    has_verbatim,
    is_alternative,
    is_unheard,
    outweighs,
    turned,
)
from chat.evidence import Evidence, SourceText, section_evidence, sentence_at
from chat.names import Names
from chat.numbers import occurs
from chat.problem import Problem, ProblemKind
from chat.reading import Reading, read
from chat.rivals import with_rival
from chat.span import Span
from chat.support import support
from chat.wording import said_by, shared_words
from ingest.document import BODIES, CAPTIONS
from vectorstore.build import Build
from vectorstore.retrieve import Hit, Search
from vectorstore.words import fold

SECTIONS = 6
"""How many of the best sections are looked through."""


Verdict = Literal["supported", "contradicted", "not_in_report"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a section must share with a claim; chosen on the gold claims by cross-validation (evals/claims.py)."""

    supported: float = 0.4
    """Of its words, names and figures, to support it …"""

    words: float = 0.34
    """… and of its words alone."""

    contradicted: float = 0.4
    """To speak of the same, so that what differs contradicts it."""


@dataclass(frozen=True, slots=True)
class DecidedReason:
    type: str
    claim_says: str
    document_says: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict with its reasons, and the sentences that decide it beside those of the reasons."""

    verdict: Verdict
    reasons: tuple[DecidedReason, ...]
    spans: tuple[Span, ...]


def findings(
    search: Search, claim: str, works: Collection[str], names: Names, sentence: str | None = None
) -> list[Finding]:
    """The best sections for a claim, best first. `sentence`: the one that the claim is a half of."""
    reading = read(claim, names)
    hits = search.hits(claim, works)  # first, for it embeds the claim together with its words
    near = search.sentence_similarities(claim)
    found = []
    looked_at = [hit for hit in hits[: 3 * SECTIONS] if hit.places[0].section.kind in (*BODIES, *CAPTIONS)]
    named = [hit for hit in hits if hit.anchor in _tables(claim)] if _tables(claim) else []
    for hit in dict.fromkeys([*looked_at[:SECTIONS], *named]):
        evidence = _evidence(hit, search.build)
        share, _ = shared_words(reading, evidence.texts, names)
        words, _ = shared_words(reading, evidence.texts, names, plain=True)
        alike = max((near.get((p.index, n), 0.0) for p in hit.places for n in range(len(p.sentences))), default=0.0)
        problems = tuple(support(claim, [evidence], names))
        if sentence and sentence != claim:
            problems = _within(sentence, problems, evidence, names)
        found.append(Finding(hit, evidence, problems, share, words, alike))
    return found


_TERMS: frozenset[ProblemKind] = frozenset({"condition", "attribution"})
_LONGEST = 600
"""Characters of a sentence that is looked at beside each section."""


def _within(sentence: str, problems: tuple[Problem, ...], evidence: Evidence, names: Names) -> tuple[Problem, ...]:
    """The problems of half a sentence, less the terms that its other half names: "it depends on two things: …; …"."""
    if len(sentence) > _LONGEST or not any(problem.kind in _TERMS for problem in problems):
        return problems
    missing = {problem.kind for problem in support(sentence, [evidence], names)}
    return tuple(problem for problem in problems if problem.kind not in _TERMS or problem.kind in missing)


def _evidence(hit: Hit, build: Build) -> Evidence:
    """The section in every edition: the languages as found, in each the original before the digest."""
    editions = [edition for edition in build.editions.values() if edition.work == hit.work]
    languages = list(dict.fromkeys([*(place.edition.lang for place in hit.places), *(e.lang for e in editions)]))
    editions.sort(key=lambda edition: (languages.index(edition.lang), _KINDS.index(edition.kind)))
    return section_evidence(hit.anchor, editions)[0]


_KINDS = ("original", "translation", "digest")


def decide(claim: str, found: Sequence[Finding], names: Names, thresholds: Thresholds) -> Decided:
    """The verdict on a claim from the sections found for it."""
    reading = read(claim, names)
    against = sorted(_opponents(reading, found, names, thresholds), key=lambda one: -one[0].share)
    for finding in found:
        if _supports(finding, reading, thresholds) and not turned(finding, reading, names):
            if against and outweighs(against[0][1], against[0][0], finding, reading, names):
                break
            mild = [_reason(problem) for problem in finding.problems if problem.kind == "bound"]
            return Decided("supported", tuple(mild), _deciding(reading, finding, names))
    for finding, problems in against:
        told = [with_rival(problem, reading, finding.evidence, names) for problem in problems]
        return Decided("contradicted", tuple(map(_reason, told)), ())
    return _absent(claim, reading, found, names)


def _opponents(
    reading: Reading, found: Sequence[Finding], names: Names, thresholds: Thresholds
) -> Iterator[tuple[Finding, list[Problem]]]:
    """The sections that speak of the same and say otherwise, with what they say otherwise."""
    for finding in found:
        against = [problem for problem in finding.problems if conflicts(problem, finding, reading, found, names)]
        if not against and (turn := turned(finding, reading, names)):
            against = [turn]
        close = finding.share >= thresholds.contradicted or any(
            differs_in_year(problem) or is_alternative(problem, names) for problem in against
        )
        if against and close and not any(is_unheard(p, finding, reading, found, names) for p in finding.problems):
            yield finding, against


_MILD: frozenset[ProblemKind] = frozenset({"bound", "wording"})


def _supports(finding: Finding, reading: Reading, thresholds: Thresholds) -> bool:
    if finding.evidence.is_caption and reading.figures and not has_verbatim(finding, reading):
        return False
    problems = {problem.kind for problem in finding.problems}
    enough = finding.share >= thresholds.supported and finding.words >= thresholds.words
    return enough and problems <= _MILD


def _absent(claim: str, reading: Reading, found: Sequence[Finding], names: Names) -> Decided:
    """Not in the report; only in a table without body, where the claim speaks of one or has figures that fit one."""
    if _TABLE.search(fold(claim)):
        captions = sorted(
            (finding for finding in found if finding.evidence.is_caption),
            key=lambda finding: finding.hit.anchor not in _tables(claim),
        )
        for finding in captions[:1]:
            text = _text_for(finding, reading)
            span = text.span(0, len(text.text))
            return Decided("not_in_report", (DecidedReason("missing-table", claim, text.text, span),), ())
    best = max(found, key=lambda finding: finding.share, default=None)
    if best is None or best.share < 0.25:
        return Decided("not_in_report", (), ())
    reasons = [DecidedReason(p.kind, p.says, "", None) for p in best.problems if p.kind in ("figure", "date", "name")]
    return Decided("not_in_report", tuple(reasons), (_closest(reading, best, names),))


_TABLE = re.compile(r"[表图]\s?[0-9一二三四五六]|图表|\b(?:table|figure|chart)\s?[0-9]?\b")
_NUMBERED = re.compile(
    r"(?P<table>表|\btable)?(?(table)|(?:图|\b(?:figure|chart)))\s?(?P<number>[0-9]{1,2})(?![0-9.%])"
)


def _tables(claim: str) -> frozenset[str]:
    """The anchors of the tables and figures that a claim names by number."""
    found = _NUMBERED.finditer(fold(claim))
    return frozenset(f"{'table' if match['table'] else 'figure'}-{match['number']}" for match in found)


def _reason(problem: Problem) -> DecidedReason:
    span = problem.text.span(problem.start, problem.end) if problem.text is not None else None
    return DecidedReason(problem.kind, problem.says, problem.source, span)


def _text_for(finding: Finding, reading: Reading) -> SourceText:
    """The edition to quote: one in the claim's language, if there is one."""
    return next((text for text in finding.evidence.texts if text.side == reading.side), finding.evidence.texts[0])


def _deciding(reading: Reading, finding: Finding, names: Names) -> tuple[Span, ...]:
    """The sentences that together print every figure of a claim that the section prints, the closest first."""
    text = _text_for(finding, reading)
    there = read(text.text, names)
    numbers = _closest_first(reading, there)
    chosen = numbers[:1]
    for figure in reading.figures:
        printing = [n for n in numbers if occurs(figure, (f for c in there.sentence(n) for f in c.figures))]
        if printing and not set(printing) & set(chosen):
            chosen.append(printing[0])
    return tuple(_sentence_span(text, there, number) for number in chosen)


def _closest(reading: Reading, finding: Finding, names: Names) -> Span:
    """The sentence that shares most with a claim, in its language if there is an edition in it."""
    text = _text_for(finding, reading)
    there = read(text.text, names)
    return _sentence_span(text, there, _closest_first(reading, there)[0])


def _closest_first(reading: Reading, there: Reading) -> list[int]:
    """The sentences of a text by what they share with a claim."""
    mine = said_by(reading.clauses)
    numbers = {clause.sentence for clause in there.clauses}
    return sorted(numbers, key=lambda number: (-len(mine & said_by(there.sentence(number))), number))


def _sentence_span(text: SourceText, there: Reading, number: int) -> Span:
    span = text.span(*sentence_at(text, there.sentence(number)[0].start))
    assert span is not None
    return span
