"""Whether a statement turns what its sources say: the other way, denied, surer, without its terms or its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from chat.figure_check import agree_on_date
from chat.problem import Problem, ProblemKind
from chat.reading import Clause, Pole, Reading
from chat.wording import Counterpart, Source, figure_counterparts


def contrast_problems(statement: Reading, sources: Sequence[Source], pairs: Sequence[Counterpart]) -> list[Problem]:
    """The problems of a statement beside its counterparts; each kind once."""
    found: dict[ProblemKind, Problem] = {}
    for pair in pairs:
        for kind, check in _CHECKS.items():
            says = check(pair, statement, sources, pairs)
            if says and kind not in found:
                found[kind] = Problem(kind, says, *pair.problem_at())
    for printed in figure_counterparts(statement, sources):
        for kind, holds in _TERMS.items():
            if kind not in found and not any(holds(pair, statement) for pair in printed):
                found[kind] = Problem(kind, _typed(statement, printed[0].clause), *printed[0].problem_at())
    return list(found.values())


# Direction


CLEAR = 0.35
"""Share from which a counterpart tells which way something goes."""


def _direction(pair: Counterpart, statement: Reading, _: Sequence[Source], __: Sequence[Counterpart]) -> str:
    """A word of a clause that takes another side than all of its counterpart's sentence, which takes a side."""
    mine, theirs = sides_taken(pair.clause.poles), sides_taken(pair.other.poles)
    whole = sides_taken(pole for clause in pair.sentence for pole in clause.poles)
    said = sides_taken(pole for clause in statement.clauses for pole in clause.poles)
    for axis, sides in mine.items():
        against = theirs.get(axis) or (whole.get(axis, set()) if pair.share >= CLEAR else set())
        if _both_deny(pair) and _words_side(pair.clause, axis) & _words_side(pair.other, axis):
            continue
        if against and not sides & whole.get(axis, set()) and not against & said[axis]:
            pole = next(pole for pole in pair.clause.poles if pole.axis == axis)
            return statement.text[pole.start : pole.start + len(pole.word)]
    return ""


def _both_deny(pair: Counterpart) -> bool:
    """Whether both have a word of denial: what each governs (普漲難現, 難以普漲) is then no ground for a verdict."""
    return all(NEGATIVE.search(clause.folded) for clause in (pair.clause, pair.other))


def _words_side(clause: Clause, axis: str) -> set[str]:
    return {pole.side for pole in clause.poles if pole.axis == axis}


_FLIPPED = {"up": "down", "down": "up", "high": "low", "low": "high"}


def sides_taken(poles: Iterable[Pole]) -> dict[str, set[str]]:
    """The side that words take of each matter, what is denied turned."""
    found: dict[str, set[str]] = {}
    for pole in poles:
        side = _FLIPPED.get(pole.side, f"not {pole.side}") if pole.denied else pole.side
        found.setdefault(pole.axis, set()).add(side)
    return found


# Negation


def _negation(pair: Counterpart, statement: Reading, _: Sequence[Source], __: Sequence[Counterpart]) -> str:
    """Where one of two counterparts denies what the other says, and the other has no word of denial at all."""
    if not NEGATIVE.search(pair.other.folded) and any(_mostly(words, pair.other.full) for words in pair.clause.denied):
        return _typed(statement, pair.clause)
    for clause in pair.sentence:
        for words in clause.denied:
            mine = [other for other in statement.clauses if _mostly(words, other.full)]
            if mine and not any(NEGATIVE.search(other.folded) for other in statement.clauses):
                return _typed(statement, pair.clause)
    return ""


NEGATIVE = re.compile(
    r"[不未无非没难否莫勿免缺冇唔]|\b(?:not|no|never|without|hardly|difficult|fail\w*|rather|instead|than|unlikely|nor|cannot"
    r"|neither|un(?:able|willing)|lack\w*|barely|far from)\b|n't\b"
)
"""Any word of denial, however it governs."""


def _mostly(words: frozenset[str], among: frozenset[str]) -> bool:
    return bool(words) and len(words & among) >= max(1, len(words) / 2)


# When


def _date(pair: Counterpart, statement: Reading, _: Sequence[Source], __: Sequence[Counterpart]) -> str:
    """A date where the counterpart's sentence has others as fine only."""
    theirs = [f for clause in pair.sentence for f in clause.figures if f.kind == "date"]
    for figure in pair.clause.figures:
        rivals = [other for other in theirs if other.grain == figure.grain and other.unit == figure.unit]
        if figure.kind == "date" and rivals and not any(agree_on_date(figure, other) for other in theirs):
            return statement.text[figure.start : figure.end]
    return ""


# How sure


def _hedge(pair: Counterpart, statement: Reading, sources: Sequence[Source], pairs: Sequence[Counterpart]) -> str:
    certain = pair.clause.certain
    if certain and not any(clause.certain for source in sources for clause in source.reading.clauses):
        return certain
    if not pair.other.strength or pair.clause.strength:
        return ""
    needed = {other.other.start for other in pairs if other.other.strength}
    has = sum(bool(clause.strength) for clause in statement.clauses)
    return "" if has >= len(needed) else _typed(statement, pair.clause)


# On what terms


_ONLY_THEN = "才"
"""What the clause begins with that follows from the terms: 只有…,才可能…"""


def _condition(pair: Counterpart, statement: Reading, _: Sequence[Source], __: Sequence[Counterpart]) -> str:
    terms = [clause for clause in pair.sentence if clause.condition]
    terms = [clause for clause in terms if clause.condition != _ONLY_THEN] or terms
    if not terms or pair.other in terms or any(clause.condition for clause in statement.clauses):
        return ""
    stated = frozenset().union(*(clause.words for clause in statement.clauses))
    if any(len(clause.words & stated) >= 0.5 * len(clause.words) for clause in terms):
        return ""
    return _typed(statement, pair.clause)


# On whose word


def _attribution(pair: Counterpart, statement: Reading, _: Sequence[Source], __: Sequence[Counterpart]) -> str:
    theirs = {name.key for name in pair.other.sources}
    mine = {name.key for name in statement.names}
    if theirs and not theirs & mine:
        return _typed(statement, pair.clause)
    return ""


_TERMS: dict[ProblemKind, Callable[[Counterpart, Reading], bool]] = {
    "attribution": lambda pair, statement: not _attribution(pair, statement, (), ()),
    "hedge": lambda pair, statement: not pair.other.strength or any(clause.strength for clause in statement.clauses),
}
"""How a figure is printed, wherever a clause with it stands: on someone's word, as less than certain."""


def _typed(statement: Reading, clause: Clause) -> str:
    return statement.text[clause.start : clause.end].strip()


_Check = Callable[[Counterpart, Reading, Sequence[Source], Sequence[Counterpart]], str]
_CHECKS: dict[ProblemKind, _Check] = {
    "date": _date,
    "direction": _direction,
    "negation": _negation,
    "hedge": _hedge,
    "condition": _condition,
    "attribution": _attribution,
}
