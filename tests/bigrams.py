"""A tiny embedding model for tests: each text as counts of its hashed character pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from zlib import crc32

from langchain_core.embeddings import Embeddings

NAME = "tests:bigrams"
SIZE = 32


class Bigrams(Embeddings):
    """Texts that share pairs of characters are near; counts the texts that it was given."""

    def __init__(self) -> None:
        self.embedded = 0

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        self.embedded += len(texts)
        return [_vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return _vector(text)


def _vector(text: str) -> list[float]:
    counts = [0.0] * SIZE
    folded = f" {text.casefold()} "
    for start in range(len(folded) - 1):
        counts[crc32(folded[start : start + 2].encode("utf-8", "replace")) % SIZE] += 1
    length = math.sqrt(sum(count * count for count in counts))
    return [count / length for count in counts]
