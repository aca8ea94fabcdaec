"""Which clause of the sources each clause of a statement restates, and how much of its wording they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chat.evidence import Evidence, SourceText, sentence_at
from chat.names import Names
from chat.numbers import same
from chat.problem import Problem
from chat.reading import Clause, Reading, read, words_of

ALIKE = 0.3
"""Share of a clause's words that a clause of the sources must have to count as its counterpart."""

SHARED, SHARED_ACROSS = 0.4, 0.12
"""Least share of a statement's words that its sources have: in its own language, in another by way of concepts."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as read."""

    text: SourceText
    reading: Reading


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The clause of the sources that a clause restates."""

    clause: Clause
    source: Source
    other: Clause
    share: float

    @property
    def sentence(self) -> list[Clause]:
        return self.source.reading.sentence(self.other.sentence)

    def problem_at(self) -> tuple[str, SourceText, int, int]:
        """The source's sentence, as `Problem` wants it."""
        start, end = sentence_at(self.source.text, self.other.start)
        return self.source.text.text[start:end], self.source.text, start, end


def sources_of(statement: Reading, evidence: Sequence[Evidence], names: Names) -> list[Source]:
    """The passages in the statement's language; those in another, where there are none."""
    texts = [text for each in evidence for text in each.texts]
    mine = [text for text in texts if text.side == statement.side] or texts
    return [Source(text, read(text.text, names)) for text in mine]


def counterparts(statement: Reading, sources: Sequence[Source]) -> list[Counterpart]:
    """For each clause the one of the sources that shares most with it; none for those that share too little."""
    found = []
    for clause in statement.clauses:
        candidates = [
            Counterpart(clause, source, other, _share(clause, other))
            for source in sources
            for other in source.reading.clauses
        ]
        best = max(candidates, key=lambda candidate: candidate.share, default=None)
        if best is not None and best.share >= ALIKE:
            found.append(best)
    return found


_MEASURES = ("money", "percent", "points", "multiple")


def figure_counterparts(statement: Reading, sources: Sequence[Source]) -> Iterator[list[Counterpart]]:
    """For each sum, share or multiple of a statement, the clauses of the sources that print it, most alike first."""
    for clause in statement.clauses:
        for figure in clause.figures:
            printed = [
                Counterpart(clause, source, other, _share(clause, other))
                for source in sources
                for other in source.reading.clauses
                if figure.kind in _MEASURES and any(same(figure, theirs) for theirs in other.figures)
            ]
            if printed:
                yield sorted(printed, key=lambda found: -found.share)


def _share(one: Clause, other: Clause) -> float:
    """Dice coefficient of what two clauses say, figures and names counted with the words."""
    mine, theirs = _said(one), _said(other)
    both = len(mine & theirs)
    return 2 * both / (len(mine) + len(theirs)) if mine and theirs else 0.0


def _said(clause: Clause) -> frozenset[str]:
    names = {f"@{name.key}" for name in clause.names}
    values = {f"#{figure.kind}{figure.low:g}" for figure in clause.figures}
    return clause.words | names | values


def wording_problem(statement: Reading, evidence: Sequence[Evidence], names: Names) -> Problem | None:
    """A problem where the sources share too few of the statement's words to be about what it says."""
    texts = [text for each in evidence for text in each.texts]
    share, across = shared_words(statement, texts, names, plain=True)
    if share >= (SHARED_ACROSS if across else SHARED):
        return None
    return Problem("wording", statement.text)


def shared_words(
    statement: Reading,
    texts: Sequence[SourceText],
    names: Names,
    *,
    plain: bool = False,
    but_figures: bool = False,
) -> tuple[float, bool]:
    """What share of a statement's words, names and figures texts and their titles have, and whether no text is in its
    language. `plain`: of its words alone; `but_figures`: of words and names."""
    said = frozenset(
        part
        for part in said_by(statement.clauses)
        if not (plain and part[0] in "#@") and not (but_figures and part[0] == "#")
    )
    if not said:
        return 1.0, False
    mine = [text for text in texts if text.side == statement.side]
    parts = [read(part, names) for text in mine or texts for part in (text.text, *text.titles)]
    known = frozenset().union(*(said_by(part.clauses) for part in parts), _alike(statement, parts))
    return len(said & known) / len(said), not mine


def _alike(statement: Reading, parts: Iterable[Reading]) -> frozenset[str]:
    """The words by which clauses go the same way as one of the parts with the same name or figure: rose, surged."""
    found: set[str] = set()
    for theirs in (clause for part in parts for clause in part.clauses if clause.poles):
        ways = {(pole.axis, pole.side, pole.denied) for pole in theirs.poles}
        for mine in statement.clauses:
            if any(part[0] in "#@" for part in _said(mine) & _said(theirs)):
                found.update(*(words_of(p.word) for p in mine.poles if (p.axis, p.side, p.denied) in ways))
    return frozenset(found)


def said_by(clauses: Iterable[Clause]) -> frozenset[str]:
    """The words, names (@) and figures (#) of clauses."""
    return frozenset().union(*map(_said, clauses))
