"""Concepts: groups of words that readers and documents use for the same, in both languages, and who speaks of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vectorstore.places import Place
from vectorstore.words import fold

_UNREAD = -1

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
    return f"{_folded_titles((*place.titles, place.section.title))} {folded}"


@lru_cache(maxsize=4096)
def _folded_titles(titles: tuple[str, ...]) -> str:
    return fold(" ".join(dict.fromkeys(titles)))


class Speakers:
    """Which of many texts speak of a concept: each is read for it once, and the answer kept, a byte for each text."""

    def __init__(self, count: int, text: Callable[[int], str]) -> None:
        """`text` gives the folded text of a number below `count`."""
        self._count = count
        self._text = text
        self._known: dict[Concept, NDArray[np.int8]] = {}

    def rarity(self, concepts: Iterable[Concept], texts: NDArray[np.intp]) -> NDArray[np.float64]:
        """Of each of these texts, the rarity of the concepts that it speaks of, added up.

        Rarity is the inverse document frequency log(1 + n / (1 + df)) among them, so a word that is everywhere counts
        for little.
        """
        total = np.zeros(len(texts))
        for concept in concepts:
            speaking = self._speaking(concept, texts)
            total += speaking * np.log(1 + len(texts) / (1 + speaking.sum()))
        return total

    def _speaking(self, concept: Concept, texts: NDArray[np.intp]) -> NDArray[np.bool_]:
        known = self._known.setdefault(concept, np.full(self._count, _UNREAD, np.int8))
        for number in texts[known[texts] == _UNREAD].tolist():
            known[number] = concept.stands_in(self._text(number))
        speaking: NDArray[np.bool_] = known[texts] == 1
        return speaking
