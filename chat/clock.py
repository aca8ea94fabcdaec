"""When what happened: the milliseconds that travel with every answer."""

from __future__ import annotations

import time
from typing import Literal

Moment = Literal["retrieve", "first_sentence"]


class Clock:
    """Runs from when a question comes in."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._marks: dict[Moment, float] = {}

    def mark(self, moment: Moment) -> None:
        """Notes a moment; the first time counts."""
        self._marks.setdefault(moment, time.perf_counter())

    def forget(self, moment: Moment) -> None:
        """What was noted does not count after all."""
        self._marks.pop(moment, None)

    def seconds(self) -> float:
        return time.perf_counter() - self._started

    def milliseconds(self) -> dict[str, float]:
        now = time.perf_counter()
        marks = self._marks
        moments = [("retrieve", marks.get("retrieve", now)), ("first_sentence", marks.get("first_sentence", now))]
        return {moment: round((at - self._started) * 1000, 1) for moment, at in [*moments, ("total", now)]}
