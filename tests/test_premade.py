"""The vectors that come with the bundled works are theirs, all of them, and taken only where the engine makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from langchain_core.embeddings import Embeddings

from evals.vectors import SECOND_VECTORS
from tests.bigrams import SIZE, Bigrams
from vectorstore.build import open_build
from vectorstore.catalogue import Catalogue
from vectorstore.catalogue_tables import EMBEDDINGS
from vectorstore.embed import BUNDLED, embed_words
from vectorstore.embedder import Embedder, text_digest, word_name
from vectorstore.places import embedded_text
from vectorstore.premade import PREMADE, keep, premade
from vectorstore.words import plain_words


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue.at(tmp_path)) as catalogue:
        yield catalogue


def stored(home: Path) -> set[str]:
    with closing(Catalogue.at(home)) as catalogue, catalogue.engine.connect() as connection:
        return set(connection.scalars(sa.select(EMBEDDINGS.c.text_digest)))


def test_they_are_those_of_the_bundled_works_and_no_other(bundled_home: Path) -> None:
    """Where this fails: make vectors."""
    assert set(premade(BUNDLED)) == stored(bundled_home)


def test_those_of_the_second_report_are_all_there_are(second_home: Path) -> None:
    """Where this fails: make vectors."""
    assert set(premade(BUNDLED, SECOND_VECTORS)) == stored(second_home)


@pytest.mark.parametrize(("library", "path"), [("bundled_home", PREMADE), ("second_home", SECOND_VECTORS)])
def test_they_are_what_the_engine_makes(
    request: pytest.FixtureRequest, bundled_engine: Embeddings, library: str, path: Path
) -> None:
    """Where this fails: make vectors."""
    home = request.getfixturevalue(library)
    with closing(Catalogue.at(home)) as catalogue, closing(open_build(home, catalogue)) as build:
        sample = build.places[3::50]
    texts = [embedded_text(place) for place in sample]
    words = [plain_words(place.passage.text)[0] for place in sample]
    made = [*bundled_engine.embed_documents(texts), *embed_words(bundled_engine, words)]
    kept = [premade(BUNDLED, path)[text_digest(name)] for name in [*texts, *map(word_name, words)]]
    assert len(kept) > 4
    assert (
        min(float(np.dot(*pair)) for pair in zip(made, kept, strict=True)) > 0.999
    )  # which texts stand in one batch moves a vector a little


class Remembering(Bigrams):
    """Remembers the texts it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += texts
        return super().embed_documents(texts)


def learnt(catalogue: Catalogue, texts: list[str]) -> tuple[list[str], list[np.ndarray]]:
    """The texts that an engine of the bundled one's name was given, and the vectors there are in the end."""
    engine = Remembering()
    found = Embedder(catalogue, BUNDLED, lambda: engine, None, anew=False).documents(texts)
    return engine.texts, list(found)


def test_an_engine_that_makes_others_makes_all_of_them(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Freight fell.", "Grain rose."]
    other = {text_digest(text): np.eye(1, SIZE, n, np.float32)[0] for n, text in enumerate(texts)}
    monkeypatch.setattr("vectorstore.embedder.premade", lambda _: other)
    given, found = learnt(catalogue, texts)
    assert set(given) == set(texts)
    assert np.allclose(found, Bigrams().embed_documents(texts))


def test_one_that_makes_the_same_makes_one_of_them_and_what_is_new(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    texts = ["Freight fell.", "Grain rose.", "Wool went to Leith."]
    keep(dict(zip(map(text_digest, texts), np.asarray(Bigrams().embed_documents(texts), np.float32), strict=True)),
         tmp_path / "v.npz")  # fmt: skip
    monkeypatch.setattr("vectorstore.embedder.premade", lambda model: premade(model, tmp_path / "v.npz"))
    given, found = learnt(catalogue, [*texts, "Tea is new."])
    assert given == ["Freight fell.", "Tea is new."]
    assert np.allclose(found, Bigrams().embed_documents([*texts, "Tea is new."]), atol=1e-3)


def test_another_model_and_a_missing_file_have_none(tmp_path: Path) -> None:
    assert premade("tests:bigrams") == premade(BUNDLED, tmp_path / "none.npz") == {}
