"""What a question takes for granted and the documents deny: direction, negation, exclusiveness, rank, attribution.

Only what a question asserts counts: "why did volumes rise" does, "did volumes rise" asks. A sentence of the documents
denies it where it shares the subject and says the opposite, and nothing beside it says the same.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import prompts
from chat.coverage import Vocabulary
from chat.gazetteer import named_entities
from chat.numbers import Figure, covers, figures, occurs
from chat.understand import Query
from ingest.document import BODIES, Language
from vectorstore.places import Place, keyword_language
from vectorstore.retrieve import Hit, Search
from vectorstore.words import content_words, fold, han_share, tokens

Kind = Literal["direction", "negation", "exclusive", "rank", "attribution", "figure"]

SECTIONS, REACH = 3, 2.0
"""How many of the best sections are looked through, and how far below the best they may lie."""

_BEST = 8
"""Sentences among which one that says so by another source is looked for."""

_CLAUSES = re.compile(r"[;:?!。；：？！]|[,，](?!(?<=\d.)\d{3}(?!\d))|\.(?=\s|$)|\s-+\s")
"""What stands between clauses; not the comma of 9,100."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sentence of the documents that denies what a question takes for granted."""

    kind: Kind
    hit: Hit
    place: Place
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    hit: Hit
    place: Place
    start: int
    end: int
    text: str
    folded: str


# Figures


def _figure(asserted: Sequence[str], sentences: Sequence[_Sentence], vocabulary: Vocabulary) -> _Sentence | None:
    """A sentence with another figure of the kind that the question asserts, which no sentence near it has."""
    if not any(figures(clause) for clause in asserted):
        return None
    printed = [(sentence, figures(sentence.text)) for sentence in sentences]
    among = [figure for _, found in printed for figure in found]
    for clause in asserted:
        about = vocabulary.telling(_without_figures(clause))
        for figure in unheard_figures(clause, among, vocabulary):
            rivals = [
                sentence
                for sentence, found in printed
                if _shares_subject(clause, about, sentence) and any(_comparable(figure, other) for other in found)
            ]
            if rivals:
                return max(rivals, key=lambda rival: len(about & set(content_words(rival.folded))))
    return None


def _without_figures(clause: str) -> str:
    """What a clause is about, for which units tell nothing."""
    for figure in figures(clause):
        clause = clause[: figure.start] + " " * (figure.end - figure.start) + clause[figure.end :]
    return clause


def unheard_figures(clause: str, among: Sequence[Figure], vocabulary: Vocabulary) -> list[Figure]:
    """The figures of a clause that neither stand among the given ones nor anywhere in the documents, as printed."""
    found = []
    for figure in figures(clause):
        if figure.kind not in ("money", "percent", "points", "multiple", "date") or figure.unit == "no year":
            continue
        near = any(covers(figure, other) or covers(other, figure) for other in among) or occurs(figure, among)
        printed = [word for word in tokens(clause[figure.start : figure.end]) if word[0].isdigit()]
        if not near and not (printed and all(word in vocabulary.words for word in printed)):
            found.append(figure)
    return found


def _comparable(one: Figure, other: Figure) -> bool:
    return one.kind == other.kind and one.grain == other.grain and (one.unit == other.unit or not one.unit)


# Attribution

_SAYS = re.compile(
    r"(?:的)?[^,，。;；]{0,14}?(?:指出|预测|预计|预期|预估|认为|表示|估计|称|警告)|(?:说|话|讲)"
    r"|(?:'s)?(?: [\w$.,%-]+){0,6}?"
    r" (?:says?|said|predict\w*|forecast\w*|project\w*|expect\w*|estimat\w*|warn\w*|argu\w*)"
)
"""What follows the name of one who is quoted."""


def _attribution(query: Query, sentences: Sequence[_Sentence]) -> _Sentence | None:
    """A sentence that another source said, where the question names one that its section does not mention."""
    folded = fold(query.question)
    sources = [
        entity
        for entity, _, end in named_entities(query.question)
        if entity.kind in ("companies", "institutions", "people", "exchanges") and _SAYS.match(folded, end)
    ]
    for entity in sources:
        names = [fold(name) for name in entity.names]
        for sentence in sentences[:_BEST]:
            if any(name in fold(place.passage.text) for place in sentence.hit.places for name in names):
                break
            for other, _, end in named_entities(sentence.text):
                if other is not entity and _SAYS.match(sentence.folded, end):
                    return sentence
    return None


