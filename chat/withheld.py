"""Answers that quoted what their reader may see no longer: the question stays, nothing of the answer does."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import prompts
from chat.answer import Answer
from chat.conversation import Exchange

if TYPE_CHECKING:
    from vectorstore.build import Build


def as_seen(exchange: Exchange, hidden: Collection[str]) -> Exchange:
    """A turn for a reader from whom works are hidden."""
    if not hidden:
        return exchange
    answer = exchange.answer
    if answer is not None and withholds(answer, hidden):
        return replace(exchange, answer=withheld(answer), follow_ups=())
    # Follow-ups name sections, of any work that was there.
    followed = answer is None or not (set(answer.works) & set(hidden) if answer.works else hidden)
    return exchange if followed else replace(exchange, follow_ups=())


def withholds(answer: Answer, hidden: Collection[str]) -> bool:
    """Whether an answer quotes or names a hidden work, or a model wrote something unchecked with one before it."""
    named = {citation.work for citation in answer.citations} | {link.work for link in answer.nearest}
    if any(statement.status == "unverified" for statement in answer.statements):
        named |= set(answer.works) or set(hidden)
    return not named.isdisjoint(hidden)


def withheld(answer: Answer) -> Answer:
    """What is shown in an answer's place."""
    notice = prompts.message("answer-withheld", answer.language)
    kept = Answer(answer.question, answer.language, "declined", notice, notice=notice)
    return replace(kept, writer=answer.writer, model=answer.model, build=answer.build, ended=answer.ended)


def check_seen(cited: Iterable[str], build: Build, user: str) -> None:
    """The last look before something goes out: raises PermissionError where it cites works its reader may not see."""
    for work in cited:
        if work not in build.works or not build.works[work].seen_by(user):
            raise PermissionError
