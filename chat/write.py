"""Writers of drafts. QuotingWriter needs no model: it picks the sentences of the documents that answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

import prompts
from chat.across import answering_works, in_order, newest_first
from chat.answer import Outcome, SectionLink
from chat.coverage import Silence, Vocabulary, captions_asked, find_silence
from chat.premise import find_contradiction
from chat.span import Span
from chat.tables import has_body, rows_asked
from chat.understand import Query, asks, counts
from chat.verify import Draft, DraftStatement, section_heading
from ingest.document import CAPTIONS, HEADINGS, Edition, Language, Section
from vectorstore.build import Build, Place
from vectorstore.glossary import Term
from vectorstore.retrieve import Hit, Hits, Search
from vectorstore.words import fold, to_simplified, tokens

MAX_SENTENCES = 5
SENTENCES_FIRST, SENTENCES_MORE = 3, 1
MAX_LIST = 8

LOOKED_AT = 12
SECTIONS_COMPARED = 4
REACH_LISTED, REACH_COMPARED = 2.0, 2.4

REACHES = (0.0, 3.0, 2.2, 1.8)
"""How far below the best section's score the second, third and fourth are still quoted. Wider finds more of the
sections that answer and quotes more that do not (evals/README.md)."""

MAY_BE_DENIED = ("name", "figure", "date", "unnamed")
"""Gaps of questions that may rest on what the documents deny: that is said first."""

_FRONT = ("title", "date", "author")
_LISTED = ("bullet", "item")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may answer."""

    hit: Hit
    place: Place
    start: int
    end: int


