"""The catalogue on PostgreSQL: builds are published whole or not at all there too. TESTS S1, S2, S5."""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import closing
from pathlib import Path

import pytest

from tests import writer
from tests.bigrams import NAME, Bigrams
from vectorstore.build import open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.erasing import erase
from vectorstore.library import Shelf, live_shelf
from vectorstore.retrieve import Search

ORIGINAL, BOTH = writer.original(), writer.both()
AMID = [point for point in writer.POINTS if "transaction" in point or "commit" in point or "removed" in point]

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.writer"])


def publish(home: Path, url: str, shelf: Shelf, **options: bool) -> bool:
    with closing(Catalogue.at(home, url)) as catalogue, writer_lock(home):
        editions = list(shelf.editions.values())
        return publish_build(home, catalogue, NAME, Bigrams, shelf.works, editions, **options)


def published(home: Path, url: str) -> list[tuple[str, str]]:
    """The works and editions that are live, which must also be found."""
    with closing(Catalogue.at(home, url)) as catalogue:
        with closing(open_build(home, catalogue)) as build:
            assert Search(build, Bigrams()).hits("海嵐航運的淨利降了多少")[0].anchor == "2.2.b2"
            in_build = sorted((edition.work, edition.id) for edition in build.editions.values())
        assert in_build == sorted(live_shelf(catalogue).editions)
        return in_build


@pytest.mark.long
def test_both_engines_find_the_same(tmp_path: Path, postgres_url: str) -> None:
    found = []
    for url in ("", postgres_url):
        home = tmp_path / str(len(found))
        assert publish(home, url, ORIGINAL)
        assert publish(home, url, BOTH)
        assert not publish(home, url, BOTH)
        with closing(Catalogue.at(home, url)) as catalogue, closing(open_build(home, catalogue)) as build:
            hits = Search(build, Bigrams()).hits("How far did freight fall?")[:10]
            found.append([(hit.work, hit.anchor, round(hit.score, 6)) for hit in hits])
            assert live_shelf(catalogue).editions == BOTH.editions
    assert found[0] == found[1]
    assert len(found[0]) == 10


@pytest.mark.case("S6")
def test_what_is_taken_out_is_gone_from_the_database(tmp_path: Path, postgres_url: str) -> None:
    publish(tmp_path, postgres_url, BOTH)
    publish(tmp_path, postgres_url, ORIGINAL)
    with closing(Catalogue(postgres_url)) as catalogue:
        assert catalogue.remains(writer.WORK.id)
        erase(tmp_path, catalogue, [writer.WORK.id])
        assert not catalogue.remains(writer.WORK.id)
    assert published(tmp_path, postgres_url) == sorted(ORIGINAL.editions)


@pytest.mark.case("S2")
@pytest.mark.parametrize("point", AMID)
def test_a_writer_killed_at_a_named_point(tmp_path: Path, postgres_url: str, point: str) -> None:
    publish(tmp_path, postgres_url, ORIGINAL)
    started = processes.Event()
    child = processes.Process(target=writer.publish_both, args=(tmp_path, started, point, postgres_url))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert published(tmp_path, postgres_url) == sorted((ORIGINAL if point in writer.OLD else BOTH).editions)
    publish(tmp_path, postgres_url, BOTH)
    assert published(tmp_path, postgres_url) == sorted(BOTH.editions)
    child.close()
