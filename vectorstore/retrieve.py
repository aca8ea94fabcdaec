"""Hybrid search over parallel editions: meaning and words of every edition, fused per section.

A section's score is linear in a few features, each measured (evals/README.md): how near its passage and its best
sentence are to the question, in the question's language and in the others; how many of the question's words it has;
the same of the section above it, since a bullet is found through its heading; whether the question names the section
it lies in; and less for headings and captions, which seldom answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from types import MappingProxyType
from typing import overload

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

import prompts
from vectorstore.build import CANDIDATES, Build
from vectorstore.dates import short_days
from vectorstore.echoes import LOOKED_AT, echoes, is_question
from vectorstore.embed import embed_question, embed_words
from vectorstore.places import Place, keyword_language
from vectorstore.scope import SectionNames
from vectorstore.sections import Scores, Sections
from vectorstore.thesaurus import Speakers, Thesaurus, titled
from vectorstore.words import plain_words, to_simplified, tokens

_TEXTS_KEPT, _WORDS_KEPT = 256, 10_000
"""Vectors of questions and of words from questions that are kept in memory: 16 MB."""


MAY_ANSWER = 0.82
"""Cosine of a question and the nearest of a work that may answer it: reached by 97 % of the gold questions in the
report that answers them, and by 6 of 14 on matters of an office (opening hours, passwords) of which it has nothing. A
cosine, for in that no other work has a part."""

OWN_WORDS = 0.25
"""What a follow-up's own words count beside its words with those of the turns before: of 14 follow-ups, an answering
section was cited for all (0 counts: 0.93), came among the first two for 0.79 (0.71)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature of a section counts.

    Fitted as a conditional logit (softmax over a question's sections, L2 penalty 1) to our own questions, the
    development set and an invented second report, and rounded; eight-fold cross-validation by question gives
    recall@1000 0.95. Similarities are standard scores over the sections searched, keyword scores shares of the highest.
    """

    passage: float = 0.55
    passage_in_other_language: float = 0.35
    sentence: float = 0.5
    words_alike: float = 0.2
    words_alike_in_sentence: float = 0.35
    keywords: float = 0.45
    parent_similarity: float = 0.2
    parent_keywords: float = 1.2
    heading: float = -1.0
    caption: float = -1.7
    concepts: float = 0.5
    named_scope: float = 1.9
    glossary: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that a question found: its passages in every edition, original first."""

    work: str
    anchor: str
    score: float
    places: tuple[Place, ...]
    similarity: float
    """Cosine of the best edition's passage or sentence, for deciding whether anything answers at all."""


class Hits(Sequence[Hit]):
    """All sections of the works asked, best first, each made when it is looked at: a large library has many."""

    def __init__(self, sections: Sections, rows: NDArray[np.intp], scores: Scores, similarities: Scores) -> None:
        self._sections = sections
        self._rows = rows
        self._scores = scores
        self._similarities = similarities
        self.similarity = float(similarities.max(initial=-1.0))
        """The highest of any hit."""

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Hit]:
        return map(self._hit, self._rows.tolist(), self._scores.tolist(), self._similarities.tolist())

    @overload
    def __getitem__(self, place: int) -> Hit: ...
    @overload
    def __getitem__(self, place: slice) -> list[Hit]: ...
    def __getitem__(self, place: int | slice) -> Hit | list[Hit]:
        if isinstance(place, slice):
            return [self[rank] for rank in range(*place.indices(len(self)))]
        return self._hit(int(self._rows[place]), float(self._scores[place]), float(self._similarities[place]))

    @property
    def works(self) -> frozenset[str]:
        """Of any hit."""
        return frozenset(self._sections.keys[row][0] for row in self._rows.tolist())

    def of_work(self, work: str) -> Iterator[Hit]:
        """Those of one work, best first."""
        mine = self._sections.of_works([work])[self._rows]
        return (self[rank] for rank in np.flatnonzero(mine).tolist())

    def led_by(self, first: Sequence[Hit]) -> Hits:
        """The same, some of them first."""
        if not first:
            return self
        rank = {key: number for number, key in enumerate(dict.fromkeys((hit.work, hit.anchor) for hit in first))}
        order = sorted(range(len(self)), key=lambda n: rank.get(self._sections.keys[self._rows[n]], len(rank)))
        return Hits(self._sections, self._rows[order], self._scores[order], self._similarities[order])

    def _hit(self, row: int, score: float, similarity: float) -> Hit:
        places = self._sections.places[row]
        return Hit(*self._sections.keys[row], score, places, similarity)