class QuotingWriter:
    """Answers in the documents' own sentences, in the reader's language where an edition has it."""

    def __init__(self, search: Search, vocabulary: Vocabulary) -> None:
        self._search = search
        self._vocabulary = vocabulary

    def write(self, query: Query, hits: Hits) -> Draft:
        """The sentences that answer, or why there are none."""
        build = self._search.build
        silence = find_silence(query, hits, build, self._vocabulary)
        if silence is None or silence.gap in MAY_BE_DENIED:
            denied = find_contradiction(query, hits, self._search, self._vocabulary)
            if denied is not None:
                statement = quote_span(query.language, denied.place, denied.start, denied.end)
                notice = prompts.message(f"denied-{denied.kind}", query.language)
                return Draft(query.question, query.language, "false_premise", (statement,), notice=notice)
        bare = silence is not None and silence.gap == "caption"
        partial = bare and ("beside" in query.asks or bool(self._tabled(query, hits)))
        if silence is not None and not partial:
            return self._silent(query, silence, hits)
        statements = in_order(
            [*self._statements(query, hits, (silence.sections if silence and partial else ()))], build
        )
        notices = [prompts.message("silent-caption", query.language)] if partial else []
        if is_definition(query, build):
            if term := undefined_term(query.question, build):
                notices.append(prompts.message("term-undefined", query.language, term=term))
            if extra := self._definition(query):
                statements += extra
                notices.append(prompts.message("term-glossary", query.language))
        joined = ("" if query.language != "en" else " ").join(notices)
        outcome: Outcome = "partial" if partial else "answered"
        gap = silence.gap if silence else ""
        return Draft(query.question, query.language, outcome, statements, notice=joined, gap=gap)

    # What answers

    def _statements(
        self, query: Query, hits: Hits, captions: Sequence[tuple[str, Section]]
    ) -> Iterator[DraftStatement]:
        """What answers, after the captions of which the text beside them is asked."""
        anchors = {section.anchor for _, section in captions}
        chosen = [_whole(hit, query.language) for hit in hits if anchors and hit.anchor in anchors]
        chosen += (
            self._front(query, hits)
            or self._tabled(query, hits)
            or self._beside(query, hits)
            or self._listed(query, hits)
            or self._sentences(query, hits, with_captions=not anchors)
        )
        for candidate in chosen:
            yield quote_span(query.language, candidate.place, candidate.start, candidate.end)

    def _front(self, query: Query, hits: Sequence[Hit]) -> list[_Candidate]:
        """Title, date and author, the chapters, the captions: asked for by kind."""
        kinds: dict[str, tuple[str, ...]] = {
            "author": ("author",),
            "published": ("date",),
            "title": ("title",),
            "outline": ("chapter",),
            "caption": CAPTIONS,
        }
        wanted = {kind for cue, found in kinds.items() if cue in query.asks for kind in found}
        found = [hit for hit in hits if hit.places[0].section.kind in wanted] if wanted else []
        found.sort(key=lambda hit: (hit.work, hit.places[0].passage.start))
        return [_whole(hit, query.language) for hit in found]

    def _tabled(self, query: Query, hits: Hits) -> list[_Candidate]:
        """Of the tables asked for whose rows are there, the caption and the rows that the question speaks of."""
        if "beside" in query.asks:
            return []
        found = []
        for caption in captions_asked(query, hits):
            if has_body(caption):
                rows = rows_asked(query, caption, self._search)
                found += [_first_sentence(caption, query.language), *(_whole(row, query.language) for row in rows)]
        return found

    def _beside(self, query: Query, hits: Hits) -> list[_Candidate]:
        """What a follow-up asks for by its place in a list: the second of those just named, or the others."""
        if not query.context or not (query.ordinal or "others" in query.asks):
            return []
        before = self._bodies(_bodies_of(self._search.hits(query.context, {hits[0].work})))[:1]
        for hit in before:
            section = hit.places[0].section
            runs = _unbroken(self._search.children(hit.work, section.parent or "", section.kind))
            beside = next((run for run in runs if hit.anchor in _anchors(run)), [])
            others = [other for other in beside if other.anchor != hit.anchor]
            fits = section.kind == "bullet" and 1 <= len(others) <= MAX_LIST and query.count in (None, len(others))
            if not query.ordinal and fits:
                return [_first_sentence(other, query.language) for other in others]
            lists = [*(members for _, members in self._lists(before)), *([beside] if section.kind in _LISTED else [])]
            members = next((found for found in lists if len(found) >= abs(query.ordinal or MAX_LIST + 1)), [])
            if query.ordinal and members:
                return [_whole(members[query.ordinal - (query.ordinal > 0)], query.language)]
        return []

    def _listed(self, query: Query, hits: Hits) -> list[_Candidate]:
        """The members of a list of the document, where a list is asked for and the search points at it.

        It does if it found what introduces the list first, or two members among the first three; of two among the
        first five if the list has just as many as were asked for.
        """
        if "list" not in query.asks:
            return []
        works = newest_first(answering_works(query.question, hits[:LOOKED_AT], self._search.build), self._search.build)
        members = next(filter(None, (self._members(query, hits, work) for work in works)), [])
        return [_first_sentence(member, query.language) for member in members]

    def _members(self, query: Query, hits: Sequence[Hit], work: str) -> list[Hit]:
        near = [hit for hit in hits[:LOOKED_AT] if hit.work == work]
        near = [hit for hit in near if hit.score >= near[0].score - REACH_LISTED]
        named = {anchor for owner, anchor in self._search.names.named_by(query.question) if owner == work}
        for lead, members in self._lists([*near, *(hit for hit in hits if hit.anchor in named and hit.work == work)]):
            if query.count and query.count != len(members):
                continue
            introducing = {lead, *_introducing(members)} - named
            first = {hit.anchor for hit in near[:3]}
            among = first & {member.anchor for member in members}
            counted = query.count is not None and (lead in named or bool(introducing & first))
            if near[0].anchor in introducing or len(among) >= 2 or counted:
                return members
        return []

    def _lists(self, near: Sequence[Hit]) -> list[tuple[str, list[Hit]]]:
        """The lists of which hits are the lead or a member, each with its lead."""
        leads = [lead for hit in near for lead in (hit.anchor, hit.places[0].section.parent) if lead]
        return [
            (lead, members)
            for lead in dict.fromkeys(leads)
            for kind in _LISTED
            for members in _unbroken(self._search.children(near[0].work, lead, kind))
            if 2 <= len(members) <= MAX_LIST
        ]

    def _sentences(self, query: Query, hits: Hits, *, with_captions: bool) -> list[_Candidate]:
        """The best sentences of the best sections, together where they belong to one, best section first."""
        bodies = [hit for hit in _bodies_of(hits) if with_captions or hit.places[0].section.kind not in CAPTIONS]
        if not bodies:
            return []
        if not query.sides:
            works = answering_works(query.question, bodies, self._search.build)
            bodies = [hit for hit in bodies if hit.work in works]
        wide = not query.asks.isdisjoint(("compare", "across"))
        near = _compared(bodies, len(query.sides)) if wide else self._bodies(bodies)
        if introduced := introduced_by(near[0], hits):
            return [_whole(near[0], query.language), *(_first_sentence(hit, query.language) for hit in introduced)]
        scores = self._sentence_scores(query)
        names = self._names_asked(query)
        chosen = self._chosen_one(query, near[0], hits)
        for rank, hit in enumerate(near):
            others = 0 if wide else len(near) - rank - 1
            wanted = MAX_SENTENCES // len(near) if wide else SENTENCES_MORE if rank else SENTENCES_FIRST
            room = min(wanted, MAX_SENTENCES - len(chosen) - others)
            chosen.extend(_best_sentences(hit, query.language, scores, room))
        defining = [candidate for candidate in chosen if names and names.search(_words_of(candidate))]
        return defining or chosen

    def _chosen_one(self, query: Query, best: Hit, hits: Hits) -> list[_Candidate]:
        """The heading above the best section where one of its kind is asked for (which scenario): it is the name.

        Headings beside each other are of a kind if all speak of something that the question speaks of too.
        """
        lead = best.places[0].section.parent
        above = next((hit for hit in hits.of_work(best.work) if hit.anchor == lead), None)
        if "choice" not in query.asks or above is None or above.places[0].section.kind != "item":
            return []
        beside = self._search.children(best.work, above.places[0].section.parent or "", "item")
        titles = [" ".join(fold(place.section.title) for place in hit.places) for hit in beside]
        kinds = self._search.thesaurus.concepts(query.question)
        of_a_kind = len(titles) > 1 and any(all(kind.stands_in(title) for title in titles) for kind in kinds)
        return [_whole(above, query.language)] if of_a_kind else []

    def _names_asked(self, query: Query) -> re.Pattern[str] | None:
        """The names of the terms whose meaning is asked: the sentences that use them are the ones to quote."""
        if not is_definition(query, self._search.build):
            return None
        mentions = self._search.build.glossary.mentions(query.question)
        names = {fold(name) for mention in mentions for name in mention.term.spoken}
        return re.compile("|".join(map(re.escape, names))) if names else None

    def _bodies(self, hits: Sequence[Hit]) -> list[Hit]:
        """The best sections, what stands beneath a heading in its place."""
        near = [hit for hit, reach in zip(hits, REACHES, strict=False) if hit.score >= hits[0].score - reach]
        chosen: dict[tuple[str, str], Hit] = {}
        for hit in near:
            beneath = [
                other for other in hits if other.places[0].section.parent == hit.anchor and other.work == hit.work
            ]
            if hit.places[0].section.kind in HEADINGS and beneath:
                if hit is near[0]:
                    chosen.setdefault((hit.work, hit.anchor), hit)
                hit = beneath[0]
            chosen.setdefault((hit.work, hit.anchor), hit)
        return list(chosen.values())

    def _sentence_scores(self, query: Query) -> dict[tuple[int, int], float]:
        """How near each sentence is to the question in meaning and words, by place and number, in standard scores."""
        text = f"{query.context} {query.text}".strip()
        near, words = self._search.sentence_similarities(text), self._search.sentence_words(text)
        meaning, wording = _standard(near), _standard(words)
        return {key: meaning.get(key, 0.0) + wording.get(key, 0.0) for key in meaning.keys() | wording.keys()}

    def _definition(self, query: Query) -> tuple[DraftStatement, ...]:
        """The glossary's entry of the term asked for, cited as the glossary."""
        for mention in self._search.build.glossary.mentions(query.question):
            if statement := glossary_statement(mention.term, query.language):
                return (statement,)
        return ()

    # What does not

    def _silent(self, query: Query, silence: Silence, hits: Sequence[Hit]) -> Draft:
        language = query.language
        outcome: Outcome = "not_covered"
        statements: tuple[DraftStatement, ...] = ()
        if silence.gap in ("advice", "steering"):
            outcome = "declined"
        elif silence.gap == "caption":
            outcome = "content_missing"
            anchors = {section.anchor for _, section in silence.sections}
            found = [_whole(hit, language) for hit in hits if hit.anchor in anchors]
            statements = tuple(quote_span(language, c.place, c.start, c.end) for c in found)
        notice = prompts.message(f"silent-{silence.gap}", language, subject=silence.subject)
        nearest = () if silence.gap in ("steering", "wordless") else nearest_sections(hits, language)
        return Draft(query.question, language, outcome, statements, nearest, notice, silence.gap)


