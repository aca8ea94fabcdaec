"""Words that mean alike: how much of a question's meaning, word by word, a passage and each of its sentences has.

A passage's vector blurs what it says; BM25 wants the same word. In between, each word of the question is matched with
the nearest word of the text, by vectors of single words, as late interaction does with tokens (Khattab and Zaharia,
"ColBERT", 2020; here the vectors know no context, and are made once for each word of a build).
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.words import has_han, plain_words

THRESHOLD = 0.3
"""Cosine of two centred word vectors below which they have nothing in common (evals/README.md)."""

_ROWS = 1_000
"""Vectors that are centred at once."""

_WORDS, _ARRAYS, _VECTORS = "words.json", "words.npz", "words.npy"

Vectors = NDArray[np.float32]


def write_words(
    folder: Path,
    texts: Iterable[Sequence[str]],
    chinese: Sequence[bool],
    embed: Callable[[list[str]], Iterable[Vectors]],
) -> None:
    """Stores the words of places, given as their sentences, with their vectors and rarity.

    `embed` is asked twice for the words' vectors, which are not all held at once: for their centres, and to be written.
    """
    ids: dict[str, int] = {}
    flat = array("i")
    sentence_starts, place_starts = [0], [0]
    counts: dict[tuple[int, bool], int] = {}
    for sentences, side in zip(texts, chinese, strict=True):
        mine: set[int] = set()
        for sentence in sentences:
            found = {ids.setdefault(word, len(ids)) for word in plain_words(sentence)}
            mine |= found
            flat.extend(sorted(found))
            sentence_starts.append(len(flat))
        place_starts.append(len(sentence_starts) - 1)
        for word in mine:
            counts[word, side] = counts.get((word, side), 0) + 1
    sizes = {side: sum(other == side for other in chinese) for side in (True, False)}
    rarity = np.full(len(ids), np.inf, dtype=np.float32)
    for (word, side), count in counts.items():
        rarity[word] = min(rarity[word], _rarity(count, sizes[side]))
    words = list(ids)
    han = np.array([has_han(word) for word in words], dtype=bool)
    # Single words crowd around one point in each script; what tells them apart is how they differ from it.
    centres = _centres(embed(words), han) if words else np.zeros((2, 1), np.float32)
    lengths = _write_centred(folder / _VECTORS, embed(words) if words else [], han, centres)
    (folder / _WORDS).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    np.savez(
        folder / _ARRAYS,
        centres=centres,
        lengths=lengths,
        han=np.append(han, False),
        rarity=rarity,
        flat=np.array(flat, dtype=np.int32),
        sentence_starts=np.array(sentence_starts, dtype=np.int64),
        place_starts=np.array(place_starts, dtype=np.int64),
    )


def _centres(vectors: Iterable[Vectors], han: NDArray[np.bool_]) -> Vectors:
    """The mean of Latin words' vectors, and of Chinese words'; zero where there are none."""
    sums: dict[bool, Any] = {False: 0.0, True: 0.0}
    for vector, side in zip(vectors, han.tolist(), strict=True):
        sums[side] += vector.astype(np.float16).astype(np.float64)
        width = len(vector)
    means = [sums[side] / max(1, int((han == side).sum())) for side in (False, True)]
    return np.array([np.broadcast_to(mean, width) for mean in means], dtype=np.float32)


def _write_centred(path: Path, vectors: Iterable[Vectors], han: NDArray[np.bool_], centres: Vectors) -> Vectors:
    """Writes vectors from their centres, some at a time, and a last one that stands for no word.

    A file of its own, in the form in which it is read: mapped, not loaded. Returns the lengths that they had, the last
    one's infinite.
    """
    width = centres.shape[-1]
    lengths = np.full(len(han) + 1, np.inf, dtype=np.float32)
    shape = {"descr": "<f4", "fortran_order": False, "shape": (len(han) + 1, width)}
    rest = iter(vectors)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, shape)
        for start in range(0, len(han), _ROWS):
            some = np.array([vector.astype(np.float16) for vector in islice(rest, _ROWS)]).astype(np.float32)
            centred, lengths[start : start + len(some)] = _centred(some, han[start : start + _ROWS], centres)
            file.write(centred.tobytes())
        file.write(np.zeros(width, np.float32).tobytes())
    return lengths


def _rarity(count: int, size: int) -> float:
    """Inverse document frequency in BM25's form (Robertson and Zaragoza 2009)."""
    return float(np.log(1 + (size - count + 0.5) / (count + 0.5)))