_Check = Callable[[str, Sequence[str], Sequence[_Sentence], Vocabulary], _Sentence | None]


def find_contradiction(
    query: Query, hits: Sequence[Hit], search: Search, vocabulary: Vocabulary
) -> Contradiction | None:
    """The first sentence of the best sections that denies what the question asserts, or None."""
    asserted = asserted_clauses(query.question)
    if not asserted:
        return None
    sentences = list(_sentences(query.language, hits))
    checks: tuple[tuple[Kind, _Check], ...] = (
        ("direction", _direction),
        ("negation", _negation),
        ("exclusive", _exclusive),
    )
    for kind, check in checks:
        for clause in asserted:
            if found := check(clause, asserted, sentences, vocabulary):
                return Contradiction(kind, found.hit, found.place, found.start, found.end)
    if found := _figure(asserted, sentences, vocabulary):
        return Contradiction("figure", found.hit, found.place, found.start, found.end)
    if found := _attribution(query, sentences):
        return Contradiction("attribution", found.hit, found.place, found.start, found.end)
    return _rank(query, hits, search)


def asserted_clauses(question: str) -> list[str]:
    """The clauses of a question that it takes for granted, folded; those that merely ask whether are left out."""
    folded = fold(question)
    clauses = [clause.strip() for clause in _CLAUSES.split(folded) if clause and clause.strip()]
    if _TAGGED.search(folded):
        return clauses
    return [clause for clause in clauses if not _WHETHER.search(clause)]


_TAGGED = re.compile(r"(?:,\s*(?:right|correct|isn't it|aren't they|doesn't it)|对吧|是吧|没错吧|系咪先)\W*$")
_WHETHER = re.compile(
    r"吗$|吗\b|是否|是不是|会不会|有没有|能不能|够不够|可不可以|系咪|会唔会|有冇|还是|抑或"
    r"|如果|要是|假如|若|得先|才能|才会|先要|\bwhether\b|\bif\b"
    r"|^(?:so |and |but )?(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)\b"
)


def _sentences(language: Language, hits: Sequence[Hit]) -> Iterator[_Sentence]:
    side = "en" if language == "en" else "zh"
    bodies = [*itertools.islice((hit for hit in hits if hit.places[0].section.kind in BODIES), SECTIONS)]
    for hit in bodies:
        if hit.score < bodies[0].score - REACH:
            break
        for place in hit.places:
            if keyword_language(place.edition) == side:
                for start, end in place.sentences:
                    text = place.passage.text[start:end]
                    yield _Sentence(hit, place, start, end, text, fold(text))


# Direction


def _direction(
    clause: str, asserted: Sequence[str], sentences: Sequence[_Sentence], vocabulary: Vocabulary
) -> _Sentence | None:
    for axis in prompts.entries("contrasts"):
        stated = {pole for other in asserted for pole, _ in _poles(axis, other)}
        mine = [(pole, word) for pole, word in _poles(axis, clause) if not _negated(clause, word)]
        if len(stated) != 1 or not mine:
            continue
        pole, said = mine[0]
        about = vocabulary.telling(clause.replace(said, " "))
        near = [sentence for sentence in sentences if _shares_subject(clause, about, sentence)]
        if any(other == pole for sentence in near for other, _ in _poles(axis, sentence.folded)):
            continue
        for sentence in near:
            poles = _poles(axis, _telling_of(about, sentence.folded))
            if poles and not any(_negated(sentence.folded, word) for _, word in poles):
                return sentence
    return None


def _telling_of(about: Collection[str], sentence: str) -> str:
    """A sentence from its first clause that has one of these words: what stands before tells of other things."""
    clauses = re.split(r"(?<=[,;:，；：])", sentence)
    first = next((n for n, clause in enumerate(clauses) if any(word in clause for word in about)), 0)
    return "".join(clauses[first:])


def _shares_subject(clause: str, about: Collection[str], sentence: _Sentence) -> bool:
    """Whether a sentence has two telling words of a clause, or a name: of the gazetteer, or a Latin word in Chinese.

    Chinese words that overlap are one, of as many as its characters make: 稳定 and 定币 are 稳定币.
    """
    shared = set(about) & set(content_words(sentence.folded))
    latin = {word for word in shared if word.isascii()}
    if not shared or (latin and han_share(sentence.folded) > 0.3):
        return bool(shared)
    found = [match.span() for word in shared - latin for match in re.finditer(re.escape(word), sentence.folded)]
    covered = {at for span in found for at in range(*span)}
    if len(latin) + len(covered) // 2 >= 2:
        return True
    named = {entity for entity, _, _ in named_entities(clause)}
    return bool(named) and any(entity in named for entity, _, _ in named_entities(sentence.text))


