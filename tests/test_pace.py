"""Questions a minute and files read at once have their limit for each person; the others go on (R2)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from chat.assistant import Assistant
from chat.pace import KEPT, Pace
from chat.points import Order
from chat.settings import Settings
from ingest.document import LANGUAGES, Refusal
from tests import writer
from tests.bigrams import NAME, Bigrams
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import Librarian
from vectorstore.uploads import Upload

pytestmark = pytest.mark.case("R2")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def admitted(pace: Pace, user: str) -> bool:
    try:
        pace.admit(user)
    except Refusal:
        return False
    return True


def test_a_person_asks_so_often_in_any_minute_and_the_others_as_often() -> None:
    clock = Clock()
    pace = Pace(3, clock)
    assert [admitted(pace, "ann") for _ in range(5)] == [True, True, True, False, False]
    assert [admitted(pace, "ben") for _ in range(4)] == [True, True, True, False]
    clock.now += 59.9
    assert not admitted(pace, "ann")
    clock.now += 0.2
    assert [admitted(pace, "ann") for _ in range(4)] == [True, True, True, False]


def test_the_refusal_says_how_long_to_wait() -> None:
    clock = Clock()
    pace = Pace(1, clock)
    pace.admit("ann")
    clock.now += 17
    with pytest.raises(Refusal) as caught:
        pace.admit("ann")
    assert caught.value.values == {"limit": 1, "seconds": 43}
    assert all("43" in caught.value.in_language(language) for language in LANGUAGES)


def test_without_a_limit_nobody_is_counted() -> None:
    pace = Pace(0)
    assert all(admitted(pace, "ann") for _ in range(1000))


def test_those_who_asked_longest_ago_are_forgotten_first() -> None:
    pace = Pace(1, Clock())
    for number in range(KEPT + 1):
        assert admitted(pace, f"user-{number}")
    assert admitted(pace, "user-0")
    assert not admitted(pace, f"user-{KEPT}")


def test_questions_points_and_checks_count_alike_and_what_is_refused_anyway_does_not(tmp_path: Path) -> None:
    writer.publish(tmp_path, writer.both())
    settings = Settings(_env_file=None, home=tmp_path, embedding=NAME, questions_per_minute=3)  # type: ignore[call-arg]
    with closing(Assistant(settings, Bigrams())) as assistant:
        with pytest.raises(Refusal) as caught:
            assistant.ask("", user="ann")
        assert caught.value.key == "question-empty"
        assistant.ask("How far did freight fall?", user="ann")
        assistant.check("Freight fell by 60%.", user="ann")
        assistant.points(Order("freight"), user="ann")
        for refused in (
            lambda: assistant.ask("How far did freight fall?", user="ann"),
            lambda: assistant.check("Freight fell by 60%.", user="ann"),
            lambda: assistant.points(Order("freight"), user="ann"),
        ):
            with pytest.raises(Refusal) as caught:
                refused()
            assert caught.value.key == "too-many-questions"
        assert assistant.ask("How far did freight fall?", user="ben").hits


def test_one_person_reads_files_once_at_a_time_and_another_meanwhile(tmp_path: Path) -> None:
    upload = [Upload("lanes.md", b"# Lanes\n\nFreight fell.\n")]
    with closing(Catalogue.at(tmp_path)) as catalogue:
        mine, again, other = (Librarian(tmp_path, catalogue, NAME, Bigrams(), who) for who in ("ann", "ann", "ben"))
        seen: list[str] = []

        def meanwhile(_: object) -> None:
            with pytest.raises(Refusal) as caught:
                again.stage(upload)
            seen.append(caught.value.key)
            seen.extend(one.state.state for one in other.stage(upload))

        assert [one.state.state for one in mine.stage(upload, tell=meanwhile)] == ["ready"]
        assert seen == ["reading-already", "ready"]
        assert [one.state.state for one in again.stage(upload)] == ["ready"]