class WordMatch:
    """The words of a build's places, ready to be compared with a question's."""

    def __init__(self, folder: Path) -> None:
        words = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        with (folder / _ARRAYS).open("rb") as file, np.load(file) as arrays:
            self._centres = arrays["centres"]
            self._lengths = arrays["lengths"]
            self._han = arrays["han"]
            self._rarity = arrays["rarity"]
            self._flat = arrays["flat"]
            self._sentence_starts = arrays["sentence_starts"]
            self._place_starts = arrays["place_starts"]
        self.places, self.sentences = len(self._place_starts) - 1, len(self._sentence_starts) - 1
        """How many there are."""

        self._vectors = np.load(folder / _VECTORS, mmap_mode="r")
        self._moved = np.zeros_like(self._centres)
        self._moved_lengths = np.ones_like(self._lengths)
        self._ids = dict(zip(words, range(len(words)), strict=True))
        self._rarest = float(self._rarity.max(initial=1.0))
        if len(self._vectors) != len(words) + 1:
            raise ValueError(folder / _VECTORS)

    def part(self, places: NDArray[np.intp], chinese: NDArray[np.bool_]) -> WordMatch:
        """That of some of the places, renumbered, as if the others had never been; `chinese` says which of them are.

        What is left of the others is their words' vectors, which no word leads to.
        """
        sentences, _ = _ranges(self._place_starts, places)
        spans, _ = _ranges(self._sentence_starts, sentences)
        mine = copy(self)
        mine._flat = self._flat[spans]
        sizes = np.diff(self._sentence_starts)[sentences]
        mine._sentence_starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        counts = np.diff(self._place_starts)[places]
        mine._place_starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        mine.places, mine.sentences = len(places), len(sentences)
        owners = np.repeat(np.repeat(np.arange(len(places)), counts), sizes)
        pairs = np.unique(np.stack([owners, mine._flat.astype(np.int64)], axis=1), axis=0)
        mine._rarity = np.full(len(self._rarity), np.inf, dtype=np.float32)
        for side in (True, False):
            of_side = pairs[chinese[pairs[:, 0]] == side, 1] if len(pairs) else np.zeros(0, np.int64)
            found, often = np.unique(of_side, return_counts=True)
            size = int((chinese == side).sum())
            rarity = np.log(1 + (size - often + 0.5) / (often + 0.5)).astype(np.float32)
            mine._rarity[found] = np.minimum(mine._rarity[found], rarity)
        spoken = set(np.unique(mine._flat).tolist())
        mine._ids = {word: number for word, number in self._ids.items() if number in spoken}
        mine._rarest = float(mine._rarity[list(mine._ids.values())].max(initial=1.0))
        mine._recentre(np.fromiter(spoken, dtype=np.intp))
        return mine

    def _recentre(self, spoken: NDArray[np.intp]) -> None:
        """Takes the centres from some of the words alone, without a copy of the vectors.

        A vector v of a script whose centre c moves by m is kept as u of length one with v = c + n u; from the new
        centre it is n u - m, whose length is in `_moved_lengths`, in units of n.
        """
        weights = np.zeros((2, len(self._lengths)), dtype=np.float32)
        for side in (0, 1):
            of_side = spoken[self._han[spoken] == side]
            weights[side, of_side] = self._lengths[of_side] / max(1, len(of_side))
        unspoken = np.bincount(self._han[spoken], minlength=2) == 0
        self._moved = np.where(unspoken[:, None], -self._centres, weights @ self._vectors).astype(np.float32)
        self._centres = self._centres + self._moved
        along = (self._vectors @ self._moved.T)[np.arange(len(self._vectors)), self._han.astype(np.intp)]
        moved = np.square(self._moved).sum(axis=1)[self._han.astype(np.intp)]
        squares = 1 - 2 * along / self._lengths + moved / np.square(self._lengths)
        self._moved_lengths = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)

    def _vector(self, number: int) -> Vectors:
        """A word's vector of length one from its script's centre."""
        moved = self._moved[int(self._han[number])] / self._lengths[number]
        return np.asarray((self._vectors[number] - moved) / self._moved_lengths[number], dtype=np.float32)

    def _cosines(self, asked: Vectors) -> Vectors:
        """(words of the build + 1, asked): how alike each word is to each that is asked."""
        moved = (self._moved @ asked.T)[self._han.astype(np.intp)] / self._lengths[:, None]
        return np.asarray((self._vectors @ asked.T - moved) / self._moved_lengths[:, None], dtype=np.float32)

    def unknown(self, words: Sequence[str]) -> list[str]:
        """The words of a question that no text has: their vectors are to be made."""
        return [word for word in words if word not in self._ids]

    def scores(
        self, words: Sequence[str], vectors: Sequence[Sequence[float]], places: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[tuple[int, int], float]]:
        """What share of a question's words places have, weighted by the square of their rarity, 0 to 0.7.

        `vectors` are those of its unknown words, in order; the shares come for each place, for its best sentence, and
        for each sentence by place and number.
        """
        if not words or not len(places):
            return np.zeros(len(places)), np.zeros(len(places)), {}
        by_sentence, sentences, at = self._by_sentence(words, vectors, places)
        by_place = np.maximum.reduceat(by_sentence, at, axis=0).sum(axis=1)
        shares = by_sentence.sum(axis=1)
        sizes = np.diff(np.append(at, len(sentences)))
        numbers = sentences - np.repeat(self._place_starts[places], sizes)
        owners = np.repeat(places, sizes)
        found = dict(zip(zip(owners.tolist(), numbers.tolist(), strict=True), shares.tolist(), strict=True))
        return by_place, np.maximum.reduceat(shares, at), found

    def _by_sentence(
        self, words: Sequence[str], vectors: Sequence[Sequence[float]], places: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
        """(sentences, words): shares of the sentences of places; the sentences' numbers; where each place's begin."""
        made = iter(vectors)
        han = np.array([has_han(word) for word in words], dtype=bool)
        new = np.array([word not in self._ids for word in words], dtype=bool)
        asked = np.array(
            [next(made) if word not in self._ids else self._vector(self._ids[word]) for word in words], np.float32
        )
        asked[new], _ = _centred(asked[new], han[new], self._centres)
        weights = np.array([self._rarity[self._ids[word]] if word in self._ids else self._rarest for word in words])
        weights = weights**2  # the year that half the passages name must not outweigh the subject that one has
        alike = np.clip(self._cosines(asked) - THRESHOLD, 0.0, None)
        alike = alike.astype(np.float64) * (weights / (weights.sum() or 1.0))
        sentences, at = _ranges(self._place_starts, places)
        spans, inner = _ranges(self._sentence_starts, sentences, padded=True)
        flat = np.append(self._flat, len(self._vectors) - 1)[spans]
        return np.maximum.reduceat(alike[flat], inner, axis=0), sentences, at


def _centred(vectors: Vectors, han: NDArray[np.bool_], centres: Vectors) -> tuple[Vectors, Vectors]:
    """Vectors of length one from the centre of their script, Latin's first; the lengths that they had."""
    centred = vectors - centres[han.astype(np.intp)]
    lengths = np.maximum(np.linalg.norm(centred, axis=1), 1e-6).astype(np.float32)
    return np.asarray(centred / lengths[:, None], dtype=np.float32), lengths


def _ranges(
    starts: NDArray[np.int64], rows: NDArray[np.intp], *, padded: bool = False
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The numbers from each row's start to the next one's, joined, and where each row's begin.

    `padded`: each row ends in -1, so that none is empty.
    """
    sizes = starts[rows + 1] - starts[rows] + padded
    begins = np.cumsum(sizes) - sizes
    numbers = np.arange(int(sizes.sum())) - np.repeat(begins - starts[rows], sizes)
    if padded:
        numbers[begins + sizes - 1] = -1
    return numbers.astype(np.intp), begins.astype(np.intp)