def nearest_sections(hits: Sequence[Hit], language: Language, count: int = 3) -> tuple[SectionLink, ...]:
    """The items or chapters of the best hits, to open where nothing can be quoted."""
    links: dict[tuple[str, str], SectionLink] = {}
    for hit in hits:
        edition = reading_place(hit, language).edition
        if len(links) == count:
            break
        if hit.coarse != "0":
            links.setdefault(
                (hit.work, hit.coarse),
                SectionLink(hit.work, hit.coarse, heading_in(edition, hit.coarse, language)),
            )
    return tuple(links.values())


def heading_in(edition: Edition, anchor: str, language: Language) -> str:
    title = section_heading(edition, anchor)
    return to_simplified(title) if language == "zh-Hans" else title


_READING_ORDER: dict[Language, tuple[Language, ...]] = {
    "zh-Hant": ("zh-Hant", "zh-Hans", "en"),
    "zh-Hans": ("zh-Hans", "zh-Hant", "en"),
    "en": ("en", "zh-Hant", "zh-Hans"),
}


def reading_place(hit: Hit, language: Language) -> Place:
    """The passage to read: in the reader's language if there is one, the original before a translation or digest."""
    order = _READING_ORDER[language]
    return min(hit.places, key=lambda place: order.index(place.edition.lang))


