"""Damaged builds: refused with what to do, or made again with nobody asked; a full disk leaves what was live."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import vectorstore.build
import vectorstore.vectors
from ingest.document import LANGUAGES, Refusal
from tests.bigrams import NAME, Bigrams
from tests.builds import BOTH, KNOWN_AGAIN, ORIGINAL, best, build_files, build_folder, expected, opened, passages
from tests.writer import publish
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import open_or_mend


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with both editions of the second report. Not to be changed: copy it."""
    home = tmp_path_factory.mktemp("published")
    publish(home, BOTH)
    return home


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Path:
    """A copy of that library: Chroma keeps what it knows of a folder for as long as a process lives."""
    return shutil.copytree(published, tmp_path / "home")


KEYWORD_FILES = [f"{name}.csc.index.npy" for name in ("data", "indices", "indptr")]
KEYWORD_FILES += [f"{name}.index.json" for name in ("params", "vocab")]
FILES = [*(f"keywords-{lang}/{name}" for lang in ("zh", "en") for name in KEYWORD_FILES), "vectors/chroma.sqlite3"]
FILES += ["folded.json", "words.json", "words.npy", "words.npz"]
DAMAGES: dict[str, Callable[[Path], None]] = {
    "gone": Path.unlink,
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: os.truncate(path, 0),
}


def check_damage(home: Path) -> None:
    """That the build is refused with the way to mend it, and that this way mends it."""
    name = build_folder(home).name if any(path.is_dir() for path in (home / "builds").iterdir()) else ""
    with pytest.raises(Refusal) as caught, opened(home):
        pass
    assert caught.value.key == "build-damaged"
    for language in LANGUAGES:
        assert name in caught.value.in_language(language)
        assert "python -m ingest --rebuild" in caught.value.in_language(language)
    model = Bigrams()
    assert publish(home, BOTH, model, rebuild=True) is True
    assert model.embedded == KNOWN_AGAIN
    assert build_folder(home).name != name, "nothing of the damaged one is kept, though its refusal is still held"
    with opened(home) as build:
        assert passages(build) == expected(BOTH)
        assert best(build)[0][0] == "2.2.b2"


SOME = [
    "keywords-zh/data.csc.index.npy",
    "keywords-en/vocab.index.json",
    "vectors/chroma.sqlite3",
    "words.npy",
    "words.npz",
]


@pytest.mark.case("S4")
@pytest.mark.parametrize(
    ("file", "damage"),
    [*((file, "gone") for file in FILES), *((file, damage) for file in SOME for damage in ("cut in half", "empty"))],
)
def test_a_damaged_file_is_refused_and_mended(home: Path, file: str, damage: str) -> None:
    DAMAGES[damage](build_folder(home) / file)
    check_damage(home)


@pytest.mark.case("S4")
@pytest.mark.parametrize("folder", ["", "keywords-zh", "keywords-en", "vectors"])
def test_a_missing_folder_is_refused_and_mended(home: Path, folder: str) -> None:
    shutil.rmtree(build_folder(home) / folder)
    check_damage(home)


@pytest.mark.case("S4")
def test_a_missing_lock_is_refused_and_mended(home: Path) -> None:
    build_folder(home).with_suffix(".lock").unlink()
    check_damage(home)


@pytest.mark.case("S4")
@pytest.mark.parametrize("collection", ["passages", "sentences"])
def test_a_lost_vector_is_refused_and_mended(home: Path, collection: str) -> None:
    with vectorstore.vectors.chroma(build_folder(home)) as client:
        stored = client.get_collection(collection, embedding_function=None)
        stored.delete(ids=stored.get(limit=1, offset=3, include=[])["ids"])
    check_damage(home)


def test_vectors_that_are_there_and_that_no_search_reaches_are_no_damage(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it comes about among hundreds of copies of one sentence, which Chroma links to one another alone."""
    for search in ("nearest_passages", "nearest_sentences"):
        monkeypatch.setattr(vectorstore.vectors.Vectors, search, lambda *_: {})
    with opened(home) as build:
        assert build.places


@pytest.mark.case("S4")
@pytest.mark.parametrize("file", [*FILES[:2], "vectors.json", "words.npy", "folded.json", "glossary-names.json"])
def test_s4_a_changed_byte_is_refused_and_mended_with_nobody_asked(home: Path, file: str) -> None:
    with opened(home) as build:
        found = best(build)
    path = build_folder(home) / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(Refusal, match="damaged"), opened(home):
        pass
    catalogue = Catalogue.at(home)
    mended = open_or_mend(home, catalogue, NAME, Bigrams())
    assert best(mended) == found
    mended.close()
    (home / "builds" / mended.id / file).write_bytes(b"")
    with pytest.raises(Refusal, match="damaged"):
        open_or_mend(home, catalogue, "tests:other", Bigrams())
    catalogue.close()


@pytest.mark.case("S4")
@pytest.mark.parametrize(
    "statement", ["DELETE FROM embeddings WHERE id = 3", "UPDATE embeddings SET embedding_id = 'x'"]
)
def test_s4_what_chroma_s_database_says_is_sealed_too(home: Path, statement: str) -> None:
    with sqlite3.connect(build_folder(home) / "vectors" / "chroma.sqlite3") as database:
        database.execute(f"{statement}{'' if 'WHERE' in statement else ' WHERE id = 3'}")
    database.close()
    check_damage(home)


@pytest.mark.case("S3")
def test_s3_a_full_disk_is_said_and_what_was_live_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(vectorstore.build, "write_words", no_room)
        with pytest.raises(Refusal, match="No space left on device"):
            publish(home, ORIGINAL)
    with opened(home) as build:
        assert passages(build) == expected(BOTH)
    assert publish(home, ORIGINAL)
    assert len(build_files(home)) == 2


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
