"""Writers of drafts. QuotingWriter needs no model: it picks the sentences of the documents that answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

import prompts
from chat.across import answering_works, in_order
from chat.answer import Outcome
from chat.coverage import Silence, Vocabulary, captions_asked, find_silence, less_unknown, unknown_names
from chat.definition import is_definition, undefined_term
from chat.expected import wanted_figure
from chat.gazetteer import named_entities
from chat.lists import ANNOUNCING, LOOKED_AT, Lists, introduced_by
from chat.overview import MAX_SENTENCES, Overview
from chat.premise import find_contradiction
from chat.quoting import (
    Candidate,
    first_sentence,
    glossary_statement,
    nearest_sections,
    quote_span,
    reading_place,
    whole,
)
from chat.tables import has_body, rows_asked, with_heads
from chat.understand import Query, asking_parts, asks, understand
from chat.verify import Draft, DraftStatement
from ingest.document import CAPTIONS, HEADINGS, Section
from vectorstore.echoes import repeats
from vectorstore.retrieve import Hit, Hits, Search
from vectorstore.words import content_words, fold, states_something

SENTENCES_FIRST, SENTENCES_MORE = 3, 1

SECTIONS_COMPARED = 4
REACH_COMPARED, REACH_GATHERED = 2.4, 6.0
"""How far below may lie what is compared with named sides; what is gathered from everywhere, where one section may
answer alone (within 3.0 gold sections cited fall from 0.941 to 0.926)."""

REACHES = (0.0, 3.0, 2.2, 1.8)
"""How far below the best section's score the second, third and fourth are still quoted. Wider finds more of the
sections that answer and quotes more that do not (evals/README.md)."""

MAY_BE_DENIED = ("name", "figure", "date", "unnamed")
"""Gaps of questions that may rest on what the documents deny: that is said first."""

ONE_MAY_LACK = ("figure", "date", "unnamed")
"""Gaps of what one part of a question asks, whatever the other does."""

_FRONT = ("title", "date", "author")


class QuotingWriter:
    """Answers in the documents' own sentences, in the reader's language where an edition has it."""

    def __init__(self, search: Search, vocabulary: Vocabulary) -> None:
        self._search = search
        self._vocabulary = vocabulary
        self._lists = Lists(search)
        self._overview = Overview(search)

    def write(self, query: Query, hits: Hits) -> Draft:
        """The sentences that answer, or why there are none."""
        build = self._search.build
        if overview := self._overviewed(query, hits):
            return overview
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
            return self._told_in_part(query, silence, hits) or self._silent(query, silence, hits)
        statements = in_order([*self._statements(query, hits, silence.sections if silence and partial else ())], build)
        notices = [prompts.message("silent-caption", query.language)] if partial else []
        if is_definition(query, build):
            if term := undefined_term(query.question, build):
                notices.append(prompts.message("term-undefined", query.language, term=term))
            if extra := self._definition(query):
                statements += extra
                notices.append(prompts.message("term-glossary", query.language))
        outcome: Outcome = "partial" if partial else "answered"
        gap = silence.gap if silence else ""
        return Draft(query.question, query.language, outcome, statements, notice=_together(notices, query), gap=gap)

    # What answers

    def _overviewed(self, query: Query, hits: Hits) -> Draft | None:
        """What stands in the document or section that is asked for as such, or that there is no such section."""
        if number := self._overview.unknown(query):
            return self._silent(query, Silence("no-section", number), hits)
        chosen, whole = self._overview.asked_for(query, hits)
        if not chosen:
            return None
        statements = in_order([candidate.statement(query.language) for candidate in chosen], self._search.build)
        notice = "" if whole else prompts.message("overview", query.language)
        return Draft(query.question, query.language, "answered", statements, notice=notice)

    def _statements(
        self, query: Query, hits: Hits, captions: Sequence[tuple[str, Section]]
    ) -> Iterator[DraftStatement]:
        """What answers, after the captions of which the text beside them is asked."""
        anchors = {section.anchor for _, section in captions}
        chosen = [whole(hit, query.language) for hit in hits if hit.anchor in anchors] if anchors else []
        chosen += (
            self._front(query, hits)
            or self._tabled(query, hits)
            or self._beside(query, hits)
            or self._lists.asked_for(query, hits)
            or self._sentences(query, hits)[: max(1, MAX_SENTENCES - len(chosen))]
        )
        for candidate in with_heads(chosen, hits, query.language):
            yield candidate.statement(query.language)

    def _front(self, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
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
        return [whole(hit, query.language) for hit in found]

    def _tabled(self, query: Query, hits: Hits) -> list[Candidate]:
        """Of the tables asked for whose rows are there, the caption and the rows that the question speaks of."""
        if "beside" in query.asks:
            return []
        found = []
        for caption in captions_asked(query, hits):
            if has_body(caption):
                rows = rows_asked(query, caption, self._search)
                found += [first_sentence(caption, query.language), *(whole(row, query.language) for row in rows)]
        return found

    def _sentences(self, query: Query, hits: Hits) -> list[Candidate]:
        """The best sentences of the best sections, together where they belong to one, best section first."""
        found = _bodies_of(hits)
        bodies = [hit for hit in found if hit.places[0].section.kind not in CAPTIONS] or found
        if not bodies:
            return []
        if not query.sides:
            works = answering_works(query.question, bodies, self._search.build)
            bodies = [hit for hit in bodies if hit.work in works]
        if one := self._lists.told_apart(query, bodies):
            bodies = [hit for hit in bodies if hit.work == one.work and hit.anchor.startswith(f"{one.anchor}.")] or [
                one
            ]
        wide = not query.asks.isdisjoint(("compare", "across"))
        near = _without_headings(
            _compared(bodies, len(query.sides)) if wide else _within_reach(bodies, len(query.sides)), hits
        )
        chosen = self._chosen_one(query, near[0], hits)
        names = self._names_asked(query)
        if not (wide or names or chosen) and (introduced := introduced_by(near[0], hits)):
            beneath = [first_sentence(hit, query.language) for hit in introduced]
            return [whole(near[0], query.language), *beneath]
        scores = self._sentence_scores(query)
        for rank, hit in enumerate(near):
            others = 0 if wide else len(near) - rank - 1
            wanted = MAX_SENTENCES // len(near) if wide else SENTENCES_MORE if rank else SENTENCES_FIRST
            room = min(wanted, MAX_SENTENCES - len(chosen) - others)
            best = _best_sentences(hit, query, scores, room)
            # What only announces something to come says nothing beside a better section.
            chosen.extend(best if not rank else [c for c in best if not c.folded.endswith(ANNOUNCING)])
        if len(chosen) > 1 and chosen[0].folded.endswith(ANNOUNCING) and not introduced_by(chosen[0].hit, hits):
            chosen = chosen[1:]  # it announces a figure
        if not names:
            return chosen
        headed = [whole(hit, query.language) for hit in bodies[:1] if hit.places[0].is_heading]
        return [candidate for candidate in (*headed, *chosen) if names.search(candidate.folded)] or chosen

    def _chosen_one(self, query: Query, best: Hit, hits: Hits) -> list[Candidate]:
        """The heading above the best section where one of its kind is asked for (which scenario): it is the name.

        Headings beside each other are of a kind if all speak of something that the question speaks of too.
        """
        lead = best.places[0].section.parent
        above = next((hit for hit in hits.of_work(best.work) if hit.anchor == lead), None)
        if "choice" not in query.asks or above is None or above.places[0].section.kind != "item":
            return []
        beside = self._search.children(best.work, above.places[0].section.parent or "", "item")
        return [whole(above, query.language)] if self._lists.are_asked(query, beside) else []

    def _names_asked(self, query: Query) -> re.Pattern[str] | None:
        """The names of the terms whose meaning is asked: the sentences that use them are the ones to quote."""
        if not is_definition(query, self._search.build):
            return None
        mentions = self._search.build.glossary.mentions(query.question)
        names = {fold(name) for mention in mentions for name in mention.term.spoken}
        return re.compile("|".join(map(re.escape, names))) if names else None

    def _sentence_scores(self, query: Query) -> dict[tuple[int, int], float]:
        """How near each sentence is to the question in meaning and words, by place and number, in standard scores."""
        text = f"{query.context} {query.text}".strip()
        near, words = self._search.sentence_similarities(text), self._search.sentence_words(text)
        meaning, wording = _standard(near), _standard(words)
        return {key: meaning.get(key, 0.0) + wording.get(key, 0.0) for key in meaning.keys() | wording.keys()}

    def _told_in_part(self, query: Query, silence: Silence, hits: Hits) -> Draft | None:
        """Of a question in two parts that lacks a figure, a date or a name, the part that the documents answer."""
        if silence.gap == "name":
            single = not query.asks.isdisjoint(("compare", "choice")) or wanted_figure(query.asks)
            return None if single else self._told_beside(query, hits)
        if silence.gap not in ONE_MAY_LACK:
            return None
        told: list[DraftStatement] = []
        parts = asking_parts(query.text)
        silent = 0
        for part in parts:
            alone = replace(understand(part, language=query.language), context=query.context)
            found = self._search.hits(part, hits.works, query.context)
            # And how likely is it: what the whole lacks; not so where the part names what it asks of.
            leans = len(content_words(part)) < 2 or (asks("leans", part) and not named_entities(part))
            if leans or find_silence(alone, found, self._search.build, self._vocabulary):
                silent += 1
            else:
                told += [statement for statement in self._statements(alone, found, ()) if statement not in told]
        if not told:
            return None
        outcome: Outcome = "partial" if silent else "answered"
        notice = prompts.message(f"silent-{silence.gap}", query.language) if silent else ""
        statements = in_order(told[:MAX_SENTENCES], self._search.build)
        return Draft(
            query.question, query.language, outcome, statements, notice=notice, gap=silence.gap if silent else ""
        )

    def _told_beside(self, query: Query, hits: Hits) -> Draft | None:
        """Of a question about several things by name of which the documents lack some, what they say of the others."""
        unknown = unknown_names(query.question, self._vocabulary)
        if not (rest := less_unknown(query.question, unknown)):
            return None
        alone = replace(understand(rest, language=query.language), context=query.context)
        draft = self.write(alone, self._search.hits(rest, hits.works, query.context))
        if draft.outcome not in ("answered", "partial"):
            return None
        named = (", " if query.language == "en" else "、").join(unknown)
        notices = [prompts.message("silent-name", query.language, subject=named), draft.notice]
        return replace(draft, question=query.question, outcome="partial", notice=_together(notices, query), gap="name")

    def _definition(self, query: Query) -> tuple[DraftStatement, ...]:
        """The glossary's entry of the term asked for, cited as the glossary."""
        for mention in self._search.build.glossary.mentions(query.question):
            if statement := glossary_statement(mention.term, query.language):
                return (statement,)
        return ()

    def _beside(self, query: Query, hits: Hits) -> list[Candidate]:
        """What a follow-up asks for of the list that the turns before spoke of."""
        if not query.context or not (query.ordinal or "others" in query.asks):
            return []
        found = self._search.hits(query.context, {hits[0].work})
        named = _without_headings(_bodies_of(found)[:1], found)
        return self._lists.beside(query, named[0]) if named else []

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
            found = [whole(hit, language) for hit in hits if hit.anchor in anchors]
            statements = tuple(candidate.statement(language) for candidate in found)
        notice = prompts.message(f"silent-{silence.gap}", language, subject=silence.subject)
        nearest = () if silence.gap in ("steering", "wordless") else nearest_sections(hits, language)
        return Draft(query.question, language, outcome, statements, nearest, notice, silence.gap)