def quote_span(language: Language, place: Place, start: int, end: int) -> DraftStatement:
    """A span of a passage as a statement; for a reader of Simplified, Traditional words are shown in Simplified."""
    at = place.passage.start
    quote = place.passage.text[start:end]
    shown = to_simplified(quote) if language == "zh-Hans" and place.edition.lang == "zh-Hant" else quote
    span = Span(place.edition, place.passage.anchor, at + start, at + end, quote)
    return DraftStatement(shown, (span,))


def glossary_statement(term: Term, language: Language) -> DraftStatement | None:
    order = _READING_ORDER[language]
    for edition, section in sorted(term.definitions, key=lambda pair: order.index(pair[0].lang)):
        quote = edition.document.text[section.start : section.end]
        shown = to_simplified(quote) if language == "zh-Hans" else quote
        return DraftStatement(shown, (Span(edition, section.anchor, section.start, section.end, quote),))
    return None


def is_definition(query: Query, build: Build) -> bool:
    """Whether a question asks what a term means: it quotes one, or is about nothing else."""
    if "definition" not in query.asks:
        return False
    if _QUOTED_TERM.search(query.question):
        return True
    asked = {word for word in tokens(query.question) if len(word) > 1 and not asks("definition", word)}
    return any(
        len(asked - set(tokens(query.question[mention.start : mention.end]))) <= len(asked) / 2
        for mention in build.glossary.mentions(query.question)
    )


_QUOTED_TERM = re.compile(r"[「『“\"'‘]([^「」『』“”\"'‘’]{2,30})[」』”\"'’]")
_DEFINES = (
    r"[\"'）)]*(?:的核心)?"
    r"(?:是指|是|指的是|指|即|意味|意为|\([^()]{4,}\)| is | are | means | refers to |, that is| \([^()]{6,}\))"
)


def undefined_term(question: str, build: Build) -> str:
    """The term that a question asks the meaning of, as it is typed, if the documents use it but never define it."""
    quoted = [match[1] for match in _QUOTED_TERM.finditer(question)]
    mentions = build.glossary.mentions(question)
    for term, names in [
        *((term, [term]) for term in quoted),
        *((question[m.start : m.end], list(m.term.spoken)) for m in mentions),
    ]:
        folded = [fold(name) for name in names]
        texts = [text for text in build.folded if any(name in text for name in folded)]
        if not texts:
            continue
        defined = re.compile(f"(?:{'|'.join(map(re.escape, folded))}){_DEFINES}")
        return "" if any(defined.search(text) for text in texts) else term
    return ""


