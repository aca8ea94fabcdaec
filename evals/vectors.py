"""python -m evals vectors: makes the vectors anew that come with the bundled works, after a change of these."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from chat.assistant import ensure_index
from chat.settings import Settings
from vectorstore.catalogue import Catalogue
from vectorstore.catalogue_tables import EMBEDDINGS
from vectorstore.embed import BUNDLED
from vectorstore.premade import PREMADE, keep


def write_vectors() -> str:
    """Indexes the bundled works alone, without the vectors there were; says how many there are."""
    PREMADE.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ensure_index(Settings(home=home, embedding=BUNDLED))
        with closing(Catalogue.at(home)) as catalogue, catalogue.engine.connect() as connection:
            rows = connection.execute(sa.select(EMBEDDINGS.c.text_digest, EMBEDDINGS.c.vector)).all()
    made = {row.text_digest: np.frombuffer(row.vector, "<f4") for row in rows}
    keep(made)
    return f"{len(made):,} vectors, {PREMADE.stat().st_size / 2**20:.1f} MiB"
