"""python -m evals vectors: makes the vectors anew that come with the bundled works and the tests' second report."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from chat.assistant import ensure_index
from chat.settings import Settings
from evals.points import SECOND, second_assistant
from vectorstore.catalogue import Catalogue
from vectorstore.catalogue_tables import EMBEDDINGS
from vectorstore.embed import BUNDLED
from vectorstore.premade import PREMADE, keep

SECOND_VECTORS = SECOND / "second-vectors.npz"


def write_vectors() -> str:
    """Indexes both, without the vectors there were; says how many there are."""
    PREMADE.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        bundled, second = Path(folder) / "bundled", Path(folder) / "second"
        ensure_index(Settings(home=bundled, embedding=BUNDLED))
        second_assistant(second)
        return f"{_keep(bundled, PREMADE)}\n{_keep(second / 'home', SECOND_VECTORS)}"


def _keep(home: Path, path: Path) -> str:
    with closing(Catalogue.at(home)) as catalogue, catalogue.engine.connect() as connection:
        rows = connection.execute(sa.select(EMBEDDINGS.c.text_digest, EMBEDDINGS.c.vector)).all()
    keep({row.text_digest: np.frombuffer(row.vector, "<f4") for row in rows}, path)
    return f"{path.name}: {len(rows):,} vectors, {path.stat().st_size / 2**20:.1f} MiB"