class Search:
    """Search in one build with its embedding model. Holds no state of its users."""

    def __init__(
        self,
        build: Build,
        embeddings: Embeddings,
        weights: Weights | None = None,
        vectors: QuestionVectors | None = None,
    ) -> None:
        """`vectors`: those that questions to other builds have left, of the same model."""
        self.build = build
        self.weights = weights or Weights()
        self.sections = Sections(build.places)
        self.names = SectionNames(build.editions.values())
        self._vectors = vectors or QuestionVectors(embeddings)
        # The writer asks for the sentences of the question that was just searched.
        self._near_sentences = lru_cache(maxsize=8)(partial(_near_sentences, build, self._vectors.text))
        self._near_passages = lru_cache(maxsize=8)(partial(_near_passages, build, self._vectors.text))
        self.thesaurus = Thesaurus([*prompts.thesaurus(), *(term.names for term in build.glossary.terms)])
        self._speakers = Speakers(len(build.places), lambda n: titled(build.places[n], build.folded[n]))
        self._by_words = lru_cache(maxsize=8)(partial(_by_words, build, self._vectors.words, self._near_passages))
        self._keyword_rows = {
            lang: np.array([place.index for place in build.places if keyword_language(place.edition) == lang])
            for lang in build.keywords
        }

    def hits(self, question: str, works: Collection[str] = (), context: str = "", sides: Sequence[str] = ()) -> Hits:
        """All sections of the works (none named: all) by falling score; equal scores in reading order.

        `context` is what the question leaves to the turns before it; of a comparison, the best section for each of its
        `sides` comes first.
        """
        text = f"{context} {question}".strip()
        asked = self.sections.of_works(works)
        features, nearest = self._features(text, asked, text)
        scores = self._score(features)
        if context:
            scores = (1 - OWN_WORDS) * scores + OWN_WORDS * self._score(self._features(question, asked, text)[0])
        scores = self._less_echoes(question, scores, nearest, asked)
        ranked = np.argsort(-scores, kind="stable")
        ranked = ranked[asked[ranked]]
        if sides and len(ranked):
            ranked = self._led_by(
                [self._best(f"{context} {side}".strip(), asked, text, question) for side in sides], ranked
            )
        return Hits(self.sections, ranked, scores[ranked], nearest[ranked])

    def _best(self, part: str, asked: NDArray[np.bool_], whole: str, question: str) -> int:
        """The row that answers a part of a question best, headings and captions aside."""
        bodies = asked & (self.sections.headings + self.sections.captions == 0)
        features, nearest = self._features(part, asked, whole)
        scores = self._less_echoes(question, self._score(features), nearest, asked)
        return int(np.argmax(np.where(bodies if bodies.any() else asked, scores, -np.inf)))

    def _less_echoes(self, question: str, scores: Scores, nearest: Scores, asked: NDArray[np.bool_]) -> Scores:
        """Of a work that repeats the question all weighs less, so that its best is as good as that of the others that
        may answer: it says nothing of how well it answers. Within the work all stays in its order."""
        rows = np.flatnonzero(asked)
        works = self.sections.works[rows]
        if not is_question(question) or len(set(works.tolist())) < 2:
            return scores
        best = rows[np.argsort(-scores[rows], kind="stable")[:LOOKED_AT]].tolist()
        again = {self.sections.works[row] for row in best if self._echoes(question, row)}
        others = rows[~np.isin(works, list(again))]
        if not again or nearest[others].max(initial=0.0) < MAY_ANSWER:
            return scores
        level = np.nextafter(scores[others].max(), np.inf)
        lowered = scores.copy()
        for work in again:
            mine = rows[works == work]
            lowered[mine] -= max(0.0, scores[mine].max() - level)
        return lowered

    def _echoes(self, question: str, row: int) -> bool:
        return any(echoes(question, place) for place in self.sections.places[row])

    def _led_by(self, first: Sequence[int], ranked: NDArray[np.intp]) -> NDArray[np.intp]:
        lead = list(dict.fromkeys(first))
        return np.array([*lead, *(row for row in ranked.tolist() if row not in lead)], dtype=np.intp)

    def features(self, question: str, context: str = "") -> Mapping[str, Scores]:
        """What `hits` weighs, a value for each section: for fitting the weights (evals/fit.py)."""
        text = f"{context} {question}".strip()
        return self._features(text, self.sections.of_works(()), text)[0]

    def _score(self, features: Mapping[str, Scores]) -> Scores:
        return np.asarray(np.sum([getattr(self.weights, name) * values for name, values in features.items()], axis=0))

    def _features(self, text: str, asked: NDArray[np.bool_], whole: str) -> tuple[dict[str, Scores], Scores]:
        """The features by the name of their weight, and the highest cosine of each section.

        The words are those of the text; the meaning is that of the whole question it is a part of, which serves as
        well and is embedded once (evals/README.md).
        """
        chinese, worded, meant, sections = _is_chinese(text), self.worded(text), self.worded(whole), self.sections
        self._vectors.make(meant, self.build.wordmatch.unknown(plain_words(worded)))
        near, near_sentence = self._similarities(meant)
        passages = sections.mean_by_side(near, chinese=chinese)
        sentences = sections.mean_by_side(near_sentence, chinese=chinese)
        words = self._keywords(worded, asked, chinese=chinese)
        alike, alike_sentence, _ = self._by_words(worded, meant)
        features = {
            "passage": passages[0],
            "passage_in_other_language": passages[1],
            "sentence": sentences[0],
            "words_alike": sections.mean_by_side(alike, chinese=chinese)[0],
            "words_alike_in_sentence": sections.mean_by_side(alike_sentence, chinese=chinese)[0],
            "keywords": words[0],
            "parent_similarity": sections.of_parents((passages + sentences).sum(axis=0) / 4),
            "parent_keywords": sections.of_parents(words.max(axis=0)),
            "heading": sections.headings,
            "caption": sections.captions,
            "concepts": sections.best(self._by_concepts(text, meant)),
            "named_scope": sections.beneath(self.names.named_by(text)),
        }
        return features, sections.best(np.maximum(near, near_sentence))

    def worded(self, text: str) -> str:
        """The text in Simplified, with its terms and the days of events as the documents call them."""
        if self.weights.glossary:
            text = self.build.glossary.in_documents_words(text, chinese=_is_chinese(text))
        days = [day for day in short_days(text) if any(index.share(day) for index in self.build.keywords.values())]
        return to_simplified(" ".join([text, *days]))

    def sentence_similarities(self, text: str) -> Mapping[tuple[int, int], float]:
        """Cosine of a question with each sentence found, by place and number."""
        return self._near_sentences(self.worded(text))

    def sentence_words(self, text: str) -> Mapping[tuple[int, int], float]:
        """Share of a question's words that each sentence found has, by place and number."""
        worded = self.worded(text)
        return self._by_words(worded, worded)[2]

    def _by_concepts(self, text: str, meant: str) -> Scores:
        """The rarity of the text's concepts that each place speaks of beneath its titles."""
        looked_at = _looked_at(self.build, self._near_passages, meant)
        scores = np.zeros(len(self.build.places))
        scores[looked_at] = self._speakers.rarity(self.thesaurus.concepts(text), looked_at)
        return scores

    def children(self, work: str, parent: str, kind: str) -> list[Hit]:
        """The sections of a kind beneath one, in reading order, as hits without score."""
        return [
            Hit(work, anchor, 0.0, places, 0.0)
            for (_, anchor), places in self.sections.children(work, parent)
            if places[0].section.kind == kind
        ]

    def _similarities(self, worded: str) -> tuple[Scores, Scores]:
        """Cosine of each place, and of its best sentence, with the question."""
        best: dict[int, float] = {}
        for (place, _), score in self._near_sentences(worded).items():
            best[place] = max(score, best.get(place, -1.0))
        return self._filled(self._near_passages(worded)), self._filled(best)

    def _filled(self, found: Mapping[int, float]) -> Scores:
        """A score for every place: the lowest found where the vector search brought none."""
        scores = np.full(len(self.build.places), min(found.values(), default=0.0))
        scores[list(found)] = list(found.values())
        return scores

    def _keywords(self, text: str, asked: NDArray[np.bool_], *, chinese: bool) -> Scores:
        """(2, sections): best BM25 in the question's language and in the others, each as a share of its highest."""
        words = list(dict.fromkeys(tokens(text)))
        scores = np.zeros(len(self.build.places))
        for lang, index in self.build.keywords.items():
            scores[self._keyword_rows[lang]] = index.scores(words)
        found = self.sections.best_by_side(scores, chinese=chinese) * asked
        return np.asarray(found / found.max(axis=1, keepdims=True, initial=1e-9))


