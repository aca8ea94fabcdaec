"""Copied vectors find what vectors inserted at once find; whatever is odd about the build before, none are copied."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import vectorstore.vectors
from tests.held import Held
from vectorstore.vectors import ITSELF, Texts, UnfitCopy, Vectors, write_vectors


class Drawn:
    """Vectors drawn by a text, and how many were asked for."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        self.made += len(texts)
        return [vector(text) for text in texts]


def vector(text: str) -> NDArray[np.float32]:
    return np.random.default_rng(zlib.crc32(text.encode())).standard_normal(32).astype(np.float32)


def texts(edition: str, passages: int, words: str = "says") -> Texts:
    """An edition of passages of one or two sentences."""
    sentences = [[f"{edition} {words} {n}.{m}" for m in range(1 + n % 2)] for n in range(passages)]
    return Texts(edition, tuple(" ".join(mine) for mine in sentences), tuple(map(tuple, sentences)))


A, B, C = texts("a", 1_500), texts("b", 300), texts("c", 40)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A and B. Not to be changed: copy it."""
    return write(tmp_path_factory.mktemp("written") / "before", [A, B], None)


@pytest.fixture
def before(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "before")


def write(folder: Path, editions: Sequence[Texts], before: Path | None, embed: Drawn | None = None) -> Path:
    folder.mkdir()
    write_vectors(folder, "drawn", editions, embed or Drawn(), before)
    return folder


def check(folder: Path, editions: Sequence[Texts]) -> None:
    """That a folder holds the editions and nothing else, each vector at its place."""
    with closing(Vectors(folder, {one.edition: len(one.passages) for one in editions})) as vectors:
        passages = [passage for one in editions for passage in one.passages]
        sentences = [mine for one in editions for mine in one.sentences]
        assert vectors.counts == (len(passages), sum(map(len, sentences)))
        for place in [*range(0, len(passages), 50), len(passages) - 1]:
            assert vectors.nearest_passages(vector(passages[place]).tolist(), 500)[place] > ITSELF
            assert (
                vectors.nearest_sentences(vector(sentences[place][-1]).tolist(), 500)[place, len(sentences[place]) - 1]
                > ITSELF
            )


@pytest.mark.parametrize(
    "editions",
    [[A, B, C], [C, A, B], [B, A], [A], [A, C], [C, A], [A, texts("b", 300, "claims")], [A, texts("b", 20)]],
    ids=["added", "added before", "moved", "removed", "exchanged", "exchanged before", "changed", "shortened"],
)
def test_a_copy_finds_what_is_there(before: Path, tmp_path: Path, editions: list[Texts]) -> None:
    embed = Drawn()
    after = write(tmp_path / "after", editions, before, embed)
    check(after, editions)
    check(before, [A, B])
    assert embed.made < 1_000


@pytest.mark.parametrize("beside", [None, "before"], ids=["inserted", "copied"])
def test_vectors_are_not_all_held_at_once(before: Path, tmp_path: Path, beside: str | None) -> None:
    drawn = Held(vector)
    fresh = texts("d", 400)
    (tmp_path / "after").mkdir()
    write_vectors(tmp_path / "after", "drawn", [A, B, fresh] if beside else [fresh], drawn, before if beside else None)
    check(tmp_path / "after", [A, B, fresh] if beside else [fresh])
    assert 0 < drawn.most <= 300


def test_copies_of_copies_until_too_much_was_removed(before: Path, tmp_path: Path) -> None:
    def turn(number: int) -> None:
        nonlocal before
        before = write(tmp_path / str(number), [A, B, texts(f"c{number}", 80)], before)

    for number in range(5):  # 200 vectors each
        turn(number)
    check(before, [A, B, texts("c4", 80)])
    with pytest.raises(UnfitCopy):
        turn(5)


def test_a_copy_is_made_while_the_build_is_read(before: Path, tmp_path: Path) -> None:
    with closing(Vectors(before, {"a": 1_500, "b": 300})) as old:
        found = old.nearest_passages(vector(B.passages[7]).tolist(), 20)
        check(write(tmp_path / "after", [A, C], before), [A, C])
        assert old.nearest_passages(vector(B.passages[7]).tolist(), 20) == found
    check(before, [A, B])


def _halve(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        for path in folder.rglob(name):
            os.truncate(path, path.stat().st_size // 2)

    return damage


def _change_a_byte(folder: Path) -> None:
    for path in folder.rglob("data_level0.bin"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


def _lose_a_vector(folder: Path) -> None:
    with vectorstore.vectors.chroma(folder) as client:
        client.get_collection("sentences", embedding_function=None).delete(ids=["a.3.0"])


def _another_kind(folder: Path) -> None:
    manifest = json.loads((folder / "vectors.json").read_text())
    (folder / "vectors.json").write_text(json.dumps(manifest | {"kind": "other"}))


@pytest.mark.parametrize(
    "damage",
    [
        _halve("data_level0.bin"),
        _halve("index_metadata.pickle"),
        _halve("chroma.sqlite3"),
        _halve("vectors.json"),
        _change_a_byte,
        _lose_a_vector,
        _another_kind,
        shutil.rmtree,
        lambda folder: (folder / "vectors.json").write_text("[]"),
        lambda folder: (folder / "vectors.json").write_text("{}"),
    ],
)
def test_nothing_is_copied_from_what_is_not_as_it_was_written(
    before: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(before)
    with pytest.raises(UnfitCopy):
        write(tmp_path / "after", [A, B, C], before)


def test_few_vectors_are_inserted_anew(tmp_path: Path) -> None:
    before = write(tmp_path / "before", [B], None)
    with pytest.raises(UnfitCopy):
        write(tmp_path / "after", [B, C], before)
