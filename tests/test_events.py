"""An answer as events: what is shown as it is written is what the finished answer says."""

from __future__ import annotations

import pytest

from chat.assistant import Assistant
from chat.events import AnswerStream, Event, Finished, Understood, Withdrawn, Wrote
from ingest.document import Refusal

ASKED = ["哪些港口停擺？", "Which ports were paralysed?", "What does Zorblatt Industries do?"]


def shown(events: list[Event]) -> list[Wrote]:
    """What a reader sees in the end: the statements since the last withdrawal."""
    at = max((n for n, event in enumerate(events) if isinstance(event, Withdrawn)), default=-1)
    return [event for event in events[at + 1 :] if isinstance(event, Wrote)]


@pytest.mark.parametrize("question", ASKED)
def test_the_events_add_up_to_the_answer(second_assistant: Assistant, question: str) -> None:
    events = list(second_assistant.stream(question))
    assert isinstance(events[0], Understood)
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    wrote = shown(events)
    assert tuple(event.statement for event in wrote) == answer.statements
    assert tuple(citation for event in wrote for citation in event.citations) == answer.citations
    assert second_assistant.ask(question).text == answer.text


def test_a_statement_comes_with_the_citations_that_it_uses_first(second_assistant: Assistant) -> None:
    known: set[int] = set()
    for event in second_assistant.stream(ASKED[0]):
        if isinstance(event, Wrote):
            known |= {citation.number for citation in event.citations}
            assert set(event.statement.citations) <= known


def test_a_stopped_answer_is_what_was_shown_and_says_so(second_assistant: Assistant) -> None:
    stream = second_assistant.stream(ASKED[1])
    next(stream)
    first = next(stream)
    assert isinstance(first, Wrote)
    stream.close()
    assert next(stream, None) is None
    assert stream.answer.ended == "stopped"
    assert stream.answer.statements == (first.statement,)
    assert stream.answer.citations == first.citations
    assert stream.answer.text.startswith(stream.answer.notice)


def test_a_whole_answer_is_complete(second_assistant: Assistant) -> None:
    with second_assistant.stream(ASKED[1]) as stream:
        assert stream.answer.ended == "stopped"
        assert list(stream)
        assert stream.answer.ended == "complete"


def test_what_cannot_be_asked_is_refused_before_anything_is_read(second_assistant: Assistant) -> None:
    with pytest.raises(Refusal):
        second_assistant.stream(" ")


def test_an_abandoned_stream_costs_nothing(second_assistant: Assistant) -> None:
    stream = second_assistant.stream(ASKED[0])
    assert isinstance(stream, AnswerStream)
    stream.close()
    assert stream.answer.statements == ()
