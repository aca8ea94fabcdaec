"""Hybrid search over parallel editions: meaning and words of every edition, fused per section.

The score of a section is the standard score of its similarity (its passage and its best sentence, mean over the
editions), plus a weighted keyword score (best edition), plus a share of its parent's score: a bullet is found through
the heading above it. evals/README.md has the figures of each step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.build import Build, Place, keyword_language
from vectorstore.words import tokens

CANDIDATES = 2_000
"""Passages and sentences that the vector search brings: all of a desk's shelf, a fraction of a large library."""

KEYWORD_WEIGHT = 3.0
PARENT_SHARE = 0.4
"""Chosen on evals' own questions and the development set together: see evals/README.md."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that a question found: its passages in every edition, original first."""

    work: str
    anchor: str
    coarse: str
    score: float
    places: tuple[Place, ...]
    similarity: float
    """Cosine of the best edition's passage or sentence, for deciding whether anything answers at all."""


class Search:
    """Search in one build with its embedding model. Holds no state of its users."""

    def __init__(self, build: Build, embeddings: Embeddings) -> None:
        self.build = build
        self._embed = lru_cache(maxsize=256)(embeddings.embed_query)
        self._sections = _group(build.places)
        self._keyword_rows = {
            lang: [place.index for place in build.places if keyword_language(place.edition) == lang]
            for lang in build.keywords
        }

    def hits(self, question: str, works: Collection[str] = (), context: str = "") -> list[Hit]:
        """All sections of the works (none named: all) by falling score; equal scores in reading order.

        `context` is what the question leaves to the turns before it.
        """
        text = f"{context} {question}".strip()
        chinese = any(ord(character) > 0x2E7F for character in text)
        worded = self.build.glossary.in_documents_words(text, chinese=chinese)
        similarity = self._similarity(worded)
        keywords = self._keywords(worded)
        sections = {key: places for key, places in self._sections.items() if not works or key[0] in works}
        if not sections:
            return []
        dense = _standard({key: _mean_over_editions(places, similarity) for key, places in sections.items()})
        top = max(keywords.max(initial=0.0), 1e-9)
        own = {
            key: dense[key] + KEYWORD_WEIGHT * max(float(keywords[place.index]) for place in places) / top
            for key, places in sections.items()
        }
        hits = []
        for (work, anchor), places in sections.items():
            parent = places[0].section.parent
            score = own[work, anchor] + PARENT_SHARE * own.get((work, parent or ""), 0.0)
            best = max(float(similarity[place.index]) for place in places)
            hits.append(Hit(work, anchor, places[0].coarse, score, tuple(places), best))
        hits.sort(key=lambda hit: -hit.score)
        return hits

    def sentence_similarities(self, question: str) -> dict[tuple[int, int], float]:
        """Cosine of the question with each sentence found, by place and number."""
        return self.build.nearest_sentences(self._embed(question), CANDIDATES)

    def _similarity(self, text: str) -> NDArray[np.float64]:
        """For each passage the mean of its own cosine and that of its best sentence; the lowest seen where unseen."""
        vector = self._embed(text)
        passages = self.build.nearest_passages(vector, CANDIDATES)
        sentences: dict[int, float] = {}
        for (place, _), score in self.build.nearest_sentences(vector, CANDIDATES).items():
            sentences[place] = max(score, sentences.get(place, -1.0))
        floor = min([*passages.values(), *sentences.values()], default=0.0)
        return np.array(
            [(passages.get(place.index, floor) + sentences.get(place.index, floor)) / 2 for place in self.build.places]
        )

    def _keywords(self, text: str) -> NDArray[np.float64]:
        """BM25 of each passage within its language, with the documents' other names of the terms in the question."""
        others = [word for name in self.build.glossary.other_names(text) for word in tokens(name)]
        words = list(dict.fromkeys([*tokens(text), *others]))
        scores = np.zeros(len(self.build.places))
        for lang, index in self.build.keywords.items():
            scores[self._keyword_rows[lang]] = index.scores(words)
        return scores


_KIND_ORDER = {"original": 0, "translation": 1, "digest": 2}


def _group(places: Sequence[Place]) -> dict[tuple[str, str], list[Place]]:
    """Places by work and anchor, in reading order of the first edition; originals first within each."""
    groups: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in sorted(places, key=lambda p: (p.work, _KIND_ORDER[p.edition.kind], p.edition.id, p.index)):
        groups[place.work, place.passage.anchor].append(place)
    return dict(groups)


def _mean_over_editions(places: Sequence[Place], scores: NDArray[np.float64]) -> float:
    best: dict[str, float] = {}
    for place in places:
        best[place.edition.id] = max(best.get(place.edition.id, -1.0), float(scores[place.index]))
    return sum(best.values()) / len(best)


def _standard(scores: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Standard scores: e5's cosines crowd into a tenth of their range, elsewhere for every question."""
    values = np.array(list(scores.values()))
    spread = float(values.std()) or 1.0
    return {key: (score - float(values.mean())) / spread for key, score in scores.items()}
