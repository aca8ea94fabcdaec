"""A circuit breaker: after failures in a row a model is left alone for a while, then tried once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES = 5
"""In a row, before a model is left alone (TESTS L7)."""


class Breaker:
    """Shared by all threads that use one model."""

    def __init__(self, pause: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def allows(self) -> bool:
        """Whether the model may be used now. While it is on probation, the first who asks tries it."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._pause
            return True

    @property
    def resting(self) -> bool:
        """Whether the model is being left alone; asking changes nothing."""
        with self._lock:
            return self._failures >= FAILURES and self._clock() < self._until

    def worked(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._until = self._clock() + self._pause
