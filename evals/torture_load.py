"""The load cases of TESTS on the service layer that the pages call: C1 many sessions, C2 uploads, C3 soak, R2 a flood.

Every question carries a word of its session alone; in what another session is shown it would be cross-talk.
"""

from __future__ import annotations

import gc
import itertools
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chat.access import Person
from chat.assistant import Assistant, ensure_index
from chat.desk import Desk
from chat.history import History
from chat.settings import Settings
from evals.gold import OWN, read_questions
from evals.metrics import percentile
from evals.torture_storage import Trial
from ingest.document import Refusal
from vectorstore.uploads import Upload

SESSIONS, EACH = 50, 20
SECONDS = 120
"""After which an answer that has not ended is an error."""

PER_MINUTE = 20
"""Questions a person may ask in a minute where one floods."""

SOAK = 1_800
"""Seconds of the soak."""

EDITOR = Person("load", "editor")


@dataclass
class Load:
    """What many sessions met with."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    crossed: int = 0

    @property
    def figures(self) -> str:
        p50, p95, p99 = (percentile(self.seconds, share) for share in (0.5, 0.95, 0.99))
        return f"p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s"


class Service:
    """What one app process has: the assistant, the conversations, and the desk where answers are written."""

    def __init__(self, settings: Settings) -> None:
        ensure_index(settings)
        self.assistant = Assistant(settings)
        self.history = History.at(settings.home, settings.database_url)
        self.desk = Desk(self.history, _explain)

    def close(self) -> None:
        self.history.close()

    def session(self, owner: str, questions: Sequence[str], load: Load, think: Callable[[], float]) -> None:
        """Asks one question after the other, each after a pause to think, and looks at what came of all of them."""
        word = f"ref{secrets.token_hex(6)}"
        conversation = self.history.begin(owner, word).id
        for question in questions:
            time.sleep(think())
            started = time.perf_counter()
            text = f"{question} ({word})"
            turn = self.history.ask(owner, conversation, text).id
            self.desk.begin(owner, turn, partial(self.assistant.stream, text, user=owner))
            while self.desk.writing(owner, turn) and time.perf_counter() - started < SECONDS:
                self.desk.wait(owner, turn, time.perf_counter() - started + 1)
            load.seconds.append(time.perf_counter() - started)
            exchange = self.history.exchange(owner, turn)
            if exchange.state != "whole" or exchange.answer is None:
                load.errors.append(f"{exchange.state}: {exchange.refusal}")
        shown = self.history.exchanges(owner, conversation)
        mine = all(e.answer is not None and word in e.answer.question for e in shown)
        words = {
            part for e in shown for part in repr(e).replace("(", " ").replace(")", " ").split() if part[:3] == "ref"
        }
        foreign = {part.strip("',") for part in words} - {word, "refusal=None"}
        load.crossed += not mine or any(len(part) == len(word) for part in foreign) or len(shown) != len(questions)


def _explain(error: Exception) -> Refusal:
    return Refusal("settings-wrong", name="", cause=f"{type(error).__name__}: {error}")


def questions_for(session: int, count: int) -> list[str]:
    """So many of our own questions, each session's beginning elsewhere."""
    asked = [question.question for question in read_questions(OWN) if not question.history]
    return [asked[(session * 7 + number) % len(asked)] for number in range(count)]


def drive(service: Service, sessions: Sequence[int], each: int, think: float, seed: int = 0) -> Load:
    """Sessions at once, each in a thread; `think`: mean seconds between an answer and the next question."""
    load = Load()

    def run(number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        pauses = (lambda: chance.expovariate(1 / think)) if think else (lambda: 0.0)
        try:
            service.session(f"owner-{number}", questions_for(number, each), load, pauses)
        except Exception as error:  # noqa: BLE001 - what is counted here
            load.errors.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(number,)) for number in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load


