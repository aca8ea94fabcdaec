"""How many questions a person may ask in a minute."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable

from ingest.document import Refusal

MINUTE = 60.0
KEPT = 10_000
"""People whose last minute is remembered; beyond them, who asked longest ago is forgotten."""


class Pace:
    """Counts each person's questions of the last minute, in this process; a limit of 0 is none.

    Whoever is refused is not counted, so that waiting helps. The browser of one person stays with one process
    (deploy/nginx.conf).
    """

    def __init__(self, per_minute: int = 0, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._asked: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, user: str) -> None:
        """Counts a question. Raises Refusal for one too many, with the seconds to wait."""
        if not self._per_minute:
            return
        with self._lock:
            now = self._now()
            mine = self._asked.pop(user, deque())
            while mine and mine[0] <= now - MINUTE:
                mine.popleft()
            self._asked = dict(list(self._asked.items())[1:]) if len(self._asked) >= KEPT else self._asked
            self._asked[user] = mine
            if len(mine) >= self._per_minute:
                seconds = max(1, math.ceil(mine[0] + MINUTE - now))
                raise Refusal("too-many-questions", limit=self._per_minute, seconds=seconds)
            mine.append(now)
