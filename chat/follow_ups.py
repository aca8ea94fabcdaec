"""Questions that go on from an answer: of the sections beside those it cites, and only what the documents answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import prompts
from chat.answer import Answer
from ingest.document import Edition, Language, Section, coarse_anchors
from vectorstore.retrieve import Search
from vectorstore.words import fold, to_simplified

COUNT = 3
_TRIED = 8
"""Candidates looked at: each costs a search."""

_FOUND_AMONG = 3
"""A question leads to its section where the search brings it among the first so many."""

_SUBJECT = re.compile(r"[:：。；;（(]|\. ")
_QUOTATION = re.compile('["“”「」『』《》]')
_LENGTHS = {"en": range(8, 61), "zh-Hant": range(3, 22), "zh-Hans": range(3, 22)}
"""Characters of a subject that reads as one in a question: not a word, not a sentence."""


def follow_ups(answer: Answer, search: Search, asked: Collection[str] = (), works: Sequence[str] = ()) -> list[str]:
    """At most three questions in the answer's language, none of them asked before, each found by the search to lead
    to the section that it is about."""
    if answer.outcome not in ("answered", "partial", "false_premise", "content_missing"):
        return []
    known = {fold(question) for question in asked}
    offered: list[str] = []
    for tried, (edition, section) in enumerate(_beside(answer, search)):
        if len(offered) == COUNT or tried == _TRIED:
            break
        subject = subject_of(section, edition, answer.language)
        question = prompts.message("follow-up", answer.language, subject=subject)
        if fold(question) not in known and _leads_to(question, edition.work, section.anchor, search, works):
            known.add(fold(question))
            offered.append(question)
    return offered


def subject_of(section: Section, edition: Edition, language: Language) -> str:
    """What a section says that it is about: its first words up to a colon, without quotation marks; else nothing."""
    text = edition.document.text[section.start : section.end] if section.kind == "bullet" else section.title
    first, mark, _ = _partition(text)
    if section.kind == "bullet" and mark not in (":", "："):
        return ""
    subject = " ".join(_QUOTATION.sub("", first).split())
    if len(subject) not in _LENGTHS[language]:
        return ""
    return to_simplified(subject) if language == "zh-Hans" else subject


def _partition(text: str) -> tuple[str, str, str]:
    found = _SUBJECT.search(text)
    return (text[: found.start()], found[0].strip(), text[found.end() :]) if found else (text, "", "")


def _beside(answer: Answer, search: Search) -> Iterator[tuple[Edition, Section]]:
    """Sections near the cited ones that have a subject: what the same item says besides, then those around."""
    cited = {(citation.work, citation.anchor) for citation in answer.citations}
    for work in dict.fromkeys(citation.work for citation in answer.citations):
        if search.build.works[work].role == "glossary":
            continue
        edition = _in_language(work, answer.language, search)
        if edition is None:
            continue
        anchors = {anchor for cited_work, anchor in cited if cited_work == work}
        for section in _by_distance(edition, anchors):
            if subject_of(section, edition, answer.language):
                yield edition, section


def _in_language(work: str, language: Language, search: Search) -> Edition | None:
    """The edition whose words can stand in a question of a language: Traditional ones are turned to Simplified."""
    suits = ("zh-Hans", "zh-Hant") if language == "zh-Hans" else (language,)
    mine = [edition for edition in search.build.editions.values() if edition.work == work and edition.lang in suits]
    return min(mine, key=lambda edition: suits.index(edition.lang), default=None)


def _by_distance(edition: Edition, cited: Collection[str]) -> list[Section]:
    """Bullets and items that are not cited and hold nothing cited, the nearest in reading order first; those of the
    cited items before others."""
    sections = edition.outline.sections
    places = [at for at, section in enumerate(sections) if section.anchor in cited]
    coarse = coarse_anchors(sections)
    homes = {coarse[sections[at].anchor] for at in places}
    above = {anchor for section in sections if section.anchor in cited for anchor in _lineage(section, sections)}
    free = [
        (coarse[section.anchor] not in homes, min(abs(at - place) for place in places), section)
        for at, section in enumerate(sections)
        if section.kind in ("bullet", "item") and section.anchor not in above and places
    ]
    return [section for *_, section in sorted(free, key=lambda found: found[:2])]


def _lineage(section: Section, sections: Sequence[Section]) -> Iterator[str]:
    """A section's anchor and those above it."""
    parents = {known.anchor: known.parent for known in sections}
    anchor: str | None = section.anchor
    while anchor is not None:
        yield anchor
        anchor = parents.get(anchor)


def _leads_to(question: str, work: str, anchor: str, search: Search, works: Sequence[str]) -> bool:
    """Whether the search brings the section, or what lies beneath it, among the first."""
    first = search.hits(question, works)[:_FOUND_AMONG]
    return any(hit.work == work and f"{hit.anchor}.".startswith(f"{anchor}.") for hit in first)
