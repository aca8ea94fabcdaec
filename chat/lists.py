"""Lists of the documents: the one asked for, what is asked of one just named, and what a line announces."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from chat.across import answering_works, newest_first
from chat.expected import holds_name, wanted_name
from chat.quoting import Candidate, first_sentence, whole
from chat.understand import Query, counts
from ingest.document import CAPTIONS
from vectorstore.retrieve import Hit, Hits, Search
from vectorstore.words import content_words, fold

LOOKED_AT = 12
"""Best hits among which a list, or what answers, is looked for."""

MAX_LIST = 8
ANNOUNCING = (":", "：")
REACH_LISTED = 2.0
"""How far below the best section's score one may lie that points at a list."""

_LISTED = ("bullet", "item")


class Lists:
    """Finds the lists of a build."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def asked_for(self, query: Query, hits: Hits) -> list[Candidate]:
        """The members of a list of the document, where a list is asked for and the search points at it.

        It does if it found what introduces the list first, or two members among the first three; of two among the
        first five if the list has just as many as were asked for; or something of the list among the first three, if
        its titles say that its members are what is asked for.
        """
        if "list" not in query.asks and not (query.count and "definition" in query.asks):  # what are the three …
            return []
        works = newest_first(answering_works(query.question, hits[:LOOKED_AT], self._search.build), self._search.build)
        lists = {work: found for work in works if (found := self._members(query, hits, work))}
        own = [work for work in lists if self._search.build.works[work].private_to]
        members = [member for work in dict.fromkeys([*list(lists)[:1], *own]) for member in lists[work]]
        if not _are_named(query, members):
            return []
        return [first_sentence(member, query.language) for member in members]

    def _members(self, query: Query, hits: Sequence[Hit], work: str) -> list[Hit]:
        near = [hit for hit in hits[:LOOKED_AT] if hit.work == work]
        near = [hit for hit in near if hit.score >= near[0].score - REACH_LISTED]
        named = {anchor for owner, anchor in self._search.names.named_by(query.question) if owner == work}
        numbered = {anchor for owner, anchor in self._search.names.find(query.question).numbered if owner == work}
        found = self._lists([*near, *(hit for hit in hits if hit.anchor in named and hit.work == work)])
        if query.count and counts(_text(near[0]), query.count) and near[0].anchor not in _leads(found):
            return []  # it is in the sentence itself
        for lead, members in sorted(
            found, key=lambda pair: (pair[0] not in numbered, not self.are_asked(query, pair[1]))
        ):
            if query.count and query.count != len(members):
                continue
            if lead in numbered and any(hit.anchor.startswith(f"{lead}.") for hit in near[:3]):
                return members
            introducing = {lead, *_introducing(members)} - named
            first = {hit.anchor for hit in near[:3]}
            among = first & {member.anchor for member in members}
            counted = query.count is not None and (lead in named or bool(introducing & first))
            within = any(f"{hit.anchor}.".startswith(f"{member.anchor}.") for hit in near[:3] for member in members)
            meant = within and self.are_asked(query, members)
            if near[0].anchor in introducing or len(among) >= 2 or counted or meant:
                return members
        return []

    def are_asked(self, query: Query, members: Sequence[Hit]) -> bool:
        """Whether sections are of a kind that a question asks for: all their titles speak of one thing it speaks of."""
        titles = [" ".join(_titles(member)) for member in members]
        kinds = self._search.thesaurus.concepts(query.question)
        return len(titles) > 1 and any(all(kind.stands_in(title) for title in titles) for kind in kinds)

    def told_apart(self, query: Query, near: Sequence[Hit]) -> Hit | None:
        """Where one of several is asked for (which scenario), the one whose title alone has a word of the question."""
        if "choice" not in query.asks:
            return None
        asked = set(content_words(query.text))
        leads = [
            (hit.work, ".".join(parts[:n]))
            for hit in near
            if (parts := hit.anchor.split("."))
            for n in range(len(parts))
        ]
        for work, lead in dict.fromkeys(leads):
            beside = self._search.children(work, lead, "item")
            if not self.are_asked(query, beside):
                continue
            words = [set(content_words(" ".join(_titles(hit)))) & asked for hit in beside]
            own = [hit for n, hit in enumerate(beside) if words[n].difference(*words[:n], *words[n + 1 :])]
            if len(own) == 1:
                return own[0]
        return None

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

    def beside(self, query: Query, named: Hit) -> list[Candidate]:
        """What a follow-up asks for by its place in a list: the second of those just named, or the others."""
        section = named.places[0].section
        runs = _unbroken(self._search.children(named.work, section.parent or "", section.kind))
        beside = next((run for run in runs if named.anchor in _anchors(run)), [])
        others = [other for other in beside if other.anchor != named.anchor]
        fits = section.kind == "bullet" and 1 <= len(others) <= MAX_LIST and query.count in (None, len(others))
        if not query.ordinal and fits:
            return [first_sentence(other, query.language) for other in others]
        lists = [*(members for _, members in self._lists([named])), *([beside] if section.kind in _LISTED else [])]
        members = next((found for found in lists if len(found) >= abs(query.ordinal or MAX_LIST + 1)), [])
        if query.ordinal and members:
            return [whole(members[query.ordinal - (query.ordinal > 0)], query.language)]
        return []


def _are_named(query: Query, members: Sequence[Hit]) -> bool:
    """Whether most members name something of the kind that a question asks for: which companies, which countries."""
    kind = wanted_name(query.asks)
    texts = [[place.passage.text for place in member.places] for member in members]
    return not kind or 2 * sum(holds_name(kind, mine, query.question) for mine in texts) > len(members)


def _leads(found: Sequence[tuple[str, Sequence[Hit]]]) -> set[str]:
    """Anchors of what stands over lists or announces them."""
    return {anchor for lead, members in found for anchor in (lead, *_introducing(members))}


def _text(hit: Hit) -> str:
    return hit.places[0].passage.text


def _titles(hit: Hit) -> list[str]:
    """Of a section in every edition, folded."""
    return [fold(place.section.title) for place in hit.places]


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
    if not lead.places[0].passage.text.rstrip().endswith(ANNOUNCING):
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
