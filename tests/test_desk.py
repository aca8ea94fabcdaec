"""Answers at the desk: they grow and are saved, end on demand or when nobody reads, and fail in our own words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from chat import desk as desk_module
from chat.answer import Answer, Statement
from chat.conversation import Exchange
from chat.desk import Desk
from chat.events import AnswerStream, Event, Finished, Understood, Wrote
from chat.history import History
from ingest.document import Refusal

SOON = 10.0
"""Seconds within which what should happen at once has happened, on a busy machine."""

WHOLE = Answer("Q", "en", "answered", "One. Two.", (Statement("One.", ()), Statement("Two.", ())))


class Pen:
    """A stream that writes a statement whenever it is told to, and sees how it is ended."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go = threading.Semaphore(0)
        self.closed = threading.Event()
        self.error = error

    def __call__(self) -> AnswerStream:
        return AnswerStream(self._events(), "Q", "en")

    def _events(self) -> Iterator[Event]:
        try:
            yield Understood("Q", "en")
            for statement in WHOLE.statements:
                assert self.go.acquire(timeout=SOON)
                yield Wrote(statement)
                if self.error:
                    raise self.error
            assert self.go.acquire(timeout=SOON)
            yield Finished(WHOLE)
        finally:
            self.closed.set()


def explain(error: Exception) -> Refusal:
    return Refusal("unexpected", error_id=type(error).__name__)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History.at(tmp_path)
    yield history
    history.close()


def begin(history: History, desk: Desk, pen: Pen, follow_up: Callable[[Answer], Sequence[str]] | None = None) -> str:
    turn = history.ask("ann", history.begin("ann", "Q").id, "Q").id
    desk.begin("ann", turn, pen, follow_up)
    return turn


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def ended(history: History, desk: Desk, turn: str) -> Exchange:
    assert desk.wait("ann", turn, SOON)
    assert desk.wait_for_follow_ups("ann", turn, SOON)
    return history.exchange("ann", turn)


def statements(answer: Answer | None) -> list[str]:
    return [statement.text for statement in answer.statements] if answer else []


def test_an_answer_grows_before_the_eyes_and_is_saved_whole(history: History) -> None:
    desk, pen = Desk(history, explain), Pen()
    turn = begin(history, desk, pen)
    assert desk.writing("ann", turn)
    assert not desk.wait("ann", turn, 0)
    pen.go.release()
    until(lambda: statements(desk.answer("ann", turn)) == ["One."])
    pen.go.release(2)
    exchange = ended(history, desk, turn)
    assert (exchange.state, exchange.answer) == ("whole", WHOLE)
    assert not desk.writing("ann", turn)


def test_what_was_shown_is_saved_while_it_grows(history: History) -> None:
    desk, pen = Desk(history, explain), Pen()
    turn = begin(history, desk, pen)
    until(lambda: history.exchange("ann", turn).answer is not None)
    assert history.exchange("ann", turn).state == "writing"
    time.sleep(0.3)  # the time between two saves
    pen.go.release()
    until(lambda: statements(history.exchange("ann", turn).answer) == ["One."])
    pen.go.release(2)
    ended(history, desk, turn)


def test_stopping_keeps_what_there_is_at_once(history: History) -> None:
    desk, pen = Desk(history, explain), Pen()
    turn = begin(history, desk, pen)
    pen.go.release()
    until(lambda: statements(desk.answer("ann", turn)) == ["One."])
    desk.stop("ann", turn)
    assert desk.wait("ann", turn, 0), "no wait for the model's next word"
    exchange = history.exchange("ann", turn)
    assert (exchange.state, statements(exchange.answer)) == ("stopped", ["One."])
    pen.go.release()
    assert pen.closed.wait(SOON), "and the model is let go"
    assert history.exchange("ann", turn) == exchange


@pytest.mark.case("A1")
def test_another_reader_cannot_stop_it(history: History) -> None:
    desk, pen = Desk(history, explain), Pen()
    turn = begin(history, desk, pen)
    desk.stop("ben", turn)
    assert desk.writing("ann", turn)
    pen.go.release(3)
    assert ended(history, desk, turn).state == "whole"


@pytest.mark.case("C4")
def test_an_answer_that_no_page_looks_at_is_ended(history: History) -> None:
    desk, pen = Desk(history, explain, patience=0.05), Pen()
    turn = begin(history, desk, pen)
    time.sleep(0.1)
    pen.go.release()
    assert pen.closed.wait(SOON)
    assert ended(history, desk, turn).state == "stopped"


def test_looking_keeps_it_going(history: History) -> None:
    desk, pen = Desk(history, explain, patience=2.0), Pen()
    turn = begin(history, desk, pen)
    for _ in range(3):
        time.sleep(0.1)
        assert desk.writing("ann", turn)
        pen.go.release()
    assert ended(history, desk, turn).state == "whole"


FAILURES = [
    pytest.param(Refusal("no-index", home="var"), Refusal("no-index", home="var"), id="known"),
    pytest.param(ValueError("secret plums"), Refusal("unexpected", error_id="ValueError"), id="unforeseen"),
]


