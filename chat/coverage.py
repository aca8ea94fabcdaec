"""Whether the documents can answer a question at all: names they lack, figures they do not give, tables without body.

Method, not wording: a question is refused for what it asks about that the passages found do not have.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

import prompts
from chat.expected import holds_figure, holds_name, wanted_figure, wanted_name
from chat.gazetteer import Gazetteer, named_entities
from chat.numbers import figures
from chat.tables import has_body
from chat.understand import Query, asks, found_by_meaning
from ingest.document import BODIES, CAPTIONS, Section, Work
from vectorstore.build import Build
from vectorstore.retrieve import Hit, Hits, Weights
from vectorstore.words import content_words, fold, tokens

Gap = Literal[
    "advice",
    "steering",
    "caption",
    "no-caption",
    "no-section",
    "wordless",
    "distant",
    "name",
    "later",
    "aftermath",
    "figure",
    "date",
    "unnamed",
]

MIN_SIMILARITY = 0.76
"""Cosine of multilingual-e5 below which nothing is about the question: unrelated texts of one language lie around
0.75-0.79, answers at 0.82-0.92 (evals/README.md)."""

EVIDENCE, EVIDENCE_REACH = 5, 4.0
"""How many of the best sections must lack what is asked for, and how far below the best they may lie, before the
documents count as silent on it."""

_NAME = re.compile(r"(?<![A-Za-z0-9À-ɏ])(?:[A-Z][A-Za-z0-9&.]*[A-Za-z0-9]|[A-Z0-9]*[A-Z][A-Z0-9]+)(?![A-Za-z0-9À-ɏ])")
_OF_THE_WHOLE = frozenset({"outline", "author", "published", "title", "caption"})
"""What may be asked of a document without a word that stands in it."""

_PAST = re.compile(
    r"\b(did|was|were|has|have|happened|decided|announced|ruled|said|won|lost|ended|closed|rose|fell|passed|elected)\b|后来|結果|结果|最后|了吗|怎么判|公布了|宣布了"
)
_ENGLISH_CAPITALS = frozenset(prompts.cues("capitalized"))


TELLING = 0.12
"""Share of passages up to which a word tells what a sentence is about."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Why the documents do not answer; `sections` are the captions without body that were asked for."""

    gap: Gap
    subject: str = ""
    sections: tuple[tuple[str, Section], ...] = ()


class Vocabulary:
    """The words that the documents and glossaries of a build use."""

    def __init__(self, build: Build) -> None:
        self.words = {word for index in build.keywords.values() for word in index.words}
        self.words |= {word for term in build.glossary.terms for name in term.names for word in tokens(name)}
        terms = [name for term in build.glossary.terms if term.spoken for name in term.names]
        texts = [place.passage.text for place in build.places]
        self.gazetteer = Gazetteer([*texts, *terms], [*build.folded, *map(fold, terms)])
        self._keywords = tuple(build.keywords.values())
        self.latin = [word for word in self.words if word[0].isascii() and word[0].isalpha() and len(word) > 3]

    def share(self, word: str) -> float:
        """Of the passages of a language, how many have a token."""
        return max((index.share(word) for index in self._keywords), default=0.0)

    def telling(self, text: str) -> set[str]:
        """The words that say what a text is about, for few passages have them."""
        return {word for word in content_words(text) if self.share(word) <= TELLING}

    def knows(self, name: str) -> bool:
        """Whether a name occurs, one or two mistyped letters allowed."""
        words = tokens(name)
        return all(word in self.words or (len(word) > 4 and self._close(word)) for word in words)

    def _close(self, word: str) -> bool:
        return process.extractOne(word, self.latin, scorer=fuzz.ratio, score_cutoff=83) is not None


def find_silence(query: Query, hits: Hits, build: Build, vocabulary: Vocabulary) -> Silence | None:
    """What keeps the documents from answering, or None."""
    if "steer" in query.asks:
        return Silence("steering")
    if "advice" in query.asks or _ADVICE.search(fold(query.question)) or _is_time_to_trade(query):
        return Silence("advice")
    if query.captions:
        return _caption_gap(query, hits, vocabulary)
    words, meant = _words(query)
    if not words and not meant:
        return Silence("wordless")
    if not hits or hits.similarity < MIN_SIMILARITY:
        return Silence("distant")
    if unknown := unknown_names(query.question, vocabulary):
        return Silence("name", unknown[0])
    if not meant and _all_unheard(words, build, vocabulary):
        return Silence("distant")
    if captions := captions_asked(query, hits):
        return _bodiless(captions)
    works = [build.works[hit.work] for hit in hits[:1]]
    if later := _later_than_all(query.question, works, vocabulary.words):
        return Silence("later", later)
    if "aftermath" in query.asks and works[0].date:
        return Silence("aftermath", works[0].date.isoformat())
    if gap := _lacks(query, hits, vocabulary):
        return Silence(gap)
    return None


