"""What a topic is about: the candidates that speak of it, with how relevant each is; or why the documents have none."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chat.candidates import Candidate, candidates
from chat.coverage import MIN_SIMILARITY, Silence, Vocabulary, find_silence
from chat.point_choice import Scores, standard
from chat.themes import THEMES, about, section_themes, topic_themes
from chat.understand import asks, understand
from ingest.document import BODIES, Language, Theme
from vectorstore.retrieve import Search
from vectorstore.words import fold, has_han

SECTIONS = 24
"""So many sections at most hold what is said of a topic in words of its own; of a thesis, as many as there are …"""

THESIS_SECTIONS = 400
"""… up to this many: comparing each sentence with each takes a second beyond it."""

REACH = 5.0
"""How far below the best section's score others may lie and still speak of the topic."""

SENTENCE_REACH = 5.0
"""How far below the most relevant sentence others may lie: with evals/topics.jsonl nearly all that are beside the topic
lie farther."""

MARGIN = 0.35
"""By how many standard deviations a sentence may be nearer to another thesis than to the one it is chosen for."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates and their relevance, higher is nearer; in standard deviations of the sentences looked at."""

    candidates: Sequence[Candidate]
    relevance: Scores
    around: Sequence[Candidate]
    """Where what speaks against them may stand: these and others of the works; with how near each is to the topic."""

    nearness: Scores
    of_thesis: bool = False
    """All of them are of the thesis asked for."""


_DEALS_EN = r"(?:buy|sell|invest|put|hold|dump|switch)"
_DEALS = r"(?:买|卖|加仓|减仓|清仓|换|沽|入市|入货|梭哈)"
_PEOPLE_EN = r"(?:clients?|customers?|investors?|mother|father|mum|dad|parents|wife|husband|friends?|him|her|them|me)"
_PEOPLE = r"(?:我|你|您|客户|客人|父母|妈|爸|太太|老公|朋友|投资者|散户)"
_ADVISED = re.compile(
    rf"(?:推荐|建议|劝|叫|说服|游说|鼓励).{{0,8}}{_PEOPLE}.{{0,10}}{_DEALS}"
    rf"|{_PEOPLE}.{{0,6}}(?:应该|应当|该|必须|一定要|可以|要).{{0,6}}{_DEALS}"
    rf"|\b(?:recommend|advise|tell|convince|persuade|urge|get)\b.{{0,30}}\b{_PEOPLE_EN}\b.{{0,20}}\bto {_DEALS_EN}\b"
    rf"|\b(?:{_PEOPLE_EN}|you|we|i) (?:should|must|need to|ought to|have to)(?: \w+)? {_DEALS_EN}\b"
)
"""Someone is to be told what to do with money."""


def is_promise(text: str) -> bool:
    """Whether a text promises returns or tells a person what to do with money."""
    return asks("promise", text) or _ADVISED.search(fold(text)) is not None


def find_pool(
    topic: str, language: Language, works: Collection[str], search: Search, vocabulary: Vocabulary
) -> Pool | Silence:
    """The sentences that speak of a topic, or why there are none. Works not named: all."""
    if is_promise(topic):
        return Silence("advice")
    if asks("steer", topic):
        return Silence("steering")
    if (themes := topic_themes(topic)) and (pool := _of_themes(themes, language, works, search)):
        return pool
    query = understand(topic, (), language)
    hits = search.hits(query.text, works)
    if silence := find_silence(query, hits, search.build, vocabulary):
        return silence
    if not _is_covered(search, query.text, hits.similarity):
        return Silence("distant")
    near = [hit for hit in itertools.islice(hits, 3 * SECTIONS) if hit.places[0].section.kind in BODIES][:SECTIONS]
    near = [hit for hit in near if hit.score >= near[0].score - REACH]
    rows = {row: hit.score for hit in near if (row := search.sections.row(hit.work, hit.anchor)) is not None}
    found = candidates(search.sections, rows, language)
    if not found:
        return Silence("distant")
    sentences = _sentence_scores(search, query.text)
    scores = np.array([rows[_row(search, one)] for one in found])
    relevance = scores + standard(_nearness(found, sentences))
    kept = np.flatnonzero(relevance >= relevance.max() - SENTENCE_REACH)
    looked_at = [search.sections.row(hit.work, hit.anchor) for hit in itertools.islice(hits, THESIS_SECTIONS)]
    around = candidates(search.sections, [row for row in looked_at if row is not None], language)
    mine = [found[n] for n in kept.tolist()]
    return Pool(mine, relevance[kept], around, standard(_nearness(around, sentences)))


COVERED, PER_COSINE = 0.42, 8.0
UNRELATED = {"en": 0.842, "zh": 0.87}
"""A topic is spoken of where the share of its words that the best sentence has, and 8 for each unit of cosine above
that of unrelated texts, reach 0.42: in evals/topics.jsonl the covered have 0.44, those outside at most 0.41."""


def _is_covered(search: Search, topic: str, cosine: float) -> bool:
    """Whether any sentence speaks of a topic rather than of something that shares a word with it."""
    words = max(search.sentence_words(topic).values(), default=0.0)
    side = "zh" if has_han(topic) else "en"
    return words + PER_COSINE * (cosine - UNRELATED[side]) >= COVERED


def _row(search: Search, one: Candidate) -> int:
    row = search.sections.row(one.place.work, one.place.passage.anchor)
    assert row is not None
    return row


def _of_themes(themes: Sequence[Theme], language: Language, works: Collection[str], search: Search) -> Pool | None:
    """The sentences of sections that work.toml gives a thesis; where several, those nearer to it than to the others."""
    asked = search.sections.of_works(works)
    given = {id_ for id_, work in search.build.works.items() if any(set(themes) & set(t) for t in work.themes.values())}
    rows = [row for row, (work, _) in enumerate(search.sections.keys) if asked[row] and work in given]
    found = candidates(search.sections, rows[:THESIS_SECTIONS], language)
    near = {theme: standard(_nearness(found, _sentence_scores(search, about(theme)))) for theme in THEMES}
    kept = [n for n, one in enumerate(found) if any(_is_of(one, theme, near, n, search) for theme in themes)]
    if not kept:
        return None
    relevance = np.max([near[theme] for theme in themes], axis=0)[kept]
    mine = [found[n] for n in kept]
    return Pool(mine, relevance, mine, relevance, of_thesis=True)


def _is_of(one: Candidate, theme: Theme, near: Mapping[Theme, Scores], n: int, search: Search) -> bool:
    work = search.build.works[one.place.work]
    given = section_themes(work, one.place.section, one.place.edition.outline.sections)
    if theme not in given:
        return False
    if given == (theme,):
        return True
    others = max(float(near[other][n]) for other in THEMES if other != theme)
    return float(near[theme][n]) >= others - MARGIN


def _sentence_scores(search: Search, text: str) -> Mapping[tuple[int, int], float]:
    """How near each sentence is to a text in meaning and words, by place and number, in standard deviations."""
    near, words = search.sentence_similarities(text), search.sentence_words(text)
    keys = sorted(near.keys() | words.keys())
    low = min(near.values(), default=MIN_SIMILARITY)
    meaning = standard(np.array([near.get(key, low) for key in keys]))
    wording = standard(np.array([words.get(key, 0.0) for key in keys]))
    return dict(zip(keys, (meaning + wording).tolist(), strict=True))


def _nearness(found: Sequence[Candidate], scores: Mapping[tuple[int, int], float]) -> Scores:
    low = min(scores.values(), default=0.0)
    return np.array([max(scores.get((one.place.index, n), low) for n in one.sentences) for one in found])
