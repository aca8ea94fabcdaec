"""What a text says, clause by clause: figures, names and words; which way, how sure, on whose word, on what terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import prompts
from chat.evidence import Side, side_of
from chat.names import Name, Names
from chat.numbers import Figure, figures
from ingest.passages import sentence_spans
from vectorstore.thesaurus import Thesaurus
from vectorstore.words import content_words, fold

Strength = Literal["", "expected", "likely", "possible"]
"""How far a clause stops short of plain assertion, the least sure last."""

STRENGTHS: tuple[Strength, ...] = ("", "expected", "likely", "possible")


@dataclass(frozen=True, slots=True)
class Pole:
    """One side of a matter that a clause takes (prompts/contrasts.toml, opposites.toml). `denied`: under a negation."""

    axis: str
    side: str
    word: str
    start: int
    denied: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence between commas; offsets are of the whole text."""

    start: int
    end: int
    sentence: int
    folded: str
    words: frozenset[str]
    """Without names, figures and signs of modality."""

    full: frozenset[str]
    figures: tuple[Figure, ...]
    names: tuple[Name, ...]
    poles: tuple[Pole, ...]
    denied: tuple[frozenset[str], ...]
    """Of each negation, the words that it denies."""

    strength: Strength
    hedge: str
    """The word that makes it less than certain."""

    certain: str
    condition: str
    sources: tuple[Name, ...]
    """On whose word it stands, by name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as read."""

    text: str
    side: Side
    clauses: tuple[Clause, ...]

    @property
    def figures(self) -> list[Figure]:
        return [figure for clause in self.clauses for figure in clause.figures]

    @property
    def names(self) -> list[Name]:
        return [name for clause in self.clauses for name in clause.names]

    @property
    def words(self) -> frozenset[str]:
        return frozenset().union(*(clause.words for clause in self.clauses))

    def sentence(self, number: int) -> list[Clause]:
        return [clause for clause in self.clauses if clause.sentence == number]

    def sentence_text(self, number: int) -> str:
        mine = self.sentence(number)
        return self.text[mine[0].start : mine[-1].end].strip() if mine else ""


@lru_cache(maxsize=4096)
def read(text: str, names: Names) -> Reading:
    """Reads a text. Pure; the last 4,096 readings are kept, since the same passages are read again and again."""
    side = side_of(text)
    found = [name for name in names.find(text) if name.kind not in ("currencies", "technologies", "events")]
    terms = [name for name in found if name.kind == "term"]
    found = [name for name in found if name.kind != "term"]
    numbers = figures(text)
    found = [name for name in found if not any(f.start < name.end and name.start < f.end for f in numbers)]
    clauses: list[Clause] = []
    for number, (first, last) in enumerate(sentence_spans(text)):
        for start, end in _clause_spans(text, first, last):
            mine = tuple(name for name in found if start <= name.start < end)
            values = tuple(figure for figure in numbers if start <= figure.start < end)
            before = clauses[-1] if clauses and clauses[-1].sentence == number else None
            spoken = frozenset(f"~{term.key}" for term in terms if start <= term.start < end)
            clauses.append(_clause(text, start, end, number, values, mine, spoken, before))
    return Reading(text, side, tuple(clauses))


_PARTING = re.compile(r"[;；:：?？!！。]|[,，](?!(?<=\d[,，])\d{3}(?!\d))|\.(?=\s|$)|\s[-–—]+\s|-{3,}|[()（）]|——")


_ASIDE = re.compile(
    r",? (?:for example|for instance|however|in turn|too|then|at the same time)(?:,|(?=\.))|(?<=Inc)\.|(?<=\w), Inc"
)
"""Words between commas that part nothing."""


