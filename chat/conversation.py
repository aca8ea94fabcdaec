"""What a conversation is: exchanges of a question and what became of it, and what the reader said of the answer."""

from __future__ import annotations

import datetime
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from chat.answer import Answer, Turn
from ingest.document import Refusal

State = Literal["writing", "whole", "stopped", "failed"]
Verdict = Literal["good", "bad"]
Reason = Literal["citation-wrong", "answer-wrong", "incomplete", "off-question", "wrong-language", "other"]

REASONS: tuple[Reason, ...] = get_args(Reason)
TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in a list; `works` are those asked, none for all."""

    id: str
    title: str
    works: tuple[str, ...]
    changed: datetime.datetime
    """In UTC."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the reader said of an answer."""

    verdict: Verdict
    reason: Reason | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what became of it: an answer, as far as it got, or a refusal."""

    id: str
    position: int
    question: str
    state: State = "writing"
    answer: Answer | None = None
    refusal: Refusal | None = None
    follow_ups: tuple[str, ...] = ()
    feedback: Feedback | None = None
    saved: datetime.datetime = datetime.datetime.min
    """In UTC."""


def turns_before(exchanges: Sequence[Exchange]) -> list[Turn]:
    """What was said so far, for the next question: questions that failed are no part of it."""
    turns = []
    for exchange in exchanges:
        if exchange.answer:
            turns += [Turn("user", exchange.question), Turn("assistant", exchange.answer.text)]
    return turns


def plain_text(text: str) -> str:
    """A text without what no store takes: unpaired surrogates and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def still_asked(works: Sequence[str], there: Container[str]) -> tuple[str, ...]:
    """Those of the works chosen for a conversation that are there.

    Where none is, all of them: asking is then refused, by name, and no other work answers in their place (TESTS A6).
    """
    return tuple(work for work in works if work in there) or tuple(works)


def title_from(question: str) -> str:
    """A question as the name of its conversation: one line, cut at a word's end where it is long."""
    line = " ".join(question.split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[: TITLE_LENGTH - 1]
    at = max(cut.rfind(mark) for mark in " ，,；;：:")
    return cut[: at if at > TITLE_LENGTH // 2 else None].rstrip(" ，,；;：:") + "…"
