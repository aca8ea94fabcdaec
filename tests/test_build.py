"""Builds: published whole or not at all, kept while they are read, and never trusted when damaged."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chromadb.api.models.Collection import Collection

import ingest.passages
import vectorstore.build
import vectorstore.vectors
from ingest.document import LANGUAGES, Document, Refusal, Work
from ingest.outline import outline_sections
from ingest.passages import cut_passages, sentence_spans
from tests import writer
from tests.bigrams import NAME, Bigrams
from tests.writer import publish
from vectorstore.build import CANDIDATES, Build, open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import open_or_mend
from vectorstore.library import Shelf, live_shelf
from vectorstore.retrieve import Search

ORIGINAL, BOTH = writer.original(), writer.both()
KNOWN_AGAIN = 1
"""Texts embedded to see whether the model is the one of before."""

LONG, LONGER = writer.long(2_100), writer.longer(2_100)

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.writer"])


@contextmanager
def opened(home: Path) -> Iterator[Build]:
    catalogue = Catalogue.at(home)
    build = open_build(home, catalogue)
    try:
        yield build
    finally:
        build.close()
        catalogue.close()


def passages(build: Build) -> list[tuple[str, str, str, str]]:
    return [(place.work, place.edition.id, place.passage.anchor, place.passage.text) for place in build.places]


def expected(shelf: Shelf) -> list[tuple[str, str, str, str]]:
    return [
        (edition.work, edition.id, passage.anchor, passage.text)
        for _, edition in sorted(shelf.editions.items())
        for passage in cut_passages(edition.document.text, edition.outline)
    ]


def best(build: Build, question: str = "海嵐航運的淨利降了多少") -> list[tuple[str, float]]:
    return [(hit.anchor, round(hit.score, 6)) for hit in Search(build, Bigrams()).hits(question)]


def build_files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "builds").iterdir())


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


# Publishing


def test_a_published_build_holds_every_passage(home: Path) -> None:
    with opened(home) as build:
        assert passages(build) == expected(BOTH)
        assert best(build)[0][0] == "2.2.b2"
        assert (build.model, build.works) == (NAME, BOTH.works)


def test_publishing_the_same_again_changes_and_embeds_nothing(home: Path) -> None:
    before = build_files(home)
    model = Bigrams()
    assert publish(home, BOTH, model) is False
    assert model.embedded == 0
    assert build_files(home) == before


def test_works_are_the_same_in_any_order(home: Path) -> None:
    other = Work("a-work", {"en": "A"})
    edition = replace(next(iter(ORIGINAL.editions.values())), work=other.id)
    assert publish(home, BOTH.with_edition(other, edition)) is True
    catalogue = Catalogue.at(home)
    assert publish(home, live_shelf(catalogue)) is False
    catalogue.close()


def test_adding_an_edition_embeds_its_texts_only(tmp_path: Path) -> None:
    first, added, whole, again = (Bigrams() for _ in range(4))
    assert publish(tmp_path / "stepwise", ORIGINAL, first) is True
    assert publish(tmp_path / "stepwise", BOTH, added) is True
    assert publish(tmp_path / "at-once", BOTH, whole) is True
    assert 0 < added.embedded == whole.embedded - first.embedded + KNOWN_AGAIN
    assert publish(tmp_path / "stepwise", BOTH, again, rebuild=True) is True
    assert again.embedded == KNOWN_AGAIN
    with opened(tmp_path / "stepwise") as one, opened(tmp_path / "at-once") as other:
        assert passages(one) == passages(other)
        assert best(one) == best(other)


@pytest.mark.case("S6")
def test_a_changed_text_replaces_the_old_one(home: Path) -> None:
    (key, edition), *_ = ORIGINAL.editions.items()
    text = edition.document.text.replace("42億美元", "43億美元")
    document = Document(text, "text")
    changed = replace(edition, document=document, outline=outline_sections(document))
    model = Bigrams()
    assert publish(home, Shelf(BOTH.works, {**BOTH.editions, key: changed}), model) is True
    assert model.embedded == 3 + KNOWN_AGAIN  # the passage, its sentence and its new word
    with opened(home) as build:
        words = "".join(place.passage.text for place in build.places)
        assert ("42億美元" in words, "43億美元" in words) == (False, True)


@pytest.mark.case("S7")
def test_another_model_embeds_everything_anew(home: Path) -> None:
    catalogue = Catalogue.at(home)
    model = Bigrams()
    assert publish_build(home, catalogue, "tests:other", lambda: model, BOTH.works, list(BOTH.editions.values()))
    catalogue.close()
    assert model.embedded > len(expected(BOTH))
    with opened(home) as build:
        assert build.model == "tests:other"


class Wider(Bigrams):
    """The same model by name, whose next version makes vectors of twice the size."""

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        return [row * 2 for row in super().embed_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        return super().embed_query(text) * 2


class Turned(Bigrams):
    """One that makes other vectors of the same size."""

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        return [row[1:] + row[:1] for row in super().embed_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


@pytest.mark.case("S7")
@pytest.mark.parametrize("changed", [Wider, Turned])
def test_a_model_that_has_changed_under_its_name_is_noticed_before_the_first_question(
    home: Path, tmp_path: Path, changed: type[Bigrams]
) -> None:
    """The index is made again, as a fresh one would be."""
    catalogue, model = Catalogue.at(home), changed()
    with opened(home) as build:
        assert build.is_made_by(Bigrams(), catalogue)
        assert not build.is_made_by(model, catalogue)
    with closing(open_or_mend(home, catalogue, NAME, model)) as build:
        assert build.is_made_by(model, catalogue)
        assert model.embedded > len(expected(BOTH))
        vector = model.embed_query("海嵐航運的淨利降了多少？")
        found = build.nearest_passages(vector, CANDIDATES)
        publish(tmp_path / "fresh", BOTH, changed())
        with opened(tmp_path / "fresh") as fresh:
            assert found == pytest.approx(fresh.nearest_passages(vector, CANDIDATES), abs=1e-5)
        made = model.embedded
        with closing(open_or_mend(home, catalogue, NAME, model)):
            assert model.embedded == made + KNOWN_AGAIN
    catalogue.close()


@pytest.mark.case("S7")
def test_a_changed_model_never_adds_its_vectors_to_those_before(home: Path) -> None:
    publish(home, ORIGINAL)
    model = Wider()
    assert publish(home, writer.longer(30), model) is True
    catalogue = Catalogue.at(home)
    with opened(home) as build:
        assert build.is_made_by(model, catalogue)
        places = {place.index for place in build.places}
        assert set(build.nearest_passages(model.embed_query("freight"), CANDIDATES)) == places
    catalogue.close()


@pytest.mark.case("S7")
def test_narrower_passages_after_an_upgrade(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectorstore.build, "FORMAT", -1)
    monkeypatch.setattr(ingest.passages, "MAX_WIDTH", 60)
    assert publish(home, BOTH) is True
    with opened(home) as build:
        assert passages(build) == expected(BOTH)
        assert len(build.places) > 150


def test_an_empty_library_is_a_build_that_finds_nothing(home: Path) -> None:
    assert publish(home, Shelf({}, {})) is True
    with opened(home) as build:
        assert (build.places, best(build)) == ([], [])
    assert publish(home, BOTH) is True


def test_without_a_build_there_is_no_index(tmp_path: Path) -> None:
    catalogue = Catalogue.at(tmp_path / "home")
    with pytest.raises(Refusal) as caught:
        open_build(tmp_path / "home", catalogue)
    assert caught.value.key == "no-index"
    catalogue.close()


def test_a_long_document_is_published_in_seconds(tmp_path: Path) -> None:
    shelf = writer.long(1_500)
    started = time.process_time()
    publish(tmp_path, shelf)
    assert time.process_time() - started < 20  # 2 s here; quadratic growth took 35 s


# Readers and writers


def test_a_reader_keeps_its_build_until_it_closes(home: Path) -> None:
    with opened(home) as old:
        found = best(old)
        assert publish(home, ORIGINAL) is True
        with opened(home) as new:
            assert new.id != old.id
            assert len(new.places) < len(old.places)
        assert publish(home, ORIGINAL) is False
        assert best(old) == found
        assert {old.id, new.id} < set(build_files(home))
    assert publish(home, ORIGINAL) is False
    assert build_files(home) == [new.id, f"{new.id}.lock"]


def test_a_forgotten_reader_lets_its_build_go(home: Path) -> None:
    catalogue = Catalogue.at(home)
    old = open_build(home, catalogue)
    publish(home, ORIGINAL)
    folder = home / "builds" / old.id
    assert folder.exists()
    del old
    publish(home, BOTH)
    assert not folder.exists()
    catalogue.close()


def test_taking_up_new_builds_leaves_no_files_or_threads_open(tmp_path: Path) -> None:
    def turn(shelf: Shelf) -> tuple[int, int]:
        publish(tmp_path, shelf)
        with opened(tmp_path) as build:
            best(build)
        return len([*Path("/proc/self/fd").iterdir()]), len([*Path("/proc/self/task").iterdir()])

    turn(ORIGINAL)
    first = turn(BOTH)
    for shelf in (ORIGINAL, BOTH) * 2:
        last = turn(shelf)
    assert last[0] <= first[0] + 2
    assert last[1] <= first[1] + 2


@contextmanager
def process(target: Callable[..., None], home: Path, *arguments: Any) -> Iterator[Any]:
    """A process that has started its work; killed at the end if it still runs."""
    started = processes.Event()
    child = processes.Process(target=target, args=(home, started, *arguments))
    child.start()
    try:
        assert started.wait(60) or child.exitcode is not None
        yield child
    finally:
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join(60)
        child.close()


@pytest.mark.case("S5")
def test_a_second_writer_is_refused_and_a_killed_one_leaves_no_lock(
    home: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("tried", 20)
    with process(writer.hold_writer_lock, home):
        for _ in range(20):
            with pytest.raises(Refusal) as caught, writer_lock(home):
                pass
            assert caught.value.key == "writer-busy"
            assert all(home.name in caught.value.in_language(language) for language in LANGUAGES)
        with opened(home) as build:
            assert passages(build) == expected(BOTH)
    assert publish(home, ORIGINAL) is True


@pytest.mark.case("S5")
def test_a_second_writer_in_the_same_process_is_refused(tmp_path: Path) -> None:
    with writer_lock(tmp_path), pytest.raises(Refusal, match="Another process"), writer_lock(tmp_path):
        pass


@pytest.mark.case("S5")
def test_a_build_read_by_another_process_stays_until_that_is_killed(home: Path) -> None:
    with opened(home) as build:
        folder = home / "builds" / build.id
    with process(writer.hold_build, home):
        publish(home, ORIGINAL)
        assert folder.exists()
    publish(home, ORIGINAL)
    assert not folder.exists()


@pytest.mark.case("S5")
def test_a_reader_always_finds_a_whole_build_while_another_process_publishes(home: Path) -> None:
    whole = {len(expected(ORIGINAL)), len(expected(BOTH))}
    seen = set()
    with process(writer.publish_often, home, 12) as child:
        while child.is_alive():
            with opened(home) as build:
                assert len(build.places) in whole
                assert best(build)[0][0] == "2.2.b2"
                seen.add(build.id)
        assert child.exitcode == 0
    assert len(seen) > 1


# Killed writers


def check_recovery(home: Path, lives: list[Shelf], where: str) -> None:
    """That one of the shelves is live and whole after a kill, and that the next writer succeeds and tidies up."""
    with opened(home) as build:
        found = passages(build)
        assert found in [expected(shelf) for shelf in lives], where
        assert best(build)[0][0] == "2.2.b2", where
    assert publish(home, BOTH) is (found != expected(BOTH)), where
    with opened(home) as build:
        assert passages(build) == expected(BOTH), where
        assert build_files(home) == [build.id, f"{build.id}.lock"], where


@pytest.fixture(scope="module")
def half_published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the original only, to which killed writers add the translation."""
    home = tmp_path_factory.mktemp("half")
    publish(home, ORIGINAL)
    return home


