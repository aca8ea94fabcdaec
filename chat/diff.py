"""What a statement changes of a sentence that it repeats almost word for word: words put for others, added, left."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import prompts
from chat.numbers import Figure, covers, same, without_year
from chat.problem import Problem, ProblemKind
from chat.reading import Clause, Reading, denies, has_modality, hedged, on_terms, sides_of, words_of
from chat.wording import Source
from vectorstore.words import STOPWORDS, listed_words

CLOSE = 0.72
"""Share of a statement's words that stand in the sentence in the same order, for it to be a repetition."""

_LEAST = 4
"""Words that must be the same."""

_FEW = 2
"""Places with other words up to which a repetition is one: with more of them it says the same in words of its own."""


_PIECE = 3
"""Words left out up to which they are a piece of a clause, a "not" or "may", and no clause of their own."""


_RUN = 6
"""Words in a row that must be the same for the figures among them to stand in each other's place."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a figure ("#") or name ("@" and its key) as one."""

    text: str
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Words of the source that the statement has otherwise; one of the two may be empty."""

    source: str
    statement: str
    within: bool
    """Whether the statement goes on with the source's words on both sides, or begins or ends with it."""

    left_out: int
    """How many words of the source have nothing in their place."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """A sentence that a statement repeats: what it changes, and the figures that stand in each other's place."""

    changes: tuple[Change, ...]
    figures: tuple[tuple[Figure, Figure], ...]
    """Those of the statement with those of the source."""


def change_problems(statement: Reading, sources: Sequence[Source]) -> list[Problem]:
    """The problems of sentences that repeat one of the sources but for a few words."""
    found = []
    for number in sorted({clause.sentence for clause in statement.clauses}):
        best = _nearest(statement, number, sources)
        if best is None:
            continue
        repetition, source, clauses = best
        start, end = clauses[0].start, clauses[-1].end
        printed = source.text.text[start:end].strip()
        for kind, says in _kinds(repetition, statement):
            typed = says if kind in ("figure", "date") else _typed(says, statement, number)
            found.append(Problem(kind, typed, printed, source.text, start, end))
    return found


def _typed(words: str, statement: Reading, number: int) -> str:
    """The words of a change as the statement has them; its whole sentence where they stand apart in it, or nowhere."""
    for name in statement.names:
        if words == f"@{name.key}":
            return statement.text[name.start : name.end]
    for clause in statement.sentence(number):
        at = clause.folded.find(words)
        if words and at >= 0:
            return statement.text[clause.start + at : clause.start + at + len(words)]
    return statement.sentence_text(number)


def _nearest(
    statement: Reading, number: int, sources: Sequence[Source]
) -> tuple[Repetition, Source, list[Clause]] | None:
    """The sentence that one of the statement's repeats most closely."""
    mine = tokens_of(statement, number)
    candidates = []
    for source in sources:
        for other in sorted({clause.sentence for clause in source.reading.clauses}):
            repetition = repeats(mine, tokens_of(source.reading, other))
            if repetition is not None:
                candidates.append((repetition, source, source.reading.sentence(other)))
    return min(candidates, key=lambda found: _size(found[0]), default=None)


def _size(repetition: Repetition) -> int:
    changed = sum(len(change.source) + 2 * len(change.statement) for change in repetition.changes)
    return changed + sum(not same(one, other) for one, other in repetition.figures)