def _poles(axis: str, folded: str) -> list[tuple[str, str]]:
    return [(pole, match[0]) for pole in ("up", "down") for match in _pole_pattern(axis, pole).finditer(folded)]


@cache
def _pole_pattern(axis: str, pole: str) -> re.Pattern[str]:
    words = sorted(map(fold, prompts.entries("contrasts")[axis][pole]), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(w)}\w*" if w[0].isascii() else re.escape(w) for w in words))


_NEGATION = re.compile(
    r"并未|尚未|仍未|从未|没有|冇|唔(?![该单止])|未有|未能|未必|并非|不是|不会|不能|不再|难以|难于|无法|而非|绝非|不意味|不等于|未(?=[\u4e00-\u9fff])"
    r"|\b(?:not|never|no longer|cannot|rather than|unlikely|hardly|far from|instead of|fails? to|without|no)\b|n't\b"
)
_SCOPE_ZH, _SCOPE_EN = 12, 40
"""Characters after a negation that it governs."""


def _negated(folded: str, word: str) -> bool:
    at = folded.find(word)
    return any(_governs(match, at, folded) for match in _NEGATION.finditer(folded))


def _governs(match: re.Match[str], at: int, folded: str) -> bool:
    reach = _SCOPE_EN if match[0][0].isascii() else _SCOPE_ZH
    return match.end() <= at <= match.end() + reach and not _CLAUSES.search(folded[match.end() : at])


# Negation and exclusiveness


def _negation(
    clause: str, _: Sequence[str], sentences: Sequence[_Sentence], _vocabulary: Vocabulary
) -> _Sentence | None:
    if _NEGATION.search(clause):
        return None
    said = set(content_words(clause))
    for sentence in sentences:
        for match in _NEGATION.finditer(sentence.folded):
            if _NOT_ONLY.match(sentence.folded, match.start()):
                continue
            reach = _SCOPE_EN if match[0][0].isascii() else _SCOPE_ZH
            denied = set(content_words(_CLAUSES.split(sentence.folded[match.end() : match.end() + reach])[0]))
            beside = set(content_words(sentence.folded[: match.start()]))
            if denied and len(denied & said) >= max(1, len(denied) / 2) and (said - denied) & beside:
                return sentence
    return None


_ONLY = re.compile(r"只|仅|淨系|净系|\bonly\b|\bsolely\b|\bjust\b|\bexclusively\b")
_NOT_ONLY = re.compile(r"不仅|不只|不止|不限于|不单|唔止|\bnot (?:only|just|merely|limited)\b|\bbeyond\b|\bmore than\b")


def _exclusive(
    clause: str, _: Sequence[str], sentences: Sequence[_Sentence], vocabulary: Vocabulary
) -> _Sentence | None:
    if not _ONLY.search(clause) or _NOT_ONLY.search(clause):
        return None
    about = vocabulary.telling(clause)
    for sentence in sentences:
        if _NOT_ONLY.search(sentence.folded) and about & set(content_words(sentence.folded)):
            return sentence
    return None


# Rank: what only one can be

_SUPERLATIVE = re.compile(r"最有可能|最可能|可能性最大|机会最大|机率最大|概率最大|most likely|most probable|likeliest")


def _rank(query: Query, hits: Sequence[Hit], search: Search) -> Contradiction | None:
    """A section named as the most likely, where the documents call another one so."""
    folded = fold(query.question)
    if not _SUPERLATIVE.search(folded) or not asserted_clauses(query.question):
        return None
    named = {anchor for _, anchor in search.names.named_by(_SUPERLATIVE.sub(" ", folded))}
    owners = [hit for hit in hits if any(_SUPERLATIVE.search(fold(p.passage.text)) for p in hit.places)]
    owners = [hit for hit in owners if hit.places[0].section.kind == "item"]
    if not owners or not named or {place.coarse for hit in owners for place in hit.places} & named:
        return None
    hit = owners[0]
    side = "en" if query.language == "en" else "zh"
    place = next((p for p in hit.places if keyword_language(p.edition) == side), hit.places[0])
    start, end = place.sentences[0]
    return Contradiction("rank", hit, place, start, end)
