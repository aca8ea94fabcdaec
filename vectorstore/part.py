"""A build as it would be had it never held some of its works: what a reader meets who may not see them.

Nothing that is computed over a build's texts is taken over from the whole: how rare a word is, which words are known
at all, which name of a term is the usual one, the best candidates. What is hidden shows in no answer, order or score.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TypeVar

import numpy as np

from ingest.document import Edition
from ingest.marked import visible
from vectorstore.build import Build
from vectorstore.glossary import Glossary, count_names
from vectorstore.places import keyword_language
from vectorstore.words import KeywordIndex

Key = TypeVar("Key")


class PartOfBuild(Build):
    """Some works of a build, which stays open as long as this is in use."""

    def __init__(self, whole: Build, works: Collection[str]) -> None:
        self._whole = whole
        self.id, self.model = whole.id, whole.model
        self.works = {id_: work for id_, work in whole.works.items() if id_ in works}
        self.editions = {key: edition for key, edition in whole.editions.items() if edition.work in self.works}
        kept = [place for place in whole.places if place.work in self.works]
        self._number = {place.index: number for number, place in enumerate(kept)}
        """Of each place that is in the part, by its number in the whole."""

        self.places = [replace(place, index=number) for number, place in enumerate(kept)]
        self.folded = tuple(whole.folded[place.index] for place in kept)
        explained = [e for e in self.editions.values() if self.works[e.work].role == "glossary"]
        self.glossary = Glossary.of(explained, count_names(explained, [place.passage.text for place in kept]))
        languages = sorted({keyword_language(place.edition) for place in kept})
        self.keywords = {
            lang: KeywordIndex.of([visible(place.passage.text)[0] for place in kept if _is(place.edition, lang)])
            for lang in languages
        }
        numbers = np.array([place.index for place in kept], dtype=np.intp)
        chinese = np.array([_is(place.edition, "zh") for place in kept], dtype=bool)
        self.wordmatch = whole.wordmatch.part(numbers, chinese)
        self._all = len(whole.places), whole.wordmatch.sentences
        """How many passages and sentences the whole has."""

    def nearest_passages(self, vector: Sequence[float], count: int) -> dict[int, float]:
        """As the whole build's, cut after what is hidden is taken out."""

        def mine(number: int) -> int | None:
            return self._number.get(number)

        return _nearest(partial(self._whole.nearest_passages, vector), mine, count, self._all[0])

    def nearest_sentences(self, vector: Sequence[float], count: int) -> dict[tuple[int, int], float]:
        """As the whole build's, cut after what is hidden is taken out."""

        def mine(key: tuple[int, int]) -> tuple[int, int] | None:
            number = self._number.get(key[0])
            return None if number is None else (number, key[1])

        return _nearest(partial(self._whole.nearest_sentences, vector), mine, count, self._all[1])

    def close(self) -> None:
        """Nothing of its own is open."""


def _nearest(
    search: Callable[[int], Mapping[Key, float]], mine: Callable[[Key], Key | None], count: int, most: int
) -> dict[Key, float]:
    """The nearest so many of the part, however many of what is hidden are nearer."""
    asked = count
    while True:
        ranked = sorted(search(min(asked, most)).items(), key=lambda pair: -pair[1])
        found = {key: score for whole, score in ranked if (key := mine(whole)) is not None}
        if len(found) >= count or asked >= most:
            return dict(islice(found.items(), count))
        asked *= 2


def _is(edition: Edition, language: str) -> bool:
    return keyword_language(edition) == language
