"""Whether a statement says of someone what its sources say of them: names that are not there, figures of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chat.evidence import Evidence, SourceText, sentence_at
from chat.names import Name, Names
from chat.numbers import Figure, same
from chat.problem import Problem
from chat.reading import Clause, Pole, Reading, read
from vectorstore.words import fold

_OWNERS = (
    "companies",
    "indices",
    "exchanges",
    "cryptocurrencies",
    "institutions",
    "people",
    "commodities",
    "proper",
    "word",
)
"""Kinds of names that figures and deeds are those of."""


def name_problems(statement: Reading, evidence: Sequence[Evidence], names: Names) -> list[Problem]:
    """A problem for each name that neither the sources nor their titles have in any spelling."""
    texts = [text for each in evidence for text in each.texts]
    parts = [part for text in texts for part in (text.text, *text.titles)]
    known = {name.key for part in parts for name in names.find(part)}
    folded = " ".join(map(fold, parts))
    missing = [name for name in statement.names if name.key not in known and not _is_there(name, statement, folded)]
    return [Problem("name", statement.text[name.start : name.end]) for name in missing]


def _is_there(name: Name, statement: Reading, folded: str) -> bool:
    spelt = fold(statement.text[name.start : name.end])
    return spelt in folded if name.kind in ("word", "term") or not spelt.isascii() else f" {spelt} " in f" {folded} "


def subject_problems(statement: Reading, evidence: Sequence[Evidence], names: Names) -> list[Problem]:
    """A problem for each figure that the sources print of others only than those whom the statement names with it."""
    found = []
    readings = [(text, read(text.text, names)) for each in evidence for text in each.texts]
    everyone = {name.key for _, reading in readings for name in reading.names if name.kind in _OWNERS}
    for figure, owners in _owned(statement):
        mine = {name.key for name in owners} & everyone
        if not mine or figure.kind == "date":
            continue
        printed = [
            (text, other, {name.key for name in theirs})
            for text, reading in readings
            for other, theirs in _owned(reading)
            if same(figure, other)
        ]
        if printed and all(theirs and not theirs & mine for _, _, theirs in printed):
            text, other, _ = printed[0]
            says = " ".join(statement.text[n.start : n.end] for n in owners)
            found.append(_problem(says, text, other, readings))
    return found


_RANKS = ("largest", "likeliest", "order")
"""Matters of which one alone takes a side: what is said of another is wrong of this one."""


def rank_problems(statement: Reading, evidence: Sequence[Evidence], names: Names) -> list[Problem]:
    """A problem where the statement calls one the largest, second or most likely that its sources call another."""
    readings = [(text, read(text.text, names)) for each in evidence for text in each.texts]
    printed = [
        (text, reading, pole, owners) for text, reading in readings for pole, owners in _ranked(reading) if owners
    ]
    known = {key for _, _, _, owners in printed for key in owners}
    found = []
    for pole, owners in _ranked(statement):
        alike = [p for p in printed if (p[2].axis, p[2].side) == (pole.axis, pole.side)]
        one_of = next((name for name in statement.names if name.key in owners and is_numbered(name)), None)
        if one_of is not None and not alike:
            found.append(Problem("extent", pole.word))
        if (owners & known or one_of) and alike and not any(owners & theirs for _, _, _, theirs in alike):
            text, _, other, _ = alike[0]
            says = statement.text[one_of.start : one_of.end] if one_of else pole.word
            found.append(Problem("subject", says, other.word, text, *sentence_at(text, other.start)))
    return found


def is_numbered(name: Name) -> bool:
    """Whether a name is that of one of several alternatives: scenario 2."""
    return name.key.startswith("scenario ")


def _ranked(reading: Reading) -> Iterator[tuple[Pole, set[str]]]:
    """Each rank that a text gives, and the name nearest to it in its clause or the one before; in a heading that
    numbers an alternative, that (Scenario 3: …, most likely)."""
    for place, clause in enumerate(reading.clauses):
        for pole in clause.poles:
            if pole.axis not in _RANKS:
                continue
            beside = list(clause.names or (reading.clauses[place - 1].names if place else ()))
            beside = beside or [n for c in reading.sentence(clause.sentence) for n in c.names if is_numbered(n)]
            near = sorted((n for n in beside if n.kind in _OWNERS), key=lambda n: abs(n.start - pole.start))
            yield pole, {name.key for name in near[:1]}


def _problem(says: str, text: SourceText, figure: Figure, readings: Sequence[tuple[SourceText, Reading]]) -> Problem:
    owners = next(
        owners for other, reading in readings if other is text for f, owners in _owned(reading) if f == figure
    )
    return Problem(
        "subject", says, " ".join(text.text[n.start : n.end] for n in owners), text, *sentence_at(text, figure.start)
    )


def _owned(reading: Reading) -> Iterator[tuple[Figure, list[Name]]]:
    """Each figure with those whom it may be of: the names of its clause, else the nearest before it in the passage.

    A name right behind a number is what it counts (310萬TEU), not whose it is.
    """
    latest: list[Name] = []
    for clause in reading.clauses:
        counted = {figure.end for figure in clause.figures if figure.kind == "number"}
        mine = [name for name in clause.names if name.kind in _OWNERS and name.start not in counted]
        latest = mine or latest
        for figure in clause.figures:
            yield figure, _nearest(figure, mine, clause) if mine else latest


def _nearest(figure: Figure, mine: Sequence[Name], clause: Clause) -> list[Name]:
    """The names of the clause before the figure back to the figure before; all of them if there are none."""
    before = [name for name in mine if name.start < figure.start]
    if not before:
        return list(mine)
    edge = max((f.end for f in clause.figures if f.end <= before[-1].start), default=clause.start)
    return [name for name in before if name.start >= edge]
