"""What the document has in the place of a claim's figure: in the claim's language, of the same thing."""

from __future__ import annotations

from dataclasses import replace
from math import log

from chat.evidence import Evidence, SourceText, sentence_at
from chat.names import Names
from chat.numbers import Figure, figures
from chat.problem import Problem
from chat.reading import Clause, Reading, read
from chat.wording import said_by
from vectorstore.words import fold


def with_rival(problem: Problem, claim: Reading, evidence: Evidence, names: Names) -> Problem:
    """A problem of a figure or date beside the figure that stands in its place; any other as it is."""
    if problem.kind not in ("figure", "date") or not problem.source:
        return problem
    mine = next((f for f in claim.figures if claim.text[f.start : f.end] == problem.says), None)
    rivals = [
        (text, other)
        for text in evidence.texts
        if mine and text.side == claim.side
        for other in figures(text.text)
        if other.kind == mine.kind
    ]
    if mine is None or not rivals:
        return problem
    text, other = max(rivals, key=lambda rival: _likeness(mine, claim, rival[1], rival[0], names))
    start, end = sentence_at(text, other.start)
    return replace(problem, source=text.text[other.start : other.end], text=text, start=start, end=end)


def _likeness(
    mine: Figure, claim: Reading, other: Figure, text: SourceText, names: Names
) -> tuple[float, float, float]:
    """Words shared by the clauses of two figures, and half of those by their sentences; the word before; nearness."""
    there = read(text.text, names)
    here, clause = _clause_at(claim, mine), _clause_at(there, other)
    if here is None or clause is None:
        return (0.0, 0.0, 0.0)
    said = said_by(claim.clauses)
    shared = len(said & said_by([clause])) + 0.5 * len(said & said_by(there.sentence(clause.sentence)))
    led = _word_before(claim.text, mine) == _word_before(text.text, other)
    near = abs(log(abs(mine.low) or 1e-9) - log(abs(other.low) or 1e-9))
    return (shared, float(led), -near)


def _clause_at(reading: Reading, figure: Figure) -> Clause | None:
    return next((clause for clause in reading.clauses if clause.start <= figure.start < clause.end), None)


def _word_before(text: str, figure: Figure) -> str:
    before = fold(text[: figure.start]).rstrip()
    return before[-1:] if before and not before[-1].isascii() else before.split(" ")[-1]
