"""The passages that a model sees: whole sections, numbered, the best first, as many as the budget holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import prompts
from chat.model import Message
from chat.quoting import reading_place
from chat.span import Span
from ingest.document import CAPTIONS, Edition, Language, Work, without_body
from ingest.marked import visible
from ingest.passages import sentence_spans, width
from vectorstore.retrieve import Hit
from vectorstore.words import content_words

NOT_IN_DOCUMENTS = "NOT_IN_DOCUMENTS"
"""What a model writes where the passages do not answer; in the prompt, here and in the tests."""

OVERHEAD = 15
"""Tokens of a passage's tags."""

LANGUAGE_NAMES: dict[Language, str] = {
    "zh-Hant": "Traditional Chinese (繁體中文)",
    "zh-Hans": "Simplified Chinese (简体中文)",
    "en": "English",
}

_TAG = re.compile(r"<(?=/?\s*(?:passages?|question|conversation|claims?|topic)\b)", re.IGNORECASE)

PASSAGE = re.compile(r'<passage number="(\d+)"[^>]*>(.*?)</passage>', re.DOTALL)
"""Number and text of a passage as `_tagged` writes it: for replies made of what was shown."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A section as the model sees it, in one edition, under the number that it cites."""

    number: int
    work: str
    edition: Edition
    anchor: str
    start: int
    end: int
    is_caption: bool = False
    """Of a table or figure whose body is missing."""

    @property
    def text(self) -> str:
        return self.edition.document.text[self.start : self.end]

    def span_for(self, statement: str) -> Span:
        """The part of the section that a statement rests on: its nearest sentences, and those between them."""
        text, said = self.text, set(content_words(statement))
        spans = sentence_spans(text)
        shared = [len(said & set(content_words(text[start:end]))) for start, end in spans]
        near = [n for n, count in enumerate(shared) if count and 2 * count >= max(shared)]
        first, last = (spans[near[0]][0], spans[near[-1]][1]) if near else (spans[0][0], spans[-1][1])
        return Span(self.edition, self.anchor, self.start + first, self.start + last, text[first:last])


def choose_passages(hits: Iterable[Hit], language: Language, budget: int) -> tuple[Numbered, ...]:
    """Whole sections in the reader's language, by rank, until one does not fit; all of them where all fit."""
    chosen: list[Numbered] = []
    room = float(budget)
    for hit in hits:
        place = reading_place(hit, language)
        section = place.section
        if section.start >= section.end:
            continue
        caption = section.kind in CAPTIONS and section.anchor in without_body(place.edition.outline.sections)
        passage = Numbered(
            len(chosen) + 1, hit.work, place.edition, section.anchor, section.start, section.end, caption
        )
        room -= width(passage.text) + OVERHEAD
        if room < 0:
            break
        chosen.append(passage)
    return tuple(chosen)


def answer_prompt(
    question: str, language: Language, passages: Sequence[Numbered], works: Mapping[str, Work]
) -> tuple[Message, ...]:
    """What the model is told and shown."""
    system, user = prompts.prompt(
        "answer",
        language=LANGUAGE_NAMES[language],
        marker=NOT_IN_DOCUMENTS,
        passages=tagged(passages, works),
        question=plain(question),
    )
    return Message("system", system), Message("user", user)


def tagged(passages: Sequence[Numbered], works: Mapping[str, Work] | None = None) -> str:
    """The passages as a prompt shows them, each with the number and date of its document where there are several."""
    documents = {work: number for number, work in enumerate(dict.fromkeys(p.work for p in passages), 1)}
    of = {
        id_: _document(number, works[id_]) if works and len(documents) > 1 else "" for id_, number in documents.items()
    }
    return "\n".join(_tagged(passage, parent, of[passage.work]) for passage, parent in _with_parents(passages))


def plain(text: str) -> str:
    """A text that cannot close the tags it stands between."""
    return _TAG.sub("‹", text)


def _with_parents(passages: Sequence[Numbered]) -> list[tuple[Numbered, int | None]]:
    """Each passage with the number of the heading that it stands under, if that is among them."""
    numbers = {(passage.work, passage.anchor): passage.number for passage in passages}
    parents = {
        (edition.work, section.anchor): section.parent
        for edition in {passage.edition.id + passage.work: passage.edition for passage in passages}.values()
        for section in edition.outline.sections
    }
    found = []
    for passage in passages:
        parent = parents.get((passage.work, passage.anchor))
        while parent is not None and (passage.work, parent) not in numbers:
            parent = parents.get((passage.work, parent))
        found.append((passage, numbers[passage.work, parent] if parent is not None else None))
    return found


def _document(number: int, work: Work) -> str:
    return f' document="{number}" date="{work.date or "unknown"}"'


def _tagged(passage: Numbered, parent: int | None, document: str) -> str:
    under = f' under="{parent}"' if parent else ""
    missing = ' note="caption of a table or figure whose body is missing"' if passage.is_caption else ""
    return f'<passage number="{passage.number}"{document}{under}{missing}>{plain(visible(passage.text)[0])}</passage>'
