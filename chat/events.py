"""What happens while a question is answered: the events that page, command line and tests all read.

In order: one `Understood`; a `Wrote` for each checked statement; where the model fails midway, one `Withdrawn`, after
which the documents' own sentences follow as `Wrote`; one `Finished`, always last, with the whole answer.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from types import TracebackType

import prompts
from chat.answer import Answer, Citation, Statement
from chat.verify import compose
from ingest.document import Language


@dataclass(frozen=True, slots=True)
class Understood:
    """The question was read and searched for; what follows is written in `language`, by `model` if there is one."""

    question: str
    """As it was searched: a follow-up made to stand alone, else as it was asked."""

    language: Language
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Wrote:
    """A statement to show at the end of those before it, with the citations that it is the first to use."""

    statement: Statement
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Every statement so far is void, because the model failed; `notice` says so in the reader's language."""

    notice: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer, with the statements shown since the beginning or the last `Withdrawn`."""

    answer: Answer


Event = Understood | Wrote | Withdrawn | Finished


class AnswerStream(Iterator[Event]):
    """The events of one answer, each as it happens. Closing it stops the model at once.

    `answer` is at any moment what has been shown: the whole answer after `Finished`, else the part written so far,
    marked `stopped`. Use it as a context manager, or close it.
    """

    def __init__(self, events: Generator[Event, None, None], question: str, language: Language) -> None:
        self._events = events
        self._shown = Answer(question, language, "partial", "", ended="stopped")
        self._finished = False

    def __next__(self) -> Event:
        event = next(self._events)
        self._take(event)
        return event

    @property
    def answer(self) -> Answer:
        if self._finished:
            return self._shown
        notice = prompts.message("answer-stopped", self._shown.language)
        return replace(self._shown, text=compose(notice, self._shown.statements), notice=notice)

    def close(self) -> None:
        self._events.close()

    def __enter__(self) -> AnswerStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def whole(self) -> Answer:
        """The answer when it is finished."""
        with self:
            for _ in self:
                pass
        return self._shown

    def _take(self, event: Event) -> None:
        shown = self._shown
        if isinstance(event, Finished):
            self._shown, self._finished = event.answer, True
        elif isinstance(event, Understood):
            writer = "model" if event.model else "quotes"
            self._shown = replace(shown, language=event.language, writer=writer, model=event.model)
        elif isinstance(event, Withdrawn):
            self._shown = replace(shown, statements=(), citations=(), writer="quotes", model=None)
        else:
            statements, citations = (*shown.statements, event.statement), (*shown.citations, *event.citations)
            self._shown = replace(shown, statements=statements, citations=citations)