def many_sessions(folder: Path, _trial: int, _chance: random.Random) -> Trial:
    """C1, without a pause between an answer and the next question, and with one of ten seconds in the mean."""
    with closing(Service(Settings(home=folder))) as service:
        drive(service, range(2), 2, 0)
        began = time.perf_counter()
        load = drive(service, range(SESSIONS), EACH, 0)
        rate = len(load.seconds) / (time.perf_counter() - began)
        calm = drive(service, range(SESSIONS, 2 * SESSIONS), EACH // 2, 10)
    wrong = len(load.errors) + load.crossed + len(calm.errors) + calm.crossed
    figures = f"no pauses: {load.figures}, {rate:.1f} answers/s; pauses of 10 s: {calm.figures}"
    fault = "; ".join([*load.errors, *calm.errors][:1])
    tried = len(load.seconds) + len(calm.seconds)
    return {
        "fault": fault,
        "tried": tried,
        "wrong": wrong,
        "figures": f"{figures}; cross-talk {load.crossed + calm.crossed}",
    }


def uploads_meanwhile(folder: Path, _trial: int, _chance: random.Random) -> Trial:
    """C2: the same sessions in quiet and while ten files are read and published, in their order."""
    with closing(Service(Settings(home=folder))) as service:
        drive(service, range(2), 2, 0)
        quiet = drive(service, range(20), 10, 5)
        published: list[str] = []
        uploader = threading.Thread(target=_upload, args=(service, published))
        uploader.start()
        busy = drive(service, range(20, 40), 10, 5)
        uploader.join()
    ordered = published == [f"upload-{number}" for number in range(10) if number != 4]
    errors = [*quiet.errors, *busy.errors, *([] if ordered else [f"published {published}"])]
    ratio = percentile(busy.seconds, 0.95) / percentile(quiet.seconds, 0.95)
    figures = f"quiet {quiet.figures}; with uploads {busy.figures}: p95 {ratio:.1f} times"
    tried = len(quiet.seconds) + len(busy.seconds)
    return {"fault": "; ".join(errors[:1]), "tried": tried, "wrong": len(errors), "figures": figures}


def _upload(service: Service, published: list[str]) -> None:
    """Ten files one after the other, the fifth of them a DOCX that is none."""
    librarian = service.assistant.librarian(EDITOR)
    for number in range(10):
        text = "".join(f"Paragraph {n} of upload {number} names {n * 13} buoys.\n\n" for n in range(60))
        data = b"PK\x03\x04" + b"\0" * 5_000 if number == 4 else f"# Upload {number}\n\n## One\n\n{text}".encode()
        name = f"upload-{number}.{'docx' if number == 4 else 'md'}"
        (staged,) = librarian.stage([Upload(name, data)])
        if staged.edition is None:
            librarian.discard(staged)
            continue
        librarian.publish([(staged, librarian.description(staged))])
        published.append(staged.edition.work)


def one_floods(folder: Path, _trial: int, _chance: random.Random) -> Trial:
    """R2: ten sessions in quiet, and while one person asks past the limit of a minute in four more without a pause."""
    asked: list[str] = []
    with closing(Service(Settings(home=folder, questions_per_minute=PER_MINUTE))) as service:
        drive(service, range(2), 2, 0)
        quiet = drive(service, range(10), EACH, 5)
        ended, began = threading.Event(), time.monotonic()
        flood = [threading.Thread(target=_flood, args=(service, ended, asked)) for _ in range(4)]
        for thread in flood:
            thread.start()
        beside = drive(service, range(10, 20), EACH, 5)
        ended.set()
        for thread in flood:
            thread.join()
        minutes = int((time.monotonic() - began) // 60) + 1
    answered = asked.count("whole")
    errors = [*quiet.errors, *beside.errors]
    errors += [] if answered <= PER_MINUTE * minutes else [f"{answered} answers in {minutes} minutes"]
    ratio = percentile(beside.seconds, 0.95) / percentile(quiet.seconds, 0.95)
    figures = (
        f"one asked {len(asked):,} times and had {answered} answers in {minutes} minutes of {PER_MINUTE}; "
        f"the others in quiet {quiet.figures}, beside it {beside.figures}: p95 {ratio:.2f} times"
    )
    tried = len(quiet.seconds) + len(beside.seconds) + len(asked)
    return {"fault": "; ".join(errors[:1]), "tried": tried, "wrong": len(errors), "figures": figures}


def _flood(service: Service, ended: threading.Event, states: list[str]) -> None:
    """One person asks in one conversation, each question as soon as the one before is settled."""
    conversation = service.history.begin("flood", "Q").id
    for question in itertools.cycle(questions_for(3, 50)):
        if ended.is_set():
            return
        turn = service.history.ask("flood", conversation, question).id
        service.desk.begin("flood", turn, partial(service.assistant.stream, question, user="flood"))
        service.desk.wait("flood", turn, SECONDS)
        states.append(service.history.exchange("flood", turn).state)


def soak(folder: Path, _trial: int, _chance: random.Random, seconds: int = SOAK) -> Trial:
    """C3: half of C1's sessions for so long, then 500 opened and dropped; memory, threads, files after.

    The first quarter, in which what is kept of questions fills, is no part of the slope.
    """
    with closing(Service(Settings(home=folder))) as service:
        drive(service, range(2), 3, 0)
        readings: list[tuple[float, float]] = []
        load, began, turn = Load(), time.monotonic(), 0
        before: tuple[int, int] | None = None
        while time.monotonic() - began < seconds:
            one = drive(service, range(turn * 25, turn * 25 + 25), 4, 5)
            load.seconds += one.seconds
            load.errors += one.errors
            load.crossed += one.crossed
            turn += 1
            gc.collect()
            if time.monotonic() - began > seconds / 4:
                before = before or _held()
                readings.append(((time.monotonic() - began) / 60, _mib()))
        for number in range(500):
            owner = f"dropped-{number}"
            turn_id = service.history.ask(owner, service.history.begin(owner, "Q").id, "What is RWA?").id
            service.desk.begin(owner, turn_id, lambda: service.assistant.stream("What is RWA?"))
            service.desk.stop(owner, turn_id)
        time.sleep(15)
        after = _held()
    slope = _slope(readings)
    held = before is not None and all(now <= then + 3 for now, then in zip(after, before, strict=True))
    errors = [*load.errors, *([] if held else [f"threads, files {before} became {after}"])]
    errors += [] if slope < 1 else [f"{slope:.2f} MB a minute"]
    figures = (
        f"{load.figures}; {seconds // 60} minutes, memory {slope:+.2f} MB/min, threads and files {before} then {after}"
    )
    return {"fault": "; ".join(errors[:1]), "tried": len(load.seconds) + 500, "wrong": len(errors), "figures": figures}


def short_soak(folder: Path, trial: int, chance: random.Random) -> Trial:
    """C3 in ten minutes."""
    return soak(folder, trial, chance, SOAK // 3)


def _held() -> tuple[int, int]:
    """Threads and open files of this process."""
    return len([*Path("/proc/self/task").iterdir()]), len([*Path("/proc/self/fd").iterdir()])


def _mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _slope(readings: Sequence[tuple[float, float]]) -> float:
    """Of a straight line through points, by least squares."""
    count = len(readings)
    if count < 2:
        return 0.0
    x, y = (sum(one[part] for one in readings) / count for part in (0, 1))
    return sum((a - x) * (b - y) for a, b in readings) / (sum((a - x) ** 2 for a, _ in readings) or 1.0)