def _is_time_to_trade(query: Query) -> bool:
    """Whether a question is whether to buy or sell, and neither what the documents say of it nor what others do."""
    folded = fold(query.question)
    return bool(_TIME_TO_TRADE.search(folded)) and not asks("document", query.question) and not _TRADERS.search(folded)


def _words(query: Query) -> tuple[Sequence[str], bool]:
    """The words that say what a question is about, and whether it asks something without any that documents have."""
    text = f"{query.context} {query.question}"
    return content_words(text), bool(_OF_THE_WHOLE & query.asks) or found_by_meaning(text)


def _all_unheard(words: Collection[str], build: Build, vocabulary: Vocabulary) -> bool:
    """Whether no English document has any of the words; Chinese ones share too many characters to tell (金價, 黃金)."""
    english = "en" in build.keywords and all(word.isascii() for word in words)
    return english and not any(vocabulary.knows(word) for word in words)


def unknown_names(question: str, vocabulary: Vocabulary) -> list[str]:
    """Well-known names that no document uses, and words written as names; the first of an English sentence is none."""
    found = vocabulary.gazetteer.absent(question)
    for match in _NAME.finditer(question):
        name = match[0]
        starts = not question[: match.start()].strip() or question[: match.start()].rstrip().endswith((".", "?", "!"))
        is_plain_start = starts and name[1:].islower() and question[match.end() : match.end() + 1] < "\u4e00"
        if name not in _ENGLISH_CAPITALS and not is_plain_start and len(name) > 1 and not vocabulary.knows(name):
            found.append(name)
    return found


def less_unknown(question: str, unknown: Collection[str]) -> str:
    """A question without the names that documents lack, where all stand in a row with one that they may have (silver
    and gold); empty where one does not."""
    rest = question
    while left := [name for name in unknown if name in rest]:
        cut = next(filter(None, (_from_its_row(rest, name, left) for name in left)), None)
        if cut is None:
            return ""
        rest = rest[: cut[0]] + rest[cut[1] :]
    return rest if rest != question else ""


def _from_its_row(question: str, name: str, unknown: Collection[str]) -> tuple[int, int] | None:
    """What of a question goes with a name: what joins it to the known name beside it goes too."""
    start = question.index(name)
    end = start + len(name)
    others = [(a, b) for _, a, b in named_entities(question) if question[a:b] not in unknown]
    before = [(start, a) for a, _ in others if a > end and _AND.fullmatch(question, end, a)]
    after = [(b, end) for _, b in others if b < start and _AND.fullmatch(question, b, start)]
    return next(iter(before + after), None)


_AND = re.compile(r"\s*(?:[、,，/&]|以及|及|和|与|與|跟|同|或|还有|還有|,?\s+and|,?\s+or)\s*")


def _caption_gap(query: Query, hits: Sequence[Hit], vocabulary: Vocabulary) -> Silence | None:
    """Of the captions that a question names, those without body; or that there is none such."""
    found = captions_asked(query, hits)
    if not found:
        return Silence("no-caption", query.captions[0])
    if unknown := unknown_names(query.question, vocabulary):
        return _bodiless(found) or Silence("name", unknown[0])
    return _bodiless(found)


def _bodiless(captions: Sequence[Hit]) -> Silence | None:
    missing = tuple((hit.work, hit.places[0].section) for hit in captions if not has_body(hit))
    return Silence("caption", sections=missing) if missing else None


_ADVICE = re.compile(
    r"(?:我|客户).*?(?:该|应唔应该|要不要|好唔好|使唔使|可以|值得|建议).*?(?:买|卖|换成|入市|入货|加仓|减仓|清仓|梭哈|沽)"
    r"|\b(?:should|shall|can|could) (?:i|we|my (?:client|mother|father|wife|husband|parents|family))\b.*?"
    r"\b(?:buy|sell|put|invest|hold|dump|switch|move|add|trim|short)\b"
)
"""Someone asks what to do with money of their own."""

