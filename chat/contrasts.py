"""Whether a statement turns what its sources say: the other way, denied, surer, without its terms or its source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from chat.problem import Problem, ProblemKind
from chat.reading import STRENGTHS, Clause, Pole, Reading
from chat.wording import Counterpart, Source


def contrast_problems(statement: Reading, sources: Sequence[Source], pairs: Sequence[Counterpart]) -> list[Problem]:
    """The problems of a statement beside its counterparts; each kind once."""
    found: dict[ProblemKind, Problem] = {}
    for pair in pairs:
        for kind, check in _CHECKS.items():
            says = check(pair, statement, sources)
            if says and kind not in found:
                found[kind] = Problem(kind, says, *pair.problem_at())
    return list(found.values())


# Direction


def _direction(pair: Counterpart, statement: Reading, _: Sequence[Source]) -> str:
    mine = _sides(pair.clause.poles)
    theirs = _sides(pair.other.poles)
    whole = _sides(pole for clause in pair.sentence for pole in clause.poles)
    said = _sides(pole for clause in statement.clauses for pole in clause.poles)
    for axis, sides in mine.items():
        against = theirs.get(axis) or whole.get(axis, set())
        if against and not sides & against and not sides & whole.get(axis, set()) and not against & said[axis]:
            return next(pole.word for pole in pair.clause.poles if pole.axis == axis)
    return ""


_FLIPPED = {"up": "down", "down": "up", "high": "low", "low": "high"}


def _sides(poles: Iterable[Pole]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pole in poles:
        side = _FLIPPED.get(pole.side, f"not {pole.side}") if pole.denied else pole.side
        found.setdefault(pole.axis, set()).add(side)
    return found


# Negation


def _negation(pair: Counterpart, statement: Reading, _: Sequence[Source]) -> str:
    theirs = pair.sentence
    plain_there = frozenset().union(*(clause.words for clause in theirs))
    plain_here = frozenset().union(*(clause.words for clause in statement.clauses))
    denied_there = [words for clause in theirs for words in clause.denied]
    denied_here = [words for clause in statement.clauses for words in clause.denied]
    for words in pair.clause.denied:
        if _mostly(words, plain_there) and not any(
            _mostly(words, other) or _mostly(other, words) for other in denied_there
        ):
            return _folded(pair.clause)
    for words in denied_there:
        if _mostly(words, plain_here) and not any(
            _mostly(words, other) or _mostly(other, words) for other in denied_here
        ):
            return _folded(pair.clause)
    return ""


def _mostly(words: frozenset[str], among: frozenset[str]) -> bool:
    return bool(words) and len(words & among) >= max(1, len(words) / 2)


# How sure


def _hedge(pair: Counterpart, statement: Reading, sources: Sequence[Source]) -> str:
    certain = pair.clause.certain
    if certain and not any(clause.certain for source in sources for clause in source.reading.clauses):
        return certain
    needed, has = STRENGTHS.index(pair.other.strength), STRENGTHS.index(pair.clause.strength)
    if not needed or has:
        return ""
    if pair.other.strength and any(
        clause.strength
        for clause in statement.clauses
        if clause.sentence == pair.clause.sentence and clause.start <= pair.clause.start
    ):
        return ""
    return _folded(pair.clause)


# On what terms


def _condition(pair: Counterpart, statement: Reading, _: Sequence[Source]) -> str:
    terms = [clause for clause in pair.sentence if clause.condition]
    if not terms or pair.other in terms or any(clause.condition for clause in statement.clauses):
        return ""
    stated = frozenset().union(*(clause.words for clause in statement.clauses))
    if any(len(clause.words & stated) >= 0.5 * len(clause.words) for clause in terms):
        return ""
    return _folded(pair.clause)


# On whose word


def _attribution(pair: Counterpart, statement: Reading, _: Sequence[Source]) -> str:
    theirs = {name.key for name in pair.other.sources}
    mine = {name.key for name in statement.names}
    if theirs and not theirs & mine:
        return _folded(pair.clause)
    return ""


def _folded(clause: Clause) -> str:
    return clause.folded.strip()


_Check = Callable[[Counterpart, Reading, Sequence[Source]], str]
_CHECKS: dict[ProblemKind, _Check] = {
    "direction": _direction,
    "negation": _negation,
    "hedge": _hedge,
    "condition": _condition,
    "attribution": _attribution,
}
