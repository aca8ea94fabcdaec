"""Where a section found for a claim says otherwise: another figure, date or name of the same, the other direction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chat.contrasts import sides_taken
from chat.evidence import Evidence, SourceText, sentence_at, side_of
from chat.names import Names
from chat.numbers import figures, without_year
from chat.problem import Problem
from chat.reading import Clause, Reading, read
from chat.subjects import is_numbered
from chat.wording import said_by, shared_words
from ingest.passages import sentence_spans
from vectorstore.retrieve import Hit
from vectorstore.words import fold

SAME = 0.4
"""Share of a claim's words and names from which a sentence with another figure speaks of the same."""

CLEARLY = 0.15
"""By how much more of a claim a section must have that says it on terms than one that says it plainly."""

_WHO = ("countries", "term", "technologies", "events")
"""Kinds of names that do not tell whose a figure is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A section beside a claim: what of the claim it does not say, and how much of its wording it has."""

    hit: Hit
    evidence: Evidence
    problems: tuple[Problem, ...]
    share: float
    words: float
    similarity: float


def conflicts(problem: Problem, finding: Finding, reading: Reading, found: Sequence[Finding], names: Names) -> bool:
    """Whether a problem is the document saying otherwise, rather than saying nothing."""
    if problem.kind in ("figure", "date"):
        return bool(problem.source) and _is_of_the_same(problem, finding, reading, names)
    if problem.kind == "name":
        return _is_elsewhere(problem, finding, found, names)
    if problem.kind == "extent" and problem.text is None:
        return False
    return problem.kind in ("subject", "attribution", "direction", "negation", "hedge", "condition", "extent")


def is_unheard(problem: Problem, finding: Finding, reading: Reading, found: Sequence[Finding], names: Names) -> bool:
    """Whether a problem shows that the document does not speak of this at all."""
    if problem.kind == "name":
        kinds = {name.kind for name in names.find(problem.says)}
        known = kinds == {"countries"} or _is_elsewhere(problem, finding, found, names)
        alternative = any(other.says == problem.says and is_alternative(other, names) for other in finding.problems)
        return not known and not alternative and not _is_anothers(problem, finding, reading)
    if problem.kind == "figure":
        named = _is_label(problem) and any(_prints(problem.says, other) for other in found)
        return not named and not conflicts(problem, finding, reading, found, names)
    return problem.kind in ("quote", "missing-table")


def is_alternative(problem: Problem, names: Names) -> bool:
    """Whether a section says of one numbered alternative what a claim says of another."""
    return problem.kind == "subject" and any(map(is_numbered, names.find(problem.says)))


# Figures and dates


def _is_of_the_same(problem: Problem, finding: Finding, reading: Reading, names: Names) -> bool:
    """Whether a figure that the document has instead stands in a sentence about the claim's subject."""
    if problem.text is None:
        return False
    named = {name.key for name in reading.names if name.kind not in _WHO}
    plain = frozenset().union(*(clause.words for clause in reading.clauses))
    for text in _rival_texts(problem, finding, reading):
        share, _ = shared_words(reading, [text], names, but_figures=True)
        words, _ = shared_words(reading, [text], names, plain=True)
        there = {name.key for part in (text.text, *text.titles) for name in names.find(part)}
        if share >= SAME and (words or not plain) and (not named or named & there):
            return True
        if differs_in_year(problem) and named and named <= there and words:
            return True
    return False


def _rival_texts(problem: Problem, finding: Finding, reading: Reading) -> Iterator[SourceText]:
    """The parts of sentences, between semicolons, that print a figure or date of the kind (all of them for a number in
    a name), in the claim's language if there is an edition in it."""
    assert problem.text is not None
    kinds = {figure.kind for figure in figures(problem.says)} or {figure.kind for figure in figures(problem.source)}
    sentence = SourceText(problem.text.text[problem.start : problem.end], problem.text.titles)
    mine = [text for text in finding.evidence.texts if text.side == reading.side]
    if sentence.text and (side_of(sentence.text) == reading.side or not mine):
        mine = [sentence]
    for text in mine:
        for start, end in sentence_spans(text.text):
            for part in re.split(r"[;；]", text.text[start:end]):
                if not kinds or kinds & {figure.kind for figure in figures(part)}:
                    yield SourceText(part, text.titles)


def differs_in_year(problem: Problem) -> bool:
    """Whether a date has the month, quarter or half of the document's and another year."""
    if problem.kind != "date":
        return False
    return any(
        one.kind == other.kind == "date"
        and one.grain == other.grain != "year"
        and one.unit == other.unit == ""
        and without_year(one).low == without_year(other).low
        for one in figures(problem.says)
        for other in figures(problem.source)
    )


def _is_label(problem: Problem) -> bool:
    """Whether a figure names an event rather than counting something."""
    return any(figure.kind == "label" for figure in figures(f"{problem.says}事件"))


