"""Concepts: groups of words that readers and documents use for the same, in both languages, and who speaks of them."""

from __future__ import annotations

import re
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

    def stands_in(self, folded: str) -> bool:
        """Whether a folded text speaks of it."""
        return any(word in folded for word in self.chinese) or any(
            word in folded and re.search(_whole(word), folded) for word in self.latin
        )


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


def titled(place: Place, folded: str) -> str:
    """The text of a place, `folded`, beneath its titles."""
    return fold(" ".join(dict.fromkeys((*place.titles, place.section.title)))) + " " + folded


def spoken_of(concepts: Sequence[Concept], texts: Sequence[str]) -> list[float]:
    """Of each folded text, the rarity of the concepts that it speaks of, added up.

    Rarity is the inverse document frequency log(1 + n / (1 + df)) among the n texts, so a word that is everywhere
    counts for little.
    """
    totals = [0.0] * len(texts)
    for concept in concepts:
        speaking = [number for number, text in enumerate(texts) if concept.stands_in(text)]
        rarity = log(1 + len(texts) / (1 + len(speaking)))
        for number in speaking:
            totals[number] += rarity
    return totals