@pytest.mark.parametrize(("error", "shown"), FAILURES)
def test_a_failure_keeps_what_there_is_and_says_so_in_our_words(
    history: History, error: Exception, shown: Refusal
) -> None:
    desk, pen = Desk(history, explain), Pen(error)
    turn = begin(history, desk, pen)
    pen.go.release()
    exchange = ended(history, desk, turn)
    assert exchange.state == "failed"
    assert exchange.refusal is not None
    assert exchange.refusal.in_language("en") == shown.in_language("en")
    assert statements(exchange.answer) == ["One."]


@pytest.mark.case("O4")
@pytest.mark.parametrize("stopped", [False, True])
def test_of_an_answer_that_cannot_be_saved_there_is_why_and_what_was_written(
    history: History, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    desk, pen, seen = Desk(history, explain), Pen(), []
    turn = begin(history, desk, pen, lambda _answer: seen.append("asked") or [])  # type: ignore[func-returns-value]
    pen.go.release()
    until(lambda: statements(desk.answer("ann", turn)) == ["One."])

    def full(*_: object) -> None:
        raise OSError("secret plums")

    monkeypatch.setattr(history, "save", full)
    if stopped:
        desk.stop("ann", turn)
    pen.go.release(2)
    ended(history, desk, turn)
    refusal = desk.unsaved("ann", turn)
    assert refusal is not None
    assert refusal.values == {"error_id": "OSError"}
    assert statements(desk.answer("ann", turn)) == (["One."] if stopped else ["One.", "Two."])
    assert not desk.writing("ann", turn)
    assert desk.unsaved("ben", turn) is None
    assert seen == []


def test_of_the_answers_that_cannot_be_saved_the_latest_are_remembered(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, turns = Desk(history, explain), []
    monkeypatch.setattr(desk_module, "_UNSAVED", 2)
    monkeypatch.setattr(history, "save", lambda *_: 1 / 0)
    for _ in range(4):
        turns.append(begin(history, desk, Pen()))
        assert desk.wait("ann", turns[-1], SOON)
        until(lambda: desk._jobs[turns[-1]].followed.is_set())
        until(lambda: len(desk._jobs) <= 2)
    assert [turn for turn in turns if desk.unsaved("ann", turn)] == turns[-2:]


def test_an_answer_that_no_thread_is_left_for_is_none(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(history, explain)

    def none_left(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    with pytest.raises(RuntimeError, match="new thread"):
        begin(history, desk, Pen())
    assert desk._jobs == {}


def test_questions_to_go_on_with_come_after_the_answer(history: History) -> None:
    desk, pen, asked = Desk(history, explain), Pen(), threading.Event()

    def follow_up(answer: Answer) -> list[str]:
        assert answer == WHOLE
        assert asked.wait(SOON)
        return ["And then?"]

    turn = begin(history, desk, pen, follow_up)
    pen.go.release(3)
    assert desk.wait("ann", turn, SOON)
    assert not desk.writing("ann", turn), "the answer is whole while its follow-ups are sought"
    assert not desk.wait_for_follow_ups("ann", turn, 0)
    asked.set()
    assert ended(history, desk, turn).follow_ups == ("And then?",)


def test_an_answer_stands_without_the_questions_that_could_not_be_found(history: History) -> None:
    desk, pen = Desk(history, explain), Pen()

    def follow_up(_answer: Answer) -> list[str]:
        raise ValueError("no")

    turn = begin(history, desk, pen, follow_up)
    pen.go.release(3)
    exchange = ended(history, desk, turn)
    assert (exchange.state, exchange.follow_ups) == ("whole", ())


@pytest.mark.case("C4")
def test_a_conversation_deleted_meanwhile_ends_its_answer(history: History) -> None:
    desk, pen = Desk(history, explain), Pen()
    conversation = history.begin("ann", "Q").id
    turn = history.ask("ann", conversation, "Q").id
    desk.begin("ann", turn, pen)
    history.delete("ann", conversation)
    pen.go.release(3)
    assert desk.wait("ann", turn, SOON)
    assert history.conversations("ann") == []


def test_waiting_ends_so_many_seconds_after_the_beginning_however_often_it_is_asked(history: History) -> None:
    desk, pen = Desk(history, explain), Pen()
    turn = begin(history, desk, pen)
    assert not desk.wait("ann", turn, 0.2)
    started = time.monotonic()
    for _ in range(20):
        assert not desk.wait("ann", turn, 0.2)
    assert time.monotonic() - started < 2.0
    pen.go.release(3)
    ended(history, desk, turn)


def test_a_turn_that_was_never_begun_here_has_ended(history: History) -> None:
    desk = Desk(history, explain)
    assert desk.wait("ann", "no-such", 5)
    assert desk.wait_for_follow_ups("ann", "no-such", 5)
    assert not desk.writing("ann", "no-such")
    assert desk.answer("ann", "no-such") is None
