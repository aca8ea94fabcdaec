"""Vectors of the bundled works that come with them, so that a first start need not make them (`make vectors`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.embed import BUNDLED

PREMADE = Path(__file__).parents[1] / "corpus" / "vectors.npz"
"""`digests` (n, 32) of bytes, `vectors` (n, 384) of half precision: cosines differ by less than one in a million."""


@cache
def premade(model: str, path: Path = PREMADE) -> Mapping[str, NDArray[np.float32]]:
    """Vectors by the digest of their text; none of another model, or where the file is missing."""
    if model != BUNDLED or not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as kept:
        digests, vectors = kept["digests"], kept["vectors"].astype(np.float32)
    return {digest.tobytes().hex(): vector for digest, vector in zip(digests, vectors, strict=True)}


def keep(vectors: Mapping[str, NDArray[np.float32]], path: Path = PREMADE) -> None:
    """Writes vectors, in the order of their digests: the same give the same file."""
    names = sorted(vectors)
    digests = np.frombuffer(bytes.fromhex("".join(names)), np.uint8).reshape(len(names), -1)
    np.savez(path, digests=digests, vectors=np.asarray([vectors[name] for name in names], np.float16))