@pytest.mark.case("S2")
@pytest.mark.parametrize("point", writer.POINTS)
def test_a_writer_killed_at_a_named_point(half_published: Path, tmp_path: Path, point: str) -> None:
    home = shutil.copytree(half_published, tmp_path / "home")
    with process(writer.publish_both, home, point) as child:
        child.join(60)
        assert child.exitcode == -signal.SIGKILL, point
    check_recovery(home, [ORIGINAL if point in writer.OLD else BOTH], point)


@pytest.mark.case("S1")
def test_writers_killed_at_random_moments(half_published: Path, tmp_path: Path) -> None:
    seed = int(os.environ.get("TEST_SEED", random.randrange(10**6)))
    chance = random.Random(seed)
    started = time.monotonic()
    with process(writer.publish_both, shutil.copytree(half_published, tmp_path / "whole")) as child:
        child.join(60)
        whole = time.monotonic() - started
    for turn in range(10):
        home = shutil.copytree(half_published, tmp_path / str(turn))
        delay = chance.uniform(0, whole)
        with process(writer.publish_both, home):
            time.sleep(delay)
        check_recovery(home, [ORIGINAL, BOTH], f"TEST_SEED={seed}, kill {turn} after {delay:.3f} s")


# Copied vectors: a large library's are not inserted again


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