_TIME_TO_TRADE = re.compile(
    r"(?:还(?:能|可以|可不可以|能不能|值得|应该|适合|好)|可以|可不可以|可唔可以|能不能|该不该|应不应该|适合|适不适合|好不好|值得|值不值得|要不要"
    r"|是不是(?:该|应该|时候)|是时候)(?:再|继续|去|开始)?(?:买|入手|抄底|上车|加仓|加码|入场|进场|入市|卖|沽|清仓|减仓)"
    r"|\b(?:is|are) (?:it|now|this|today|they|there)\b[\w\s]*\b(?:time|moment) to (?:buy|sell|invest|enter|exit)\b"
    r"|\b(?:is|are)\b[\w\s]*\b(?:a (?:\w+ )?(?:buy|sell)|worth (?:buying|holding|selling)|safe to buy)\b"
)
_TRADERS = re.compile(
    r"(?<![\u4e00-\u9fff])(?:央行|机构|政府|基金|企业|公司|银行|散户|资金|财政部|监管)"
    r"|\b(?:banks|institutions|governments|funds|companies)\b"
)
"""Who may buy and sell without its being the reader's own money."""

_DRAWN = re.compile(
    r"(?<!代)(?:表格|图表|示意图|时间线图|[那这](?:个|张)[表图]|[表图](?:里|中|内|上|入面)|[的之][表图](?=[,，]))"
    r"|\b(?:table|chart|figure|diagram|graphic)\b"
)
"""A question speaks of a table or figure without its number."""

CAPTIONS_MEANT = 3
"""Among so many of the best sections must the caption be, were it a section like others."""


def captions_asked(query: Query, hits: Sequence[Hit]) -> list[Hit]:
    """The captions that a question names by their numbers, else the one that it describes."""
    if query.captions:
        return [hit for anchor in query.captions for hit in hits if hit.anchor == anchor]
    if "caption" in query.asks or not _DRAWN.search(fold(query.question)):
        return []
    captions = [hit for hit in hits[: 4 * CAPTIONS_MEANT] if hit.places[0].section.kind in CAPTIONS]
    best = hits[CAPTIONS_MEANT - 1 : CAPTIONS_MEANT]
    return [hit for hit in captions[:1] if all(hit.score - Weights().caption >= other.score for other in best)]


def _lacks(query: Query, hits: Sequence[Hit], vocabulary: Vocabulary) -> Gap | None:
    """Which kind of answer the question wants that the sentences about its subject do not hold."""
    figure, name = wanted_figure(query.asks), wanted_name(query.asks)
    if _OF_THE_WHOLE & query.asks:
        return None
    sentences = _about(query, hits, vocabulary)
    if figure is not None and not holds_figure(figure, sentences):
        return "date" if figure.key in ("day", "when") else "figure"
    if name and not holds_name(name, _texts(hits), query.question):
        return "unnamed"
    return None


def _texts(hits: Sequence[Hit]) -> list[str]:
    """The passages of the best sections in every edition."""
    written = (hit for hit in hits if hit.places[0].section.kind in BODIES)
    bodies = list(itertools.islice(written, EVIDENCE))
    near = [hit for hit in bodies if hit.score >= bodies[0].score - EVIDENCE_REACH]
    return [place.passage.text for hit in near for place in hit.places]


def _about(query: Query, hits: Sequence[Hit], vocabulary: Vocabulary) -> list[str]:
    """Those passages that have at least half as many of the question's telling words as the one with most."""
    asked = vocabulary.telling(f"{query.context} {query.question}")
    texts = _texts(hits)
    shared = [len(asked & set(content_words(text))) for text in texts]
    return [text for text, count in zip(texts, shared, strict=True) if 2 * count >= max(shared)]


def _later_than_all(question: str, works: Sequence[Work], words: Collection[str]) -> str:
    """A date after those of the documents, which they do not name either; empty if there is none."""
    published = max((work.date.toordinal() for work in works if work.date), default=None)
    for figure in figures(question):
        if figure.kind != "date" or figure.unit or published is None or figure.low <= published:
            continue
        printed = question[figure.start : figure.end]
        if not set(tokens(printed)) <= set(words) or _PAST.search(fold(question)):
            return printed
    return ""
