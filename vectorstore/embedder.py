"""Vectors of texts and words, kept in the catalogue by text and model: none is made twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.catalogue import Catalogue
from vectorstore.embed import embed_words
from vectorstore.premade import premade

_BATCH, _READ = 64, 500
"""Texts that are embedded at once, and vectors that are read at once."""

_COMPARED = 20
"""Texts of which one that is embedded already is looked for."""

SAME_VECTOR = 0.98
"""Cosine from which texts were embedded by the same model, on another machine, in another batch."""

Progress = Callable[[int, int], None]
"""Told how many texts of how many have been embedded."""


class Embedder:
    """Makes vectors of texts and words; those the catalogue knows are not made again, new ones are stored at once."""

    def __init__(
        self,
        catalogue: Catalogue,
        model: str,
        load_model: Callable[[], Embeddings],
        progress: Progress | None,
        *,
        anew: bool,
    ) -> None:
        """`anew`: a vector that is known is made again to see whether the model still makes it so."""
        self._catalogue = catalogue
        self._anew = anew
        self._samples: Sequence[str] = ()
        self.server = catalogue.chroma_url
        self._model = model
        self._engine = cache(load_model)
        self._progress = progress

    def documents(self, texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        """A vector for each text, in their order. Those that are new are all made before the first is given."""
        return self._vectors(texts, texts, lambda batch: self._engine().embed_documents(batch))

    def words(self, words: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        """A vector for each word, which is not the one it has as a document."""
        return self._vectors(
            words, [word_name(word) for word in words], lambda batch: embed_words(self._engine(), batch)
        )

    def _vectors(
        self, texts: Sequence[str], names: Sequence[str], embed: Callable[[list[str]], list[list[float]]]
    ) -> Iterator[NDArray[np.float32]]:
        digests = [text_digest(name) for name in names]
        self._learn(dict(zip(digests, texts, strict=True)), embed)
        for start in range(0, len(digests), _READ):
            batch = digests[start : start + _READ]
            known = self._catalogue.embeddings(self._model, list(dict.fromkeys(batch)))
            yield from (known[digest] for digest in batch)

    def _learn(self, texts: Mapping[str, str], embed: Callable[[list[str]], list[list[float]]]) -> None:
        """Stores vectors of the texts, by their digest, that have none yet."""
        known = self._catalogue.embedded(self._model, list(texts))
        todo = [(digest, text) for digest, text in texts.items() if digest not in known]
        if todo or self._anew:
            self._compare()
        todo = self._without_premade(todo, embed)
        for start in range(0, len(todo), _BATCH):
            batch = todo[start : start + _BATCH]
            rows = embed([text for _, text in batch])
            fresh = {digest: np.asarray(row, np.float32) for (digest, _), row in zip(batch, rows, strict=True)}
            self._catalogue.store_embeddings(self._model, fresh)
            if self._progress:
                self._progress(min(start + _BATCH, len(todo)), len(todo))

    def _without_premade(
        self, todo: Sequence[tuple[str, str]], embed: Callable[[list[str]], list[list[float]]]
    ) -> list[tuple[str, str]]:
        """Stores the vectors that come with the bundled works, if the engine here makes them so; gives the rest."""
        ready = premade(self._model)
        found = {digest: ready[digest] for digest, _ in todo if digest in ready}
        sample = next(((digest, text) for digest, text in todo if digest in found), None)
        if sample is None or not alike(embed([sample[1]])[0], found[sample[0]]):
            return list(todo)
        self._catalogue.store_embeddings(self._model, found)
        return [(digest, text) for digest, text in todo if digest not in found]

    def compare_with(self, texts: Sequence[str]) -> None:
        """What is embedded already, to see whether the model still makes it so before it makes more beside it."""
        self._samples = texts[:_COMPARED]

    def _compare(self) -> None:
        samples, self._samples = {text_digest(text): text for text in self._samples}, ()
        known = self._catalogue.embeddings(self._model, list(samples))
        if known:
            digest, vector = next(iter(known.items()))
            (row,) = self._engine().embed_documents([samples[digest]])
            if not alike(row, vector):
                raise ChangedModel(self._model)


def word_name(word: str) -> str:
    """What a word is called among texts."""
    return f"word\0{word}"


def text_digest(name: str) -> str:
    """What a vector is kept by."""
    return hashlib.sha256(name.encode()).hexdigest()


class ChangedModel(Exception):
    """A model makes other vectors than it did under the same name: none of those that are stored is of use."""


def alike(one: Sequence[float], other: NDArray[np.float32]) -> bool:
    """Whether two vectors are one model's of the same text: of one size and direction."""
    mine = np.asarray(one, np.float32)
    if mine.shape != other.shape:
        return False
    return bool(mine @ other >= SAME_VECTOR * np.linalg.norm(mine) * np.linalg.norm(other))
