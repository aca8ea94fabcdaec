"""Whether the figures of a statement are those of its sources: values, units, dates, bounds, and whose they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import groupby

from chat.evidence import Evidence, SourceText, sentence_at
from chat.numbers import Figure, covers, figures, occurs, same, without_year
from chat.problem import Problem, ProblemKind
from chat.reading import Reading
from vectorstore.words import fold

_SMALL = 12
"""Counts up to it (three scenarios) are often those of a list that the source does not count."""


def figure_problems(statement: Reading, evidence: Sequence[Evidence]) -> list[Problem]:
    """A problem for each figure that no edition of the sources has, or has of another subject or bound."""
    texts = [text for each in evidence for text in each.texts]
    printed = [(text, figure) for text in texts for figure in figures(text.text)]
    context = [figure for text in texts for title in text.titles for figure in figures(title)]
    found = []
    for clause in statement.clauses:
        for figure in clause.figures:
            if _is_own_words(figure, [other for _, other in printed]) and any(_lists(text, figure) for text in texts):
                continue
            problem = _problem(figure, statement, printed, context) or _bound(figure, statement, printed)
            found += [problem] if problem else []
    return found


def _problem(
    figure: Figure,
    statement: Reading,
    printed: Sequence[tuple[SourceText, Figure]],
    context: Sequence[Figure],
) -> Problem | None:
    among = [other for _, other in printed]
    if _is_printed(figure, among, context):
        return None
    kind: ProblemKind = "date" if figure.kind == "date" else "figure"
    rival = nearest_rival(figure, printed)
    says = statement.text[figure.start : figure.end]
    if rival is None:
        return Problem(kind, says)
    text, other = rival
    return Problem(kind, says, text.text[other.start : other.end], text, *sentence_at(text, other.start))


def _is_printed(figure: Figure, among: Sequence[Figure], context: Sequence[Figure]) -> bool:
    if occurs(figure, among):
        return True
    if figure.kind != "date":
        return False
    known = [*among, *context]
    if any(other.kind == "date" and _agrees(figure, other, known) for other in known):
        return True
    return len(ends := _range_ends(figure)) == 2 and all(occurs(end, known) for end in ends)


def _agrees(figure: Figure, other: Figure, known: Sequence[Figure]) -> bool:
    """Whether a date says no more than another: it contains it (2026, the first half of 2026), or only one of them
    has a year, which stands elsewhere."""
    if same(figure, other) or (covers(figure, other) and figure.grain != other.grain):
        return True
    one, two = without_year(figure), without_year(other)
    if "no year" not in (figure.unit, other.unit) or not (same(one, two) or covers(one, two)):
        return False
    dated = figure if other.unit == "no year" else other
    return dated.unit == "no year" or dated is other or any(_year(dated) == _year(fact) for fact in known)


def agree_on_date(one: Figure, other: Figure) -> bool:
    """Whether two dates may be the same time, one of them less exactly told."""
    bare_one, bare_other = without_year(one), without_year(other)
    if "no year" in (one.unit, other.unit) and "no year" in (bare_one.unit, bare_other.unit):
        return same(bare_one, bare_other) or covers(bare_one, bare_other) or covers(bare_other, bare_one)
    return same(one, other) or covers(one, other) or covers(other, one)


def _year(figure: Figure) -> int:
    return date.fromordinal(int(figure.low)).year if figure.kind == "date" and figure.unit != "no year" else 0


def _range_ends(figure: Figure) -> list[Figure]:
    if figure.low >= figure.high or figure.kind == "date":
        return []
    return [replace(figure, high=figure.low), replace(figure, low=figure.high)]


def _is_own_words(figure: Figure, among: Sequence[Figure]) -> bool:
    """A small count of what the sources do not count: three ways, where they list three."""
    if figure.kind not in ("count", "number") or figure.high > _SMALL or figure.low != figure.high:
        return False
    return figure.unit != "x" and not any(other.kind == "count" and other.high <= _SMALL for other in among)


_PARTED = re.compile(r"[\"“”「」『』()\[\]:]")
_BETWEEN_MEMBERS = re.compile(r"[、,;/](?:\s?(?:and|or|和|与|及|或)\b)?|[和与及或]|\b(?:and|or)\b")
_MEMBERS = ("bullet", "item")
_LONGEST_MEMBER = 40
"""Characters of what stands between two marks of an enumeration."""


def _lists(text: SourceText, figure: Figure) -> bool:
    """Whether a source has as many of something as a count says: members of the list that it is of or leads to, or of
    an enumeration in a sentence. A text that is of no edition may lead to any list."""
    if figure.high <= 1 or text.edition is None:
        return True
    sections = text.edition.outline.sections
    parent = next((section.parent for section in sections if section.anchor == text.anchor), None)
    members = Counter(section.parent for section in sections if section.kind in _MEMBERS)
    return figure.high in {members[text.anchor], members[parent], *_enumerated(text.text)}


@lru_cache(maxsize=2048)
def _enumerated(text: str) -> frozenset[int]:
    """How many members the enumerations of a text may have: the first may begin within what leads to it."""
    counts: set[int] = set()
    for part in _PARTED.split(fold(text)):
        pieces = _BETWEEN_MEMBERS.split(part)
        counts.add(len(pieces))
        for is_short, group in groupby(enumerate(pieces), key=lambda piece: len(piece[1]) <= _LONGEST_MEMBER):
            run = list(group)
            if is_short and len(run) > 1:
                counts |= {len(run), len(run) + (run[0][0] > 0)}
    return frozenset(counts)


def nearest_rival(figure: Figure, printed: Sequence[tuple[SourceText, Figure]]) -> tuple[SourceText, Figure] | None:
    """The figure of the same kind that the sources have instead, the nearest in value."""
    alike = [
        (text, other)
        for text, other in printed
        if other.kind == figure.kind or {figure.kind, other.kind} <= {"percent", "points", "multiple"}
    ]
    return min(alike, key=lambda pair: abs(pair[1].low - figure.low), default=None)


_OPPOSED = {("over", "under"), ("under", "over"), ("", "over"), ("", "under"), ("over", ""), ("under", "")}
_OPPOSED |= {("over", "about"), ("under", "about"), ("about", "over"), ("about", "under")}


def _bound(figure: Figure, statement: Reading, printed: Sequence[tuple[SourceText, Figure]]) -> Problem | None:
    """More than, less than or about a figure, where every source has it otherwise; "about" may be added only."""
    if figure.kind in ("date", "label", "count") and figure.bound == "":
        return None
    alike = [(text, other) for text, other in printed if same(figure, other) or _same_unbound(figure, other)]
    bounds = {other.bound for _, other in alike}
    if not alike or figure.bound in bounds or (figure.bound == "about" and "" in bounds):
        return None
    if figure.bound == "" and "about" not in bounds and not bounds & {"over", "under"}:
        return None
    text, other = alike[0]
    says = statement.text[max(0, figure.start - 10) : figure.end].strip()
    source = text.text[max(0, other.start - 6) : other.end].strip()
    return Problem("bound", says, source, text, *sentence_at(text, other.start))


def _same_unbound(one: Figure, other: Figure) -> bool:
    return same(replace(one, bound=""), replace(other, bound=""))