def _standard(values: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    numbers = np.array(list(values.values()) or [0.0])
    mean, spread = float(numbers.mean()), float(numbers.std()) or 1.0
    return {key: (value - mean) / spread for key, value in values.items()}


def _bodies_of(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in itertools.islice(hits, LOOKED_AT) if hit.places[0].section.kind not in _FRONT]


def _compared(bodies: Sequence[Hit], sides: int) -> list[Hit]:
    """The sections that lead for each side, and those within reach of them; without sides, the best ones."""
    floor = min((hit.score for hit in bodies[:sides]), default=float("-inf")) - REACH_COMPARED
    return [hit for rank, hit in enumerate(bodies[:SECTIONS_COMPARED]) if rank < sides or hit.score >= floor]


def _anchors(hits: Sequence[Hit]) -> set[str]:
    return {hit.anchor for hit in hits}


def _unbroken(members: Sequence[Hit]) -> list[list[Hit]]:
    """The members in runs that no paragraph or heading of their level divides."""
    if not members:
        return []
    sections = members[0].places[0].edition.outline.sections
    lead = members[0].places[0].section.parent
    runs: list[list[Hit]] = [[members[0]]]
    for before, member in itertools.pairwise(members):
        between = sections[sections.index(before.places[0].section) + 1 : sections.index(member.places[0].section)]
        if any(section.parent == lead and section.kind not in CAPTIONS for section in between):
            runs.append([])
        runs[-1].append(member)
    return runs


def _introducing(members: Sequence[Hit]) -> list[str]:
    """Anchors of what stands before a list and announces it: a heading, a line ending in a colon or counting them."""
    section = members[0].places[0].section
    edition = members[0].places[0].edition
    sections = edition.outline.sections
    before = itertools.takewhile(
        lambda other: other.parent == section.parent and other.kind in ("paragraph", "heading", *CAPTIONS),
        reversed(sections[: sections.index(section)]),
    )
    found = []
    for distance, other in enumerate(other for other in before if other.kind not in CAPTIONS):
        text = edition.document.text[other.start : other.end].rstrip()
        if other.kind == "heading" or counts(text, len(members)) or (text.endswith((":", "：")) and not distance):
            found.append(other.anchor)
    return found


def introduced_by(lead: Hit, hits: Hits) -> list[Hit]:
    """The bullets that a line ending in a colon introduces: those after it, or beneath it; none for other lines."""
    section = lead.places[0].section
    if not lead.places[0].passage.text.rstrip().endswith((":", "：")):
        return []
    sections = lead.places[0].edition.outline.sections
    after = sections[sections.index(section) + 1 :]
    bullets = itertools.takewhile(
        lambda s: s.kind == "bullet" and s.anchor.startswith((section.parent or "") + "."), after
    )
    level = section.anchor if section.kind == "bullet" else section.parent
    anchors = [bullet.anchor for bullet in bullets if bullet.parent == level][:MAX_LIST]
    found = {hit.anchor: hit for hit in hits.of_work(lead.work)}
    return [found[anchor] for anchor in anchors if anchor in found]


def _best_sentences(
    hit: Hit, language: Language, scores: Mapping[tuple[int, int], float], room: int
) -> list[_Candidate]:
    """The sentences of a passage nearest to the question, in reading order; all of them if there is room."""
    place = reading_place(hit, language)
    ranked = sorted(range(len(place.sentences)), key=lambda n: -scores.get((place.index, n), -9.0))
    return [_Candidate(hit, place, *place.sentences[n]) for n in sorted(ranked[: max(room, 0)])]


def _words_of(candidate: _Candidate) -> str:
    return fold(candidate.place.passage.text[candidate.start : candidate.end])


def _whole(hit: Hit, language: Language) -> _Candidate:
    place = reading_place(hit, language)
    return _Candidate(hit, place, 0, len(place.passage.text))


def _first_sentence(hit: Hit, language: Language) -> _Candidate:
    place = reading_place(hit, language)
    start, end = place.sentences[0]
    return _Candidate(hit, place, start, end)
