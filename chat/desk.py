"""Answers being written: in the background, saved as they grow, ended on demand or when nobody reads on.

A page that is drawn again, reloaded or opened twice finds the same answer growing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chat import metrics
from chat.answer import Answer
from chat.conversation import State
from chat.events import AnswerStream, Finished
from chat.history import History
from chat.journal import event
from ingest.document import Refusal

PATIENCE = 8.0
"""Seconds after which an answer that no page looks at any more is ended (TESTS C4: within 10)."""

AT_ONCE = 8
"""Answers written at the same time; more wait."""

LEAVE = 10.0
"""Seconds that answers are given to end in when the server stops; a model's takes 18 at most, a quoting one 0.2."""

_BETWEEN_SAVES = 0.25
_UNSAVED = 64
"""Answers that could not be saved of which this is remembered."""


@dataclass(eq=False, slots=True)
class _Job:
    owner: str
    turn: str
    answer: Answer | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    followed: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: float = field(default_factory=time.monotonic)
    seen: float = field(default_factory=time.monotonic)
    unsaved: Refusal | None = None
    """Why it could not be saved, once it has ended."""

    kept: bool = False
    """Whether it goes on though no page looks: the server is stopping, and pages have lost it."""


def _record(job: _Job, state: State, answer: Answer | None, refusal: Refusal | None) -> None:
    """One line in the log and one count in the figures for an answer that ended; none of its words."""
    seconds = time.monotonic() - job.begun
    outcome = answer.outcome if answer is not None and state == "whole" else state
    writer = answer.writer if answer is not None else "nobody"
    metrics.ended("answer", outcome, writer, seconds)
    facts = {"ms": answer.ms, "tokens": answer.tokens, "model": answer.model, "build": answer.build} if answer else {}
    why = {"refusal": refusal.key} if refusal else {}
    event("answer", outcome=outcome, writer=writer, seconds=round(seconds, 3), **facts, **why)