def _near_passages(build: Build, embed: Callable[[str], Sequence[float]], worded: str) -> Mapping[int, float]:
    return MappingProxyType(build.nearest_passages(embed(worded), CANDIDATES))


def _near_sentences(
    build: Build, embed: Callable[[str], Sequence[float]], worded: str
) -> Mapping[tuple[int, int], float]:
    return MappingProxyType(build.nearest_sentences(embed(worded), CANDIDATES))


def _looked_at(build: Build, near_passages: Callable[[str], Mapping[int, float]], worded: str) -> NDArray[np.intp]:
    """The places whose words are looked at: all of them; in a large build, those near the question."""
    if len(build.places) <= CANDIDATES:
        return np.arange(len(build.places))
    return np.array(sorted(near_passages(worded)), dtype=np.intp)


class QuestionVectors:
    """Vectors of questions, and of their words that no text has, each made once as long as there is room."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._texts: dict[str, Sequence[float]] = {}
        self._words: dict[str, Sequence[float]] = {}

    def make(self, text: str, words: Sequence[str]) -> None:
        """Both at once, for they are a question's dearest."""
        if text in self._texts:
            return
        missing = [word for word in dict.fromkeys(words) if word not in self._words]
        vector, *made = embed_question(self._embeddings, text, missing)
        self._texts = _with_room(self._texts, {text: _packed(vector)}, _TEXTS_KEPT)
        self._words = _with_room(self._words, dict(zip(missing, map(_packed, made), strict=True)), _WORDS_KEPT)

    def text(self, text: str) -> Sequence[float]:
        known = self._texts
        return known[text] if text in known else self._embeddings.embed_query(text)

    def words(self, words: Sequence[str]) -> list[Sequence[float]]:
        known = self._words
        missing = [word for word in words if word not in known]
        made = dict(zip(missing, map(_packed, embed_words(self._embeddings, missing)), strict=True))
        self._words = _with_room(known, made, _WORDS_KEPT)
        return [made[word] if word in made else known[word] for word in words]


