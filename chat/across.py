"""Answers that rest on several works: which of them answer, the newer first, each statement under its work's name."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, groupby

import prompts
from chat.answer import Answer, Statement
from chat.contrasts import sides_taken
from chat.gazetteer import named_entities
from chat.names import Names, names_of
from chat.numbers import Figure, figures, occurs
from chat.reading import read
from chat.verify import DraftStatement, compose
from ingest.document import Language, Work
from vectorstore.build import Build
from vectorstore.retrieve import Hit
from vectorstore.words import fold

_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Z][\w&.]*[A-Za-z0-9](?![A-Za-z0-9])", re.ASCII)
_NEVER = datetime.date.min
ANSWERS_TOO = 1.5
"""How far below the best section of all the best of another work may lie for that work to count as answering too. With
five invented and bundled works together, it lies 0.0 to 1.4 below where two works answer, and for 78 of 80 questions
that one work alone answers 1.7 and more (median 6)."""


def answering_works(question: str, hits: Sequence[Hit], build: Build) -> list[str]:
    """The works whose best section is about as good as the best of all, in the order of the hits.

    A work that lacks a name of the question does not answer where another has it, however near it is in meaning.
    """
    best: dict[str, float] = {}
    for hit in hits:
        best.setdefault(hit.work, hit.score)
    if len(best) > 1 and (names := _names(question, build)):
        mentioned = _mentioned(names, best, build)
        best = {work: score for work, score in best.items() if mentioned[work] == max(mentioned.values())}
    return [work for work, score in best.items() if score >= max(best.values()) - ANSWERS_TOO]


def _names(question: str, build: Build) -> set[str]:
    """The Latin names in a question that documents of either language write alike: those that nothing translates."""
    known = [(start, end) for _, start, end in named_entities(question)]
    known += [(mention.start, mention.end) for mention in build.glossary.mentions(question)]
    found = set()
    for match in _NAME.finditer(question):
        before, after = question[: match.start()].rstrip(), question[match.end() : match.end() + 1]
        begins = after < "\u4e00" and (not before or before.endswith((".", "?", "!")))
        if not begins and not any(start < match.end() and match.start() < end for start, end in known):
            found.add(fold(match[0]))
    return found


def _mentioned(names: Collection[str], works: Collection[str], build: Build) -> dict[str, int]:
    """How many of the names each work has."""
    found: dict[str, set[str]] = {work: set() for work in works}
    for place, text in zip(build.places, build.folded, strict=True):
        if place.work in found:
            found[place.work] |= {name for name in names if name in text}
    return {work: len(mine) for work, mine in found.items()}


def newest_first(works: Iterable[str], build: Build) -> list[str]:
    """Works by their date, the undated last, one's own after the published; else in the order in which they came."""
    return sorted(works, key=lambda id_: _place(build.works[id_]))


def _place(work: Work) -> tuple[bool, int]:
    return bool(work.private_to), -(work.date or _NEVER).toordinal()


def in_order(statements: Sequence[DraftStatement], build: Build) -> tuple[DraftStatement, ...]:
    """Statements with those of the newer work first; what a glossary says stays last."""
    works = newest_first(dict.fromkeys(s.spans[0].edition.work for s in statements if s.spans), build)
    documents = [id_ for id_ in works if build.works[id_].role == "document"]
    place = {id_: number for number, id_ in enumerate(documents)}
    return tuple(sorted(statements, key=lambda s: place.get(s.spans[0].edition.work, len(place)) if s.spans else 0))


def named(answer: Answer, build: Build) -> Answer:
    """The answer with the name and date of its work before each run of statements, where it cites several.

    Where their dates differ, or what they say, the notice says so.
    """
    cited = {citation.number: build.works[citation.work] for citation in answer.citations}
    documents = {work.id: work for work in cited.values() if work.role == "document"}
    if len(documents) < 2:
        return answer
    statements: list[Statement] = []
    last: list[str] = []
    for statement in answer.statements:
        works = list({cited[n].id: cited[n] for n in statement.citations if n in cited}.values())
        ids = [work.id for work in works]
        lead = " ".join(_name(work, answer.language) for work in works) if ids != last else ""
        statements.append(replace(statement, lead=lead))
        last = ids
    said = [key for key in (_order(answer, cited), *_differing(answer, cited, build)) if key]
    messages = [prompts.message(key, answer.language) for key in said]
    parts = [answer.notice, *(message for message in messages if message not in answer.notice)]
    notice = (" " if answer.language == "en" else "").join(filter(None, parts))
    return replace(answer, statements=tuple(statements), notice=notice, text=compose(notice, statements))


def _order(answer: Answer, cited: Mapping[int, Work]) -> str:
    """The message of the order in which works stand, where it is one to speak of."""
    works = [work for _, work in _by_work(answer, cited)]
    if len({bool(work.private_to) for work in works}) > 1:
        return "own-last" if works == sorted(works, key=_place) else "own-among"
    if len({work.date for work in works}) < 2:
        return ""
    return "newer-first" if works == sorted(works, key=_place) else "dates-differ"


def _differing(answer: Answer, cited: Mapping[int, Work], build: Build) -> Iterator[str]:
    """In what two works cited for one question differ: their figures, or the way that things go."""
    said: dict[str, list[str]] = {}
    for statement, work in _by_work(answer, cited):
        said.setdefault(work.id, []).append(statement.text)
    pairs = list(combinations(["\n".join(texts) for texts in said.values()], 2))
    if any(_other_figures(one, two) for one, two in pairs):
        yield "figures-differ"
    names = names_of(build)
    if any(_other_way(one, two, names) for one, two in pairs):
        yield "directions-differ"


def _by_work(answer: Answer, cited: Mapping[int, Work]) -> list[tuple[Statement, Work]]:
    """Statements with each document that they cite."""
    found = [(s, cited[n]) for s in answer.statements for n in s.citations if n in cited]
    return [(statement, work) for statement, work in found if work.role == "document"]


def _other_figures(one: str, two: str) -> bool:
    """Whether both print figures of a kind and unit, dates aside, and none of the one is among the other's."""
    mine, theirs = (
        {key: list(same) for key, same in groupby(sorted(figures(text), key=_measure), key=_measure)}
        for text in (one, two)
    )
    return any(
        not any(occurs(figure, theirs[key]) for figure in mine[key])
        and not any(occurs(figure, mine[key]) for figure in theirs[key])
        for key in mine.keys() & theirs.keys()
        if key[0] not in ("date", "label", "duration")
    )


def _measure(figure: Figure) -> tuple[str, str]:
    return figure.kind, figure.unit


def _other_way(one: str, two: str, names: Names) -> bool:
    """Whether they take different sides of a matter: up and down, above and below."""
    mine, theirs = (sides_taken(p for c in read(text, names).clauses for p in c.poles) for text in (one, two))
    return any(not sides & theirs[axis] for axis, sides in mine.items() if axis in theirs)


def _name(work: Work, language: Language) -> str:
    key = "from-work" if work.date else "from-undated-work"
    date = prompts.words(language)["date"].format(date=work.date) if work.date else ""
    return prompts.message(key, language, title=work.title(language), date=date)