class Desk:
    """Where answers are written for all readers, into a history."""

    def __init__(self, history: History, explain: Callable[[Exception], Refusal], patience: float = PATIENCE) -> None:
        """`explain` makes of an error that nobody foresaw what is shown of it."""
        self._history = history
        self._explain = explain
        self._patience = patience
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._jobs: dict[str, _Job] = {}

    def begin(
        self,
        owner: str,
        turn: str,
        open_stream: Callable[[], AnswerStream],
        follow_up: Callable[[Answer], Sequence[str]] | None = None,
    ) -> None:
        """Begins an answer; `follow_up` is asked for questions that go on from it once it is whole."""
        job = self._jobs[turn] = _Job(owner, turn)
        target = threading.Thread(target=self._run, args=(job, open_stream, follow_up), name="answer", daemon=True)
        try:
            target.start()
        except RuntimeError:  # no thread is left for it
            del self._jobs[turn]
            raise

    def writing(self, owner: str, turn: str) -> bool:
        """Whether an answer of the owner's is being written. Asking keeps it going."""
        job = self._mine(owner, turn)
        if job is None or job.ended.is_set():
            return False
        job.seen = time.monotonic()
        return True

    def answer(self, owner: str, turn: str) -> Answer | None:
        """What there is of an answer of the owner's that is being written."""
        job = self._mine(owner, turn)
        return self._history.as_seen(owner, job.answer) if job and job.answer else None

    def unsaved(self, owner: str, turn: str) -> Refusal | None:
        """Why an answer of the owner's has ended and could not be saved; `answer` still has it."""
        job = self._mine(owner, turn)
        return job.unsaved if job else None

    def wait(self, owner: str, turn: str, seconds: float) -> bool:
        """Whether an answer has ended, at most so many seconds after it was begun.

        One never begun here has, and so has another owner's.
        """
        job = self._mine(owner, turn)
        return job is None or job.ended.wait(max(0.0, job.begun + seconds - time.monotonic()))

    def wait_for_follow_ups(self, owner: str, turn: str, seconds: float) -> bool:
        """Whether the questions that go on from an answer are settled within the time."""
        job = self._mine(owner, turn)
        return job is None or job.followed.wait(seconds)

    def stop(self, owner: str, turn: str) -> None:
        """Ends an answer at once, with what there is of it. Another owner's goes on."""
        job = self._mine(owner, turn)
        if job is not None:
            self._end(job, "stopped", job.answer)

    def _mine(self, owner: str, turn: str) -> _Job | None:
        """Another owner's is none."""
        job = self._jobs.get(turn)
        return job if job is not None and job.owner == owner else None

    def close(self, seconds: float = LEAVE) -> None:
        """Lets the answers that are being written come to their end for so long; then ends and saves the rest."""
        until = time.monotonic() + seconds
        jobs = list(self._jobs.values())
        for job in jobs:
            job.kept = True
        for job in jobs:
            if not job.ended.wait(max(0.0, until - time.monotonic())):
                self._end(job, "stopped", job.answer)

    def _run(
        self,
        job: _Job,
        open_stream: Callable[[], AnswerStream],
        follow_up: Callable[[Answer], Sequence[str]] | None,
    ) -> None:
        try:
            with self._room, metrics.WRITING.track_inprogress():
                self._write(job, open_stream)
                if follow_up and job.answer and not job.unsaved and job.answer.ended == "complete":
                    self._follow(job, follow_up)
        finally:
            job.ended.set()
            job.followed.set()
            self._forget(job)

    def _write(self, job: _Job, open_stream: Callable[[], AnswerStream]) -> None:
        try:
            with open_stream() as stream:
                saved = 0.0
                for event in stream:
                    if job.ended.is_set() or self._forsaken(job):
                        break
                    job.answer = stream.answer
                    if not isinstance(event, Finished) and time.monotonic() - saved > _BETWEEN_SAVES:
                        self._save(job, "writing", job.answer)
                        saved = time.monotonic()
                answer = stream.answer
            self._end(job, "stopped" if answer.ended == "stopped" else "whole", answer)
        except Refusal as refusal:
            self._end(job, "failed", job.answer, refusal)
        except Exception as error:  # noqa: BLE001 - the door: logged, and shown with its id
            self._end(job, "failed", job.answer, self._explain(error))

    def _follow(self, job: _Job, follow_up: Callable[[Answer], Sequence[str]]) -> None:
        try:
            assert job.answer is not None
            self._history.offer(job.owner, job.turn, follow_up(job.answer))
        except Refusal:
            pass  # deleted meanwhile, or the index is gone: there is nothing to go on from
        except Exception as error:  # noqa: BLE001 - the answer stands without them; the log has why
            self._explain(error)

    def _forsaken(self, job: _Job) -> bool:
        return not job.kept and time.monotonic() - job.seen > self._patience

    def _forget(self, job: _Job) -> None:
        """What was saved is read from there; of the rest, the latest are kept."""
        if job.unsaved is None:
            self._jobs.pop(job.turn, None)
        for turn in [job.turn for job in list(self._jobs.values()) if job.unsaved][:-_UNSAVED]:
            self._jobs.pop(turn, None)

    def _end(self, job: _Job, state: State, answer: Answer | None, refusal: Refusal | None = None) -> None:
        with job.lock:
            if job.ended.is_set():
                return
            job.answer = answer
            try:
                self._save(job, state, answer, refusal)
            except Exception as error:  # noqa: BLE001 - the door: logged, kept to be shown, and the thread goes on
                state, refusal = "failed", self._explain(error)
                job.unsaved = refusal
            _record(job, state, answer, refusal)
            job.ended.set()

    def _save(self, job: _Job, state: State, answer: Answer | None, refusal: Refusal | None = None) -> None:
        try:
            self._history.save(job.owner, job.turn, state, answer, refusal)
        except Refusal:
            job.ended.set()  # its conversation was deleted
