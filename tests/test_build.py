"""Builds: published whole or not at all, kept while they are read, and never trusted when damaged."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import ingest.passages
import vectorstore.build
import vectorstore.vectors
from ingest.document import LANGUAGES, Document, Refusal, Work
from ingest.outline import outline_sections
from tests import writer
from tests.bigrams import NAME, Bigrams
from tests.builds import BOTH, KNOWN_AGAIN, ORIGINAL, best, build_files, expected, opened, passages, process
from tests.writer import publish
from vectorstore.build import CANDIDATES, open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import open_or_mend
from vectorstore.library import Shelf, live_shelf


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


@pytest.mark.long
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
