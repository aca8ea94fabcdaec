"""Numbers that are no figures - in names, ordinals, tiers, references - are compared as they are printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chat.evidence import Evidence, SourceText, sentence_at
from chat.names import Names
from chat.numbers import figures
from chat.numerals import numerals
from chat.problem import Problem
from chat.reading import Reading
from vectorstore.words import fold

_FOOTNOTE = re.compile(r"[\[【]\s?\^?[0-9]{1,3}(?:\s?[-,;~]\s?[0-9]{1,3})*\s?[\]】]")
_DIGITS = re.compile(r"(?P<before>[a-z]*)(?P<number>[0-9]+(?:[.,:][0-9]+)*)(?P<after>[a-z]*)")
_HAN_ORDINAL = re.compile(r"第\s?([零〇一二两三四五六七八九十百千廿]+)")
_ENDINGS = frozenset({"st", "nd", "rd", "th", "am", "pm", "s"})
_ORDER = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = {word: str(number) for number, word in enumerate(_ORDER, 1)} | {"首": "1"}
_LONG = 3
"""Digits from which a number is hardly met by chance: it may stand in a figure of the source (mid-2026, 2026)."""

_HEAD = re.compile(r"([a-z]+|[^\x00-\x7f]{2})[ -]?\Z")
_NO_HEADS = frozenset({"the", "a", "an", "and", "or", "to", "of", "in", "its", "by", "at", "as", "is"})
"""Words that stand before any number and say nothing of its kind."""


@dataclass(frozen=True, slots=True)
class Label:
    """A number that is no figure. `letters`: those glued to it (h of H1, g of 5G); `head`: the word before it, tier."""

    number: str
    letters: str
    head: str
    start: int
    end: int


def label_problems(statement: Reading, evidence: Sequence[Evidence], names: Names) -> list[Problem]:
    """A problem for each number in a name, ordinal or reference of the statement that no edition of the sources has."""
    texts = [text for each in evidence for text in each.texts]
    mine = labels(statement.text)
    if not mine:
        return []
    known = {name.key for text in texts for part in (text.text, *text.titles) for name in names.find(part)}
    spelt = [name for name in names.find(statement.text) if name.kind != "word" and name.key in known]
    found = []
    for label in mine:
        named = any(name.start <= label.start and label.end <= name.end for name in spelt)
        if not named and (_is_otherwise(label, texts) or not any(_has(text, label) for text in texts)):
            found.append(_problem(label, statement, texts))
    return found


@lru_cache(maxsize=2048)
def labels(text: str) -> tuple[Label, ...]:
    """The numbers of a text in digits that `figures` leaves out, but for footnote marks; and 第七."""
    folded = fold(text)
    taken = [(figure.start, figure.end) for figure in figures(text)]
    taken += [match.span() for match in _FOOTNOTE.finditer(folded)]
    found = []
    for match in _DIGITS.finditer(folded):
        start, end = match.span("number")
        if not any(start < last and first < end for first, last in taken):
            letters = f"{match['before']}-{'' if match['after'] in _ENDINGS else match['after']}"
            head = _HEAD.search(folded[max(0, match.start() - 20) : match.start()])
            found.append(Label(match["number"], letters, head[1] if head else "", *match.span()))
    for match in _HAN_ORDINAL.finditer(folded):
        if not any(match.start() < last and first < match.end() for first, last in taken):
            found += [Label(number, "-", "", *match.span()) for number in _values(match[1])]
    return tuple(sorted(found, key=lambda label: label.start))


def _is_otherwise(label: Label, texts: Sequence[SourceText]) -> bool:
    """Whether the sources have the word before a number with other numbers only: tier 1, where tier 3 is said."""
    if not label.head or label.head in _NO_HEADS:
        return False
    alike = [other for text in texts for other in labels(text.text) if other.head == label.head]
    return bool(alike) and label.number not in [other.number for other in alike]


def _has(text: SourceText, label: Label) -> bool:
    """Whether a source prints a number: with the same letters; a bare one in words too, or as its own address."""
    there = [each for part in (text.text, *text.titles) for each in labels(part)]
    if any((label.number, label.letters) == (other.number, other.letters) for other in there):
        return True
    digits = label.number if label.letters == "-" else ""
    if digits and (text.anchor == digits or text.anchor.startswith(f"{digits}.")):
        return True
    return bool(digits) and any(digits in _said(part) for part in (text.text, *text.titles))


@lru_cache(maxsize=2048)
def _said(text: str) -> frozenset[str]:
    """The numbers of a text in words that are no figures, its ordinals, and the long numbers within its figures."""
    folded = fold(text)
    spans = [(figure.start, figure.end) for figure in figures(text)]
    said = {
        f"{numeral.low:g}"
        for numeral in numerals(folded)
        if numeral.in_words and not any(numeral.start < last and first < numeral.end for first, last in spans)
    }
    said |= {number for word, number in _ORDINALS.items() if word in folded}
    printed = (number for first, last in spans for number in re.findall(r"[0-9]+", folded[first:last]))
    return frozenset(said | {number for number in printed if len(number) >= _LONG})


def _values(spelt: str) -> Iterator[str]:
    yield from (f"{numeral.low:g}" for numeral in numerals(spelt))


def _problem(label: Label, statement: Reading, texts: Sequence[SourceText]) -> Problem:
    """With the number that the sources have in its place: of the same letters, else behind the same word."""
    says = statement.text[label.start : label.end]
    for text in texts:
        for other in labels(text.text):
            if other.letters == label.letters != "-" or (label.head and other.head == label.head):
                return Problem(
                    "figure", says, text.text[other.start : other.end], text, *sentence_at(text, other.start)
                )
    return Problem("figure", says)