def _clause_spans(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    at = first
    for match in _PARTING.finditer(_ASIDE.sub(lambda aside: "\0" * len(aside[0]), text), first, last):
        if text[at : match.start()].strip():
            yield at, match.start()
        at = match.end()
    if text[at:last].strip():
        yield at, last


def _clause(
    text: str,
    start: int,
    end: int,
    number: int,
    values: tuple[Figure, ...],
    mine: tuple[Name, ...],
    spoken: frozenset[str],
    before: Clause | None,
) -> Clause:
    folded = fold(text)[start:end]
    negations = list(_negations(folded))
    strength, hedge = _hedge(folded)
    condition = _first("condition", folded)
    sources = _sources(folded, start, mine)
    if before is not None and _GOES_ON.match(folded):
        strength, hedge = (strength, hedge) if strength else (before.strength, before.hedge)
    if before is not None and not sources:
        sources = before.sources
    plain = _without(text[start:end], start, values, mine)
    return Clause(
        start,
        end,
        number,
        folded,
        words_of(plain) | spoken,
        frozenset(content_words(folded)),
        values,
        mine,
        tuple(_poles(folded, start, negations)),
        tuple(frozenset(content_words(folded[a:b])) for at, a, b in negations if not _CONTRAST.match(folded, at)),
        strength,
        hedge,
        _first("certain", folded),
        condition,
        sources,
    )


_GOES_ON = re.compile(
    r"\s*(?:并|且|而且|以及|及|和|也|从而|进而|使|令|带来|开启|传导|and|or|which|that|bringing|\w+ing\b)"
)
"""A clause that goes on from the one before it, under the same "may"."""


def _without(text: str, start: int, values: Sequence[Figure], mine: Sequence[Name]) -> str:
    """A clause without its figures, names and signs of modality, which are compared by themselves."""
    for first, last in [*((f.start, f.end) for f in values), *((n.start, n.end) for n in mine)]:
        text = text[: first - start] + " " * (last - first) + text[last - start :]
    folded = fold(text)
    for key in ("possible", "likely", "expected", "certain"):
        for match in _pattern(key).finditer(folded):
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    text = _OWN_VOICE.sub(lambda match: " " * len(match[0]), fold(text))
    return _NEGATION.sub(lambda match: " " * len(match[0]), text)


_OWN_VOICE = re.compile(
    r"(?:本?报告|作者|文件|文中|本所|结论|摘要)(?:所列|所说|预计|预期|认为|指出|表示|提到|形容|强调|警告|说|称|把|将|预估|列明|给)?"
    r"|\b(?:according to )?the (?:report|authors?|documents?|paper|conclusion|text)(?:'s)?"
    r"(?: (?:says?|said|states?|notes?|thinks?|expects?|judges?|warns?|finds?|considers?|argues?|believes?|cites?"
    r"|describes?|names?|lists?|keeps?)\b)?(?: that\b)?"
)
"""The report as the one who says it."""


@lru_cache(maxsize=8192)
def words_of(text: str) -> frozenset[str]:
    """The words of a text and the concepts that they stand for (prompts/thesaurus.toml, marked ~)."""
    concepts = {f"~{(concept.latin or concept.chinese)[0]}" for concept in _thesaurus().concepts(text)}
    return frozenset(content_words(text)) | concepts


@cache
def _thesaurus() -> Thesaurus:
    return Thesaurus(prompts.thesaurus())


# Which way


def _poles(folded: str, start: int, negations: Sequence[tuple[int, int, int]]) -> Iterator[Pole]:
    for axis, sides in axes().items():
        for side, pattern in sides.items():
            for match in pattern.finditer(folded):
                denied = any(a <= match.start() < b for _, a, b in negations)
                yield Pole(axis, side, match[0], start + match.start(), denied)


def denies(folded: str) -> bool:
    """Whether there is a negation in folded words."""
    return next(_negations(folded), None) is not None


def hedged(folded: str) -> bool:
    """Whether folded words say that something is less than certain."""
    return bool(_hedge(folded)[0])


def on_terms(folded: str) -> bool:
    """Whether folded words name a condition."""
    return bool(_first("condition", folded))


@lru_cache(maxsize=8192)
def sides_of(folded: str) -> dict[str, frozenset[str]]:
    """The sides that folded words take, by matter; those that count only in another's place among them."""
    found = {}
    for axis, sides in (*axes().items(), *_bare_axes().items()):
        if taken := frozenset(side for side, pattern in sides.items() if pattern.search(folded)):
            found[axis] = taken
    return found


def has_modality(folded: str) -> bool:
    """Whether folded words say how sure something is, or on what terms."""
    return any(_pattern(key).search(folded) for key in (*STRENGTHS[1:], "certain", "condition"))


@cache
def axes() -> dict[str, dict[str, re.Pattern[str]]]:
    """Every matter with the words of each of its sides."""
    tables = {**prompts.entries("contrasts"), **prompts.entries("opposites")}
    return {axis: _patterns(sides) for axis, sides in tables.items() if not axis.startswith(_BARE)}


_BARE = "bare_"
"""How the matters are called whose words are too common to count but where one stands in the other's place."""


@cache
def _bare_axes() -> dict[str, dict[str, re.Pattern[str]]]:
    tables = prompts.entries("opposites")
    return {axis: _patterns(sides) for axis, sides in tables.items() if axis.startswith(_BARE)}


def _patterns(sides: Mapping[str, Sequence[str]]) -> dict[str, re.Pattern[str]]:
    return {side: _begun(words) for side, words in sides.items()}


def _begun(words: Sequence[str]) -> re.Pattern[str]:
    longest = sorted(map(fold, words), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(w)}\w*" if w[0].isascii() else re.escape(w) for w in longest))


_NEGATION = re.compile(
    r"并未|尚未|仍未|从未|没有|冇|唔(?![该单止])|未有|未能|并非|不是|不会|不能|不再|难以|难于|无法|而非"
    r"|而不是|绝非|并不|不意味|不等于|毫不|不愿|不肯"
    r"|(?<![并从尚仍])未(?=[\u4e00-\u9fff])(?!必|来)|无(?![论疑形线人法比限担])|(?<![而并绝])非(?=[^常洲])|不(?![仅只止单但限断定确同过足及])"
    r"|\b(?:not|never|no longer|cannot|rather than|unlikely|hardly|far from|instead of|fail(?:s|ed)? to|without|no|nor"
    r"|neither|unwilling|unable)\b"
    r"|n't\b"
)
_CONTRAST = re.compile(r"而非|而不是|rather than|instead of|far from")
"""Sets one thing against another, where a denial would turn the whole: 是甲而非乙."""

_NOT_ONLY = re.compile(r"\bnot (?:only|just|merely|limited)\b|\bno (?:less|more|fewer|doubt)\b|\bnot necessarily\b")
REACH = {"zh": 12, "en": 48}
"""Characters after a negation that it governs."""


def _negations(folded: str) -> Iterator[tuple[int, int, int]]:
    """Where each negation of a clause stands, and from where to where it governs."""
    for match in _NEGATION.finditer(folded):
        if not _NOT_ONLY.match(folded, match.start()):
            reach = REACH["en" if match[0][0].isascii() else "zh"]
            yield match.start(), match.end(), min(len(folded), match.end() + reach)


# How sure, on what terms, on whose word


def _hedge(folded: str) -> tuple[Strength, str]:
    """The weakest sign of modality in a clause."""
    for strength in reversed(STRENGTHS[1:]):
        if word := _first(strength, folded):
            return strength, word
    return "", ""


def _first(key: str, folded: str) -> str:
    match = _pattern(key).search(folded)
    return match[0] if match else ""


@cache
def _pattern(key: str) -> re.Pattern[str]:
    table = prompts.entries("modality")[key]
    latin = "|".join(table["en"])
    return re.compile(rf"{'|'.join(table['zh'])}|(?<![a-z])(?:{latin})(?![a-z])")


_SOURCES = ("companies", "institutions", "people", "exchanges", "countries", "proper", "word", "indices")


def _sources(folded: str, start: int, mine: Sequence[Name]) -> tuple[Name, ...]:
    """The names in a clause on whose word it stands: Gartner指出, according to Citi."""
    found = []
    for name in mine:
        after, before = folded[name.end - start :], folded[: name.start - start]
        if name.kind in _SOURCES and (_says().match(after) or _source().search(before)):
            found.append(name)
    return tuple(found)


@cache
def _says() -> re.Pattern[str]:
    table = prompts.entries("modality")["says"]
    return re.compile(
        rf"[\"')]*(?:的?[^,]{{0,8}}?(?:{'|'.join(table['zh'])})"
        rf"|(?:'s)?(?: [\w-]+){{0,3}}? (?:{'|'.join(table['en'])})(?![a-z]))"
    )


@cache
def _source() -> re.Pattern[str]:
    table = prompts.entries("modality")["source"]
    return re.compile(
        rf"(?:{'|'.join(table['zh'])})[^,]{{0,4}}\Z|(?<![a-z])(?:{'|'.join(table['en'])})(?: the)? \Z"
        r"|(?:forecast|predict|project|expect|estimat|not)[a-z]* (?:by|from)(?: the)? \Z|that \Z(?=.*\bforecast)"
    )