def _together(notices: Sequence[str], query: Query) -> str:
    return (" " if query.language == "en" else "").join(filter(None, notices))


def _standard(values: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    numbers = np.array(list(values.values()) or [0.0])
    mean, spread = float(numbers.mean()), float(numbers.std()) or 1.0
    return {key: (value - mean) / spread for key, value in values.items()}


def _bodies_of(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in itertools.islice(hits, LOOKED_AT) if hit.places[0].section.kind not in _FRONT]


def _without_headings(near: Sequence[Hit], hits: Hits) -> list[Hit]:
    """The sections, the best one beneath a heading in its place: a heading says what it is about, not what of it."""
    chosen: dict[tuple[str, str], Hit] = {}
    for hit in near:
        beneath = _beneath(hit)
        found = next((other for other in hits.of_work(hit.work) if other.anchor in beneath), hit) if beneath else hit
        chosen.setdefault((found.work, found.anchor), found)
    return list(chosen.values())


def _beneath(hit: Hit) -> set[str]:
    """Anchors of what a heading stands over, other headings aside; none for what is no heading."""
    heading = hit.places[0].section
    if not hit.places[0].is_heading:
        return set()
    sections = hit.places[0].edition.outline.sections
    after = sections[sections.index(heading) + 1 :]
    if heading.kind == "heading":  # it has no number of its own: what follows it has the parent that it has
        following = itertools.takewhile(lambda s: s.kind not in HEADINGS, after)
        return {section.anchor for section in following if section.anchor.startswith(f"{heading.parent}.")}
    return {s.anchor for s in after if s.anchor.startswith(f"{heading.anchor}.") and s.kind not in HEADINGS}


def _within_reach(bodies: Sequence[Hit], sides: int) -> list[Hit]:
    """The best section, or that of each side, and the next ones that lie so near that they may answer as well."""
    near = enumerate(zip(bodies, REACHES, strict=False))
    return [hit for rank, (hit, reach) in near if rank < sides or hit.score >= bodies[0].score - reach]


def _compared(bodies: Sequence[Hit], sides: int) -> list[Hit]:
    """The sections that lead for each side, and those within reach of them; without sides, the best ones."""
    floor = min(hit.score for hit in bodies[: sides or 1]) - (REACH_COMPARED if sides else REACH_GATHERED)
    return [hit for rank, hit in enumerate(bodies[:SECTIONS_COMPARED]) if rank < sides or hit.score >= floor]


def _best_sentences(hit: Hit, query: Query, scores: Mapping[tuple[int, int], float], room: int) -> list[Candidate]:
    """The sentences of a passage nearest to the question, in reading order; all of them if there is room.

    One that repeats the question or asks another says nothing, where there are others.
    """
    place = reading_place(hit, query.language)
    said = [place.passage.text[start:end] for start, end in place.sentences]
    saying = [n for n, words in enumerate(said) if _says(words, query)]
    ranked = sorted(saying or range(len(place.sentences)), key=lambda n: -scores.get((place.index, n), -9.0))
    return [Candidate(hit, place, *place.sentences[n]) for n in sorted(ranked[: max(room, 0)])]


def _says(sentence: str, query: Query) -> bool:
    """Whether a sentence tells something: more than one word, or a figure, and no question, not even the one asked."""
    told = states_something(sentence) or any(word[0].isdigit() for word in content_words(sentence))
    return told and not sentence.endswith(("?", "？")) and not repeats(query.question, sentence)
