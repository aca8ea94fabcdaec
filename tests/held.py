"""Vectors that are made as they are asked for, and how many of them somebody holds at once."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


class Held:
    """Vectors of texts, drawn one by one."""

    def __init__(self, draw: Callable[[str], NDArray[np.float32]]) -> None:
        self._draw = draw
        self._now = 0
        self.most = 0
        """How many there were at once."""

    def __call__(self, texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        for text in texts:
            vector = self._draw(text)
            self._now += 1
            self.most = max(self.most, self._now)
            weakref.finalize(vector, self._dropped)
            yield vector

    def _dropped(self) -> None:
        self._now -= 1