def _packed(vector: Sequence[float]) -> Sequence[float]:
    """In 4 bytes a number; a list of them takes 32."""
    return array("f", vector)


def _with_room(
    known: Mapping[str, Sequence[float]], made: Mapping[str, Sequence[float]], room: int
) -> dict[str, Sequence[float]]:
    """Both, less the oldest of the known where there are more than the room holds."""
    return {**dict(islice(known.items(), max(len(known) + len(made) - room, 0), None)), **made}


def _by_words(
    build: Build,
    word_vectors: Callable[[Sequence[str]], Sequence[Sequence[float]]],
    near_passages: Callable[[str], Mapping[int, float]],
    worded: str,
    meant: str,
) -> tuple[Scores, Scores, Mapping[tuple[int, int], float]]:
    """How much of a text's words each place has, its best sentence, each sentence; in a large build, those near."""
    places = _looked_at(build, near_passages, meant)
    words = list(dict.fromkeys(plain_words(worded)))
    made = word_vectors(build.wordmatch.unknown(words))
    found, best, sentences = build.wordmatch.scores(words, made, places)
    alike, alike_sentence = np.zeros((2, len(build.places)))
    alike[places], alike_sentence[places] = found, best
    return alike, alike_sentence, MappingProxyType(sentences)


def _is_chinese(text: str) -> bool:
    """Whose keyword index a question meets: any Chinese character makes it Chinese."""
    return any(ord(character) > 0x2E7F for character in text)