def repeats(mine: Sequence[Token], theirs: Sequence[Token]) -> Repetition | None:
    """What a sentence changes of another; None where it does not repeat it."""
    a_words, b_words = [token.text for token in theirs], [token.text for token in mine]
    if (Counter(a_words) & Counter(b_words)).total() < CLOSE * len(mine):
        return None
    matcher = SequenceMatcher(None, a_words, b_words, autojunk=False)
    equal = sum(block.size for block in matcher.get_matching_blocks())
    if equal < _LEAST or equal < CLOSE * len(mine):
        return None
    changes: list[Change] = []
    figures: list[tuple[Figure, Figure]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            last = d == len(mine) and b == len(theirs)
            figures += _paired(mine[c:d], theirs[a:b], first=a == c == 0, last=last)
        else:
            begins = (a == 0) == (c == 0)
            ends = (b == len(theirs)) == (d == len(mine))
            changes.append(Change(_joined(theirs[a:b]), _joined(mine[c:d]), begins and ends, 0 if c < d else b - a))
    return Repetition(tuple(changes), tuple(figures))


def _paired(
    mine: Sequence[Token], theirs: Sequence[Token], *, first: bool, last: bool
) -> Iterator[tuple[Figure, Figure]]:
    """The figures of a run of words that both have, with the same words, or none, on either side of them."""
    for place, (one, other) in enumerate(zip(mine, theirs, strict=True) if len(mine) >= _RUN else ()):
        if one.figure and other.figure and (place or first) and (place < len(mine) - 1 or last):
            yield one.figure, other.figure


def tokens_of(reading: Reading, sentence: int) -> list[Token]:
    """The words of a sentence in order, each figure and name as one."""
    found: list[Token] = []
    for clause in reading.sentence(sentence):
        marks = [(f.start, f.end, Token("#", f)) for f in clause.figures]
        marks += [(n.start, n.end, Token(f"@{n.key}")) for n in clause.names]
        at = clause.start
        for start, end, token in sorted(marks, key=lambda mark: mark[0]):
            found += [Token(word) for word in _words(clause.folded[at - clause.start : start - clause.start])]
            found.append(token)
            at = max(at, end)
        found += [Token(word) for word in _words(clause.folded[at - clause.start :])]
    return found


@lru_cache(maxsize=8192)
def _words(folded: str) -> tuple[str, ...]:
    found: list[str] = []
    for run in re.findall(r"[a-z0-9]+(?:[.'&][a-z0-9]+)*|[\u3400-\u9fff]+", folded):
        found.extend([run] if run[0].isascii() else (word for word, _ in listed_words(run)))
    return tuple(found)


def _joined(tokens: Sequence[Token]) -> str:
    return "".join(f" {t.text} " if t.text[0].isascii() else t.text for t in tokens).strip()


# What a change amounts to


def _kinds(repetition: Repetition, statement: Reading) -> Iterator[tuple[ProblemKind, str]]:
    changed = repetition.changes
    said, there = " ".join(c.statement for c in changed), " ".join(c.source for c in changed)
    left = " ".join(c.source for c in changed if c.within and c.left_out <= _PIECE)
    terms = " ".join(c.source for c in changed if c.within)
    replaced = [c for c in changed if _content(c.source) and _content(c.statement)]
    for change in changed:
        if opposed(change.source, change.statement):
            yield "direction", change.statement
        elif change.within and len(replaced) <= _FEW and _unlike(change):
            yield "wording", change.statement
        if change.within and _names(change.source) and _names(change.statement) - _names(there):
            yield "subject", change.statement
    if denies(said) != denies(left) and (denies(said) or not denies(there)):
        yield "negation", said or left
    elif denies(left) and not denies(said):
        yield "negation", left
    if hedged(left) and not hedged(said):
        yield "hedge", left
    if on_terms(terms) and not on_terms(said):
        yield "condition", terms
    for one, other in repetition.figures:
        if not same(one, other) and not _may_stand_for(one, other):
            yield ("date" if one.kind == "date" else "figure"), statement.text[one.start : one.end]


def _may_stand_for(one: Figure, other: Figure) -> bool:
    if one.kind != other.kind:
        return "number" in (one.kind, other.kind)
    if one.kind != "date":
        return False
    return covers(one, other) or (same(without_year(one), without_year(other)) and "no year" in (one.unit, other.unit))


def opposed(one: str, other: str) -> bool:
    """Whether words take different sides of a matter, and no side of it both."""
    first, second = sides_of(one), sides_of(other)
    if max(len(_content(one)), len(_content(other))) > _FEW + 1:
        return False
    both = first.keys() & second.keys()
    return bool(both) and not any(first[axis] & second[axis] for axis in both)


def _unlike(change: Change) -> bool:
    """Whether a word or two were put for others that do not mean the same, as far as thesaurus and opposites tell."""
    one, other = _content(change.source), _content(change.statement)
    if not one or not other or len(other) > _FEW + 1:
        return False
    first, second = sides_of(change.source), sides_of(change.statement)
    alike = any(first[axis] & second[axis] for axis in first.keys() & second.keys())
    return not alike and not words_of(change.source) & words_of(change.statement)


def _names(text: str) -> set[str]:
    return set(re.findall(r"@[^@#]+?(?=  |$)", text))


def _content(text: str) -> list[str]:
    """The words that say something of a change: no figures, names, function words or signs of modality."""
    plain = re.sub(r"@[^@#]+?(?=  |$)|#", " ", text)
    words = (word for word in _words(plain) if word not in STOPWORDS and word not in _EMPTY and not word[0].isdigit())
    return [word for word in words if not has_modality(word) and not denies(word)]


_EMPTY = frozenset(prompts.cues("empty_words"))
"""Words whose change changes nothing that can be told from them alone."""
