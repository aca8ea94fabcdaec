"""Hybrid search over parallel editions: meaning and words of every edition, fused per section.

A section's score is linear in a few features, each measured (evals/README.md): how near its passage and its best
sentence are to the question, in the question's language and in the others; how many of the question's words it has;
the same of the section above it, since a bullet is found through its heading; whether the question names the section
it lies in; and less for headings and captions, which seldom answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.build import Build, Place, keyword_language
from vectorstore.scope import named_sections
from vectorstore.words import to_simplified, tokens

CANDIDATES = 2_000
"""Passages and sentences that the vector search brings: all of a desk's shelf, a fraction of a large library."""

_HEADINGS = ("chapter", "item", "heading")
_CAPTIONS = ("table", "figure")


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature of a section counts.

    Fitted as a conditional logit (softmax over a question's sections, L2 penalty 1) to our own questions, the
    development set and an invented second report, and rounded; eight-fold cross-validation by question gives
    recall@1000 0.95. Similarities are standard scores over the sections searched, keyword scores shares of the highest.
    """

    passage: float = 0.75
    passage_in_other_language: float = 0.35
    sentence: float = 0.75
    keywords: float = 2.5
    keywords_in_other_language: float = 0.3
    parent_similarity: float = 0.3
    parent_keywords: float = 1.4
    heading: float = -1.0
    caption: float = -1.5
    named_scope: float = 2.0
    glossary: bool = True


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

    def __init__(self, build: Build, embeddings: Embeddings, weights: Weights | None = None) -> None:
        self.build = build
        self.weights = weights or Weights()
        self._embed = lru_cache(maxsize=256)(embeddings.embed_query)
        self._sections = _group(build.places)
        self._keyword_rows = {
            lang: [place.index for place in build.places if keyword_language(place.edition) == lang]
            for lang in build.keywords
        }
        self._languages = np.array([keyword_language(place.edition) for place in build.places])

    def hits(self, question: str, works: Collection[str] = (), context: str = "") -> list[Hit]:
        """All sections of the works (none named: all) by falling score; equal scores in reading order.

        `context` is what the question leaves to the turns before it.
        """
        text = f"{context} {question}".strip()
        language = _language(text)
        worded = self.worded(text)
        keys = [key for key in self._sections if not works or key[0] in works]
        if not keys:
            return []
        passages, sentences, nearest = self._similarities(worded, keys, language)
        words = self._keywords(worded, keys, language)
        weights = self.weights
        own = weights.passage * passages[0] + weights.passage_in_other_language * passages[1]
        own += weights.sentence * sentences[0]
        own += weights.keywords * words[0] + weights.keywords_in_other_language * words[1]
        mean = (passages[0] + passages[1] + sentences[0] + sentences[1]) / 4
        above = weights.parent_similarity * mean + weights.parent_keywords * words.max(axis=0)
        scores = own + self._parents(keys, above) + self._kinds(keys) + weights.named_scope * self._in_scope(text, keys)
        order = np.argsort(-scores, kind="stable")
        return [self._hit(keys[row], float(scores[row]), float(nearest[row])) for row in order]

    def worded(self, text: str) -> str:
        """The text in Simplified, with its terms as the documents call them."""
        if self.weights.glossary:
            text = self.build.glossary.in_documents_words(text, chinese=_language(text) == "zh")
        return to_simplified(text)

    def sentence_similarities(self, text: str) -> dict[tuple[int, int], float]:
        """Cosine of a question with each sentence found, by place and number."""
        return self.build.nearest_sentences(self._embed(self.worded(text)), CANDIDATES)

    def _hit(self, key: tuple[str, str], score: float, similarity: float) -> Hit:
        places = self._sections[key]
        return Hit(key[0], key[1], places[0].coarse, score, tuple(places), similarity)

    def _similarities(
        self, text: str, keys: Sequence[tuple[str, str]], language: str
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Standard scores of passages and of best sentences, each (2, sections), and the best cosine (sections)."""
        vector = self._embed(text)
        best: dict[int, float] = {}
        for (place, _), score in self.build.nearest_sentences(vector, CANDIDATES).items():
            best[place] = max(score, best.get(place, -1.0))
        passages = self._filled(self.build.nearest_passages(vector, CANDIDATES))
        sentences = self._filled(best)
        nearest = np.maximum(passages, sentences)
        return (
            self._by_language(passages, keys, language),
            self._by_language(sentences, keys, language),
            np.array([max(nearest[place.index] for place in self._sections[key]) for key in keys]),
        )

    def _filled(self, found: dict[int, float]) -> NDArray[np.float64]:
        """A score for every place: the lowest found where the vector search brought none."""
        floor = min(found.values(), default=0.0)
        return np.array([found.get(place.index, floor) for place in self.build.places])

    def _by_language(
        self, scores: NDArray[np.float64], keys: Sequence[tuple[str, str]], language: str
    ) -> NDArray[np.float64]:
        """(2, sections): mean over the editions in the question's language, and over the others.

        Each edition is brought to standard scores first; a section without edition on one side has the other's.
        """
        sums, counts = np.zeros((2, len(keys))), np.zeros((2, len(keys)))
        editions: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
        for row, key in enumerate(keys):
            for place in self._sections[key]:
                mine = editions[place.work, place.edition.id, str(self._languages[place.index])]
                mine[row] = max(mine.get(row, -1.0), float(scores[place.index]))
        for (_, _, spoken), mine in editions.items():
            side = int(spoken != language)
            rows = np.array(list(mine))
            sums[side, rows] += _standard(np.array(list(mine.values())))
            counts[side, rows] += 1
        means = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
        return np.where(counts > 0, means, means[::-1])

    def _keywords(self, text: str, keys: Sequence[tuple[str, str]], language: str) -> NDArray[np.float64]:
        """(2, sections): best BM25 in the question's language and in the others, each as a share of its highest."""
        words = list(dict.fromkeys(tokens(text)))
        scores = np.zeros(len(self.build.places))
        for lang, index in self.build.keywords.items():
            scores[self._keyword_rows[lang]] = index.scores(words)
        found = np.zeros((2, len(keys)))
        for row, key in enumerate(keys):
            for place in self._sections[key]:
                side = int(self._languages[place.index] != language)
                found[side, row] = max(found[side, row], float(scores[place.index]))
        return np.asarray(found / np.maximum(found.max(axis=1, keepdims=True), 1e-9))

    def _parents(self, keys: Sequence[tuple[str, str]], values: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = {key: row for row, key in enumerate(keys)}
        above = [rows.get((work, self._sections[work, anchor][0].section.parent or "")) for work, anchor in keys]
        return np.array([0.0 if row is None else float(values[row]) for row in above])

    def _kinds(self, keys: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        kinds = [self._sections[key][0].section.kind for key in keys]
        cost = {
            **dict.fromkeys(_HEADINGS, self.weights.heading),
            **dict.fromkeys(_CAPTIONS, self.weights.caption),
        }
        return np.array([cost.get(kind, 0.0) for kind in kinds])

    def _in_scope(self, text: str, keys: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """One where a section above is named by the question."""
        named = named_sections(text, self.build.editions.values())
        return np.array(
            [float(any((work, up) in named for up in self._ancestors(work, anchor))) for work, anchor in keys]
        )

    def _ancestors(self, work: str, anchor: str) -> list[str]:
        found: list[str] = []
        parent = self._sections[work, anchor][0].section.parent
        while parent is not None:
            found.append(parent)
            places = self._sections.get((work, parent))
            parent = places[0].section.parent if places else None
        return found


def _language(text: str) -> str:
    """Whose keyword index a question meets: any Chinese character makes it Chinese."""
    return "zh" if any(ord(character) > 0x2E7F for character in text) else "en"


_KIND_ORDER = {"original": 0, "translation": 1, "digest": 2}


def _group(places: Sequence[Place]) -> dict[tuple[str, str], list[Place]]:
    """Places by work and anchor, in reading order of the first edition; originals first within each."""
    groups: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in sorted(places, key=lambda p: (p.work, _KIND_ORDER[p.edition.kind], p.edition.id, p.index)):
        groups[place.work, place.passage.anchor].append(place)
    return dict(groups)


def _standard(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard scores: e5's cosines crowd into a tenth of their range, elsewhere for every question."""
    spread = float(scores.std()) or 1.0
    return np.asarray((scores - scores.mean()) / spread)