# Damage

KEYWORD_FILES = [f"{name}.csc.index.npy" for name in ("data", "indices", "indptr")]
KEYWORD_FILES += [f"{name}.index.json" for name in ("params", "vocab")]
FILES = [*(f"keywords-{lang}/{name}" for lang in ("zh", "en") for name in KEYWORD_FILES), "vectors/chroma.sqlite3"]
FILES += ["folded.json", "words.json", "words.npy", "words.npz"]
DAMAGES: dict[str, Callable[[Path], None]] = {
    "gone": Path.unlink,
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: os.truncate(path, 0),
}


def build_folder(home: Path) -> Path:
    (folder,) = (path for path in (home / "builds").iterdir() if path.is_dir())
    return folder


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


@pytest.mark.case("S4")
@pytest.mark.parametrize("file", ["index_metadata.pickle", "data_level0.bin", "header.bin", "link_lists.bin"])
def test_a_missing_file_of_a_large_vector_index_is_refused(large: Path, tmp_path: Path, file: str) -> None:
    home = shutil.copytree(large, tmp_path / "home")
    for path in build_folder(home).rglob(file):
        path.unlink()
    with pytest.raises(Refusal, match="damaged"), opened(home):
        pass


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with more than the thousand vectors from which on Chroma writes its index to files of its own."""
    home = tmp_path_factory.mktemp("large")
    publish(home, LONG)
    with opened(home) as build:
        assert len(build.places) > 2_000
    return home