def _prints(words: str, finding: Finding) -> bool:
    return any(words in part for text in finding.evidence.texts for part in (text.text, *text.titles))


# Names


def _is_elsewhere(problem: Problem, finding: Finding, found: Sequence[Finding], names: Names) -> bool:
    """Whether the documents know a name, though not here: another one stands in its place."""
    keys = {name.key for name in names.find(problem.says)}
    others = [text for other in found if other is not finding for text in other.evidence.texts]
    return finding.share >= 0.6 and any(keys & {n.key for n in read(text.text, names).names} for text in others)


def _is_anothers(problem: Problem, finding: Finding, reading: Reading) -> bool:
    """Whether a name that the section lacks stands for whoever the section has the same from, figures and all."""
    kinds = {other.kind for other in finding.problems}
    speaks = any(
        reading.text[name.start : name.end] == problem.says for clause in reading.clauses for name in clause.sources
    )
    return speaks and bool(kinds & {"attribution", "subject"}) and "figure" not in kinds and finding.share >= 0.6


# Directions


_LEVELS = ("height", "level", "flow", "warm", "bubble", "abundance", "policy", "stance")
"""Matters of which a section that takes the one side does not also say the other of the same thing in passing."""


def turned(finding: Finding, reading: Reading, names: Names) -> Problem | None:
    """The direction of a claim where the closest sentence takes the other side of a matter, and no sentence of the
    section, in any edition in the claim's language, and no title above it takes the claim's."""
    texts = [text for text in finding.evidence.texts if text.side == reading.side]
    parts = [part for text in texts for part in (text.text, *text.titles)]
    whole = sides_taken(pole for part in parts for clause in read(part, names).clauses for pole in clause.poles)
    for text in texts:
        closest = _closest(reading, read(text.text, names))
        near = sides_taken(pole for clause in closest for pole in clause.poles)
        for clause in reading.clauses:
            for axis, sides in sides_taken(clause.poles).items():
                if axis in _LEVELS and near.get(axis) and not sides & whole[axis]:
                    pole = next(pole for pole in clause.poles if pole.axis == axis)
                    says = reading.text[pole.start : pole.start + len(pole.word)]
                    start, end = sentence_at(text, closest[0].start)
                    return Problem("direction", says, text.text[start:end], text, start, end)
    return None


def _closest(reading: Reading, there: Reading) -> list[Clause]:
    """The sentence that shares most with a claim."""
    mine = said_by(reading.clauses)
    numbers = sorted({clause.sentence for clause in there.clauses})
    best = max(numbers, key=lambda number: (len(mine & said_by(there.sentence(number))), -number))
    return there.sentence(best)


def outweighs(problems: Sequence[Problem], against: Finding, for_it: Finding, reading: Reading, names: Names) -> bool:
    """Whether a section that says the opposite is nearer to a claim than one that supports it, or the latter takes no
    side of the matter at all. None is nearer than one that has the claim word for word."""
    if has_verbatim(for_it, reading):
        return False
    turns = [problem for problem in problems if problem.kind in ("direction", "negation")]
    terms = [problem for problem in problems if problem.kind in ("hedge", "condition")]
    agrees = any(problem.kind == "direction" and _takes(problem, for_it, reading, names) for problem in turns)
    nearer = against.share > for_it.share if agrees else against.share >= for_it.share
    if (turns and nearer) or (terms and against.share >= for_it.share + CLEARLY):
        return True
    said = {problem.says for problem in turns if problem.kind == "direction"}
    mine = {pole.axis for clause in reading.clauses for pole in clause.poles if pole.axis in _LEVELS}
    mine = {axis for axis in mine if any(axis in _axes(words, names) for words in said)}
    texts = [text for text in for_it.evidence.texts if text.side == reading.side]
    return bool(mine) and not any(mine & _axes(text.text, names) for text in texts)


def _takes(problem: Problem, finding: Finding, reading: Reading, names: Names) -> bool:
    """Whether a section takes the claim's own side of the matter on which another one says the opposite."""
    taken = sides_taken(pole for clause in reading.clauses for pole in clause.poles if pole.word in fold(problem.says))
    texts = [text.text for text in finding.evidence.texts if text.side == reading.side]
    there = sides_taken(pole for text in texts for clause in read(text, names).clauses for pole in clause.poles)
    return bool(taken) and all(sides <= there.get(axis, set()) for axis, sides in taken.items())


def has_verbatim(finding: Finding, reading: Reading) -> bool:
    """Whether a sentence of the section or a title above it is the claim, marks and script aside."""
    mine = _letters(reading.text)
    return any(
        mine == _letters(part[start:end])
        for text in finding.evidence.texts
        for part in (text.text, *text.titles)
        for start, end in (*sentence_spans(part), (0, len(part)))
    )


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", fold(text))


def _axes(text: str, names: Names) -> set[str]:
    """The matters of which a text takes a side."""
    return {pole.axis for clause in read(text, names).clauses for pole in clause.poles}
