"""Builds of a large library: the vectors of the one before are copied, not inserted again, unless it is damaged."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from chromadb.api.models.Collection import Collection

from ingest.document import Refusal
from ingest.passages import sentence_spans
from tests import writer
from tests.builds import best, build_files, build_folder, expected, opened, passages, process
from tests.writer import publish
from vectorstore.library import Shelf

pytestmark = pytest.mark.long

LONG, LONGER = writer.long(2_100), writer.longer(2_100)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with more than the thousand vectors from which on Chroma writes its index to files of its own."""
    home = tmp_path_factory.mktemp("large")
    publish(home, LONG)
    with opened(home) as build:
        assert len(build.places) > 2_000
    return home


@pytest.fixture
def inserted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many vectors Chroma was given, call by call."""
    counts: list[int] = []
    add = Collection.add

    def counted(self: Collection, ids: list[str], embeddings: list[Any]) -> None:
        counts.append(len(ids))
        add(self, ids=ids, embeddings=embeddings)

    monkeypatch.setattr(Collection, "add", counted)
    return counts


def whole(shelf: Shelf) -> int:
    """How many vectors a library has."""
    texts = [text for *_, text in expected(shelf)]
    return len(texts) + sum(len(sentence_spans(text)) for text in texts)


def test_adding_to_a_large_library_inserts_the_added_only(large: Path, tmp_path: Path, inserted: list[int]) -> None:
    home = shutil.copytree(large, tmp_path / "home")
    with opened(home) as old:
        assert publish(home, LONGER) is True
        assert sum(inserted) == whole(LONGER) - whole(LONG)
        assert passages(old) == expected(LONG)
    publish(tmp_path / "at-once", LONGER)
    with opened(home) as one, opened(tmp_path / "at-once") as other:
        assert passages(one) == passages(other) == expected(LONGER)
        added = next(place.passage.text for place in one.places if place.passage.anchor == "2.2.b2")
        assert best(one, added)[0][0] == best(other, added)[0][0] == "2.2.b2"
    assert len(build_files(home)) == 4  # the old one was read until now
    assert publish(home, LONG) is True
    assert sum(inserted) == whole(LONGER) - whole(LONG) + whole(LONGER)
    with opened(home) as build:
        assert passages(build) == expected(LONG)
        assert build_files(home) == [build.id, f"{build.id}.lock"]


def test_a_rebuild_inserts_everything(large: Path, tmp_path: Path, inserted: list[int]) -> None:
    home = shutil.copytree(large, tmp_path / "home")
    assert publish(home, LONGER, rebuild=True) is True
    assert sum(inserted) == whole(LONGER)


@pytest.mark.case("S4")
@pytest.mark.parametrize("file", ["data_level0.bin", "chroma.sqlite3", "vectors.json", "vectors", "lock"])
def test_from_a_damaged_build_nothing_is_copied(large: Path, tmp_path: Path, inserted: list[int], file: str) -> None:
    home = shutil.copytree(large, tmp_path / "home")
    folder = build_folder(home)
    for path in [*folder.rglob(file)] or [folder.with_suffix(".lock")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert publish(home, LONGER) is True
    assert sum(inserted) == whole(LONGER)
    with opened(home) as build:
        assert passages(build) == expected(LONGER)
    assert publish(home, LONGER) is False
    assert build_files(home) == [build.id, f"{build.id}.lock"]


@pytest.mark.case("S2")
@pytest.mark.parametrize("point", writer.COPYING)
def test_a_writer_killed_while_it_copies(large: Path, tmp_path: Path, point: str) -> None:
    home = shutil.copytree(large, tmp_path / "home")
    with process(writer.publish_longer, home, point) as child:
        child.join(60)
        assert child.exitcode == -signal.SIGKILL, point
    with opened(home) as build:
        assert passages(build) == expected(LONG)
    assert publish(home, LONGER) is True
    with opened(home) as build:
        assert passages(build) == expected(LONGER)
        assert build_files(home) == [build.id, f"{build.id}.lock"]


@pytest.mark.case("S4")
@pytest.mark.parametrize("file", ["index_metadata.pickle", "data_level0.bin", "header.bin", "link_lists.bin"])
def test_a_missing_file_of_a_large_vector_index_is_refused(large: Path, tmp_path: Path, file: str) -> None:
    home = shutil.copytree(large, tmp_path / "home")
    for path in build_folder(home).rglob(file):
        path.unlink()
    with pytest.raises(Refusal, match="damaged"), opened(home):
        pass
