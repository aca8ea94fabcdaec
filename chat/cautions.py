"""What an answer says of the documents it quotes, or looked in for nothing, where not all of a file could be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import prompts
from chat.answer import Answer
from chat.listings import labels_at
from chat.names import Names, names_of
from chat.selfcheck import Inconsistency, Mismatch, grouped, inconsistency_message, mismatches_at
from chat.span import Span
from ingest.document import Edition, Language, coarse_anchors
from ingest.losses import loss_sentences
from vectorstore.build import Build
from vectorstore.words import fold


def loss_warnings(answer: Answer, build: Build) -> tuple[str, ...]:
    """A sentence for each work with losses: of the editions quoted, else of the works that lie nearest."""
    cited = {(citation.work, citation.edition) for citation in answer.citations}
    near = {link.work for link in answer.nearest} if not cited else set()
    editions = [e for e in build.editions.values() if (e.work, e.id) in cited or e.work in near]
    return warnings_of(editions, build, answer.language)


MOST = 3
"""Contradictions that an answer points at."""


def mismatch_warnings(
    said: Iterable[tuple[str, Iterable[Span]]], build: Build, language: Language, question: str = ""
) -> tuple[str, ...]:
    """A sentence for each matter on which the documents contradict themselves that statements with these spans meet.

    Of lists that differ those that the question, if there is one, names: whoever asks for a summary meets them all.
    """
    found = [mismatch for text, spans in said for mismatch in mismatches_at(list(spans), text, build)]
    if question:
        names = names_of(build)
        found = [mismatch for mismatch in found if mismatch.kind != "list" or _is_asked(mismatch, question, names)]
    met = {frozenset({mismatch.span, mismatch.other}): mismatch for mismatch in found}
    return tuple(inconsistency_message(_as_read(one), language) for one in grouped(list(met.values())))[:MOST]


def _is_asked(mismatch: Mismatch, question: str, names: Names) -> bool:
    """Whether a question calls one of the lists by what they are called."""
    spans = [span for span in (mismatch.span, mismatch.other) if span is not None]
    labels = {label for span in spans for label in labels_at(span, names) if label}
    return any(re.search(rf"\b{re.escape(label)}" if label.isascii() else label, fold(question)) for label in labels)


def _as_read(found: Inconsistency) -> Inconsistency:
    """With the places as a reader knows them: the section, not the paragraph's anchor."""
    sections = [coarse_anchors(place.edition.outline.sections)[place.anchor] for place in found.places]
    places = (replace(place, anchor=anchor) for place, anchor in zip(found.places, sections, strict=True))
    return replace(found, places=tuple(places))


def answer_warnings(answer: Answer, build: Build) -> tuple[str, ...]:
    """What to bear in mind of an answer: what could not be read, and where its sources contradict themselves."""
    editions = {(edition.work, edition.id): edition for edition in build.editions.values()}
    spans = {c.number: Span(editions[c.work, c.edition], c.anchor, c.start, c.end, c.quote) for c in answer.citations}
    said = [(s.text, [spans[number] for number in s.citations]) for s in answer.statements]
    return (*loss_warnings(answer, build), *mismatch_warnings(said, build, answer.language, answer.question))


def warnings_of(editions: Iterable[Edition], build: Build, language: Language) -> tuple[str, ...]:
    """A sentence for each work of which an edition has losses. It repeats no hidden words."""
    said: dict[str, list[str]] = {}
    for edition in editions:
        if edition.document.losses:
            said.setdefault(edition.work, []).extend(loss_sentences(edition.document.losses, language, quoting=False))
    between = " " if language == "en" else ""
    return tuple(
        prompts.message(
            "answer-losses",
            language,
            title=build.works[work].title(language),
            losses=between.join(dict.fromkeys(sentences)),
        )
        for work, sentences in said.items()
    )
