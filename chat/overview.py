"""Questions for a document or a section as such: summarise chapter 3, what does §6.1 say, what is the report about."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence

from chat.across import newest_first
from chat.lists import MAX_LIST
from chat.quoting import Candidate, reading_place
from chat.understand import Query, asks, without
from ingest.document import BODIES
from vectorstore.build import Build
from vectorstore.retrieve import Hit, Hits, Search
from vectorstore.scope import Named
from vectorstore.words import STOPWORDS, content_words, fold, tokens

MAX_SENTENCES = 5

_OTHERWISE = frozenset({"steer", "advice", "outline", "author", "published", "title", "caption"})
"""What is asked for by kind, with words that ask for a whole too."""

_COUNTED = re.compile(
    r"用?[一两三四五六七八九十\d]+(?:个|条|项|点|句话?|段|大|下|吓|次)+|\b(?:two|three|four|five|six|seven|eight|nine|ten|\d+)\b"
)
_SUMMARY = re.compile(
    r"(?:执行|内容|报告|全文|核心|重点)?(?:摘要|提要|概要|总结|概览)|(?:executive )?summary|abstract|overview"
    r"|key takeaways"
)
"""What a chapter is called that sums up its document."""


class Overview:
    """Finds what a question asks for as a whole, and what stands in it."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def unknown(self, query: Query) -> str:
        """The number of a section that is asked for and that no document has; empty where there is none."""
        named = self._search.names.find(query.text)
        return named.unknown[0] if named.unknown and not named.numbered and _asks_no_more(named) else ""

    def asked_for(self, query: Query, hits: Hits) -> tuple[list[Candidate], bool]:
        """The first sentences of each part of the documents or sections asked for, and whether those are all.

        They come in reading order, those of the newer document first. A document that has a summary of its own gives
        that.
        """
        named = self._search.names.find(query.text)
        if query.captions or not query.asks.isdisjoint(_OTHERWISE) or not _asks_no_more(named):
            return [], False
        works = {id_ for id_ in hits.works if self._search.build.works[id_].role == "document"}
        keys = _sections(named, query, works, self._search.build)
        parts = [part for key in keys for part in self._parts(*key, query, hits)]
        room = min(query.count or MAX_SENTENCES, MAX_LIST)
        chosen = [*_spread(list(itertools.islice(_in_turn(parts), room)))]
        whole = all(anchor for _, anchor in keys) and len(chosen) == sum(map(len, parts))
        order = {key[0]: rank for rank, key in enumerate(keys)}
        return sorted(chosen, key=lambda c: (order[c.hit.work], c.place.passage.start, c.start)), whole

    def _parts(self, work: str, anchor: str, query: Query, hits: Hits) -> Iterator[list[Candidate]]:
        """The sentences of each part of a section or, without an anchor, of a document: of its summary, or chapters."""
        bodies = [hit for hit in hits.of_work(work) if _is_body(hit)]
        bodies.sort(key=lambda hit: hit.places[0].passage.start)
        sections = bodies[0].places[0].edition.outline.sections if bodies else ()
        if not anchor:
            titles = ((s.anchor, fold(s.title)) for s in sections if s.kind == "chapter")
            anchor = next((at for at, title in titles if any(map(_SUMMARY.fullmatch, _named_parts(title)))), "")
        inside = [hit for hit in bodies if not anchor or hit.anchor == anchor or hit.anchor.startswith(f"{anchor}.")]
        depth = anchor.count(".") + 1 if anchor else 0
        for _, mine in itertools.groupby(inside, lambda hit: tuple(hit.anchor.split(".")[: depth + 1])):
            if sentences := [*_sentences(list(mine), query)]:
                yield sentences


def _asks_no_more(named: Named) -> bool:
    """Whether a question names documents or sections and says nothing else that could be looked for."""
    rest = without(("summary", "contents", "document", "around"), _COUNTED.sub(" ", named.rest))
    characters = {word for word in tokens(rest) if len(word) == 1 and not word.isascii()}
    return not content_words(rest) and characters <= STOPWORDS


def _sections(named: Named, query: Query, works: Collection[str], build: Build) -> list[tuple[str, str]]:
    """What is asked for, as work and anchor, the newest work first; without anchor: all of it."""
    found = {key for key in named.numbered if key[0] in works}
    summed = asks("summary", named.rest)
    if not found and (summed or asks("contents", named.rest)):
        found = {key for key in named.titled if key[0] in works and (summed or "." not in key[1])}
        if not named.titled and not named.unknown and not query.context:
            found = {(work, "") for work in works}
    ranks = {work: rank for rank, work in enumerate(newest_first(sorted(works), build))}
    return sorted(found, key=lambda key: (ranks[key[0]], key[1]))


def _is_body(hit: Hit) -> bool:
    return hit.places[0].section.kind in BODIES and not hit.places[0].is_heading


def _named_parts(title: str) -> list[str]:
    return [part.strip() for part in re.split(r"[:：,，、()（）\s]+", title) if part.strip()] + [title.strip()]


def _sentences(bodies: Sequence[Hit], query: Query) -> Iterator[Candidate]:
    """The sentences of passages, the first of each before the second."""
    places = [(hit, reading_place(hit, query.language)) for hit in bodies]
    return _in_turn([[Candidate(hit, place, *span) for span in place.sentences] for hit, place in places])


def _spread(chosen: Sequence[Candidate]) -> Iterator[Candidate]:
    """As many sentences of each passage, from its first to near its last: a long paragraph changes its subject."""
    for place, mine in itertools.groupby(sorted(chosen, key=lambda c: c.place.index), key=lambda c: c.place):
        few = list(mine)
        for number in range(len(few)):
            yield Candidate(few[0].hit, place, *place.sentences[number * len(place.sentences) // len(few)])


def _in_turn(groups: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    """The first of each group, then the second of each, and so on."""
    for row in itertools.zip_longest(*groups):
        yield from (one for one in row if one is not None)
