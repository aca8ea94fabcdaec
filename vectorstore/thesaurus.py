"""Concepts: groups of words that readers and documents use for the same, in both languages, and who speaks of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from vectorstore.build import Place
from vectorstore.words import fold

_ENDINGS = ("", "s", "es", "d", "ed", "ing")


@dataclass(frozen=True, slots=True)
class Concept:
    """Words for one thing, folded."""

    chinese: tuple[str, ...]
    latin: tuple[str, ...]

    def spans(self, folded: str) -> list[tuple[int, int]]:
        """Where a folded text speaks of it."""
        found = []
        for word in self.chinese:
            at = folded.find(word)
            while at >= 0:
                found.append((at, at + len(word)))
                at = folded.find(word, at + len(word))
        for word in self.latin:
            if word in folded:
                found += [match.span() for match in re.finditer(_whole(word), folded)]
        return found


class Thesaurus:
    """The concepts that questions may be about."""

    def __init__(self, groups: Iterable[Iterable[str]]) -> None:
        """Groups of words that mean the same; of a word in two of them, the later group has it."""
        self._concepts: dict[str, Concept] = {}
        for group in groups:
            words = tuple(dict.fromkeys(map(fold, group)))
            concept = Concept(
                tuple(word for word in words if not word.isascii()), tuple(word for word in words if word.isascii())
            )
            self._concepts.update(dict.fromkeys(words, concept))
        self._longest = max(map(len, self._concepts), default=0)

    def concepts(self, text: str) -> list[Concept]:
        """What a text speaks of, each once, the longest words first where they overlap."""
        folded, at, found = fold(text), 0, []
        while at < len(folded):
            word = self._word_at(folded, at)
            if word:
                found.append(self._concepts[word])
            at += len(word) or 1
        return list(dict.fromkeys(found))

    def _word_at(self, folded: str, at: int) -> str:
        """The longest word that begins here; a Latin one as a whole word, a plain ending aside."""
        if folded[at].isascii() and at and folded[at - 1].isascii() and folded[at - 1].isalnum():
            return ""
        for end in range(min(len(folded), at + self._longest), at, -1):
            word = folded[at:end]
            if word in self._concepts and (not word[-1].isascii() or re.match(_whole(word), folded[at:])):
                return word
        return ""


def _whole(word: str) -> str:
    """A pattern for a folded Latin word, a plain ending aside."""
    return rf"(?<![a-z0-9]){re.escape(word)}(?:{'|'.join(_ENDINGS[1:])})?(?![a-z0-9])"


@dataclass(frozen=True, slots=True)
class Text:
    """A text to look through with the titles above it, folded, and where each of its sentences starts."""

    folded: str
    starts: Sequence[int]


def place_text(place: Place, folded: str) -> Text:
    """The text of a place beneath its titles; `folded` is its own."""
    titles = fold(" ".join(dict.fromkeys((*place.titles, place.section.title))))
    return Text(f"{titles} {folded}", [len(titles) + 1 + start for start, _ in place.sentences])


def weighed(concepts: Sequence[Concept], texts: Sequence[Text]) -> list[tuple[float, dict[int, float]]]:
    """Of each text, the rarity of the concepts that it speaks of, added up; and of each of its sentences, by number.

    Rarity is the inverse document frequency log(1 + n / (1 + df)) among the n texts, so a word that is everywhere
    counts for little.
    """
    totals = [0.0] * len(texts)
    sentences: list[dict[int, float]] = [{} for _ in texts]
    for concept in concepts:
        spans = [concept.spans(text.folded) for text in texts]
        rarity = log(1 + len(texts) / (1 + sum(map(bool, spans))))
        for number, (text, mine) in enumerate(zip(texts, spans, strict=True)):
            totals[number] += rarity if mine else 0.0
            for sentence in {bisect_right(text.starts, start) - 1 for start, _ in mine} - {-1}:
                sentences[number][sentence] = sentences[number].get(sentence, 0.0) + rarity
    return list(zip(totals, sentences, strict=True))
