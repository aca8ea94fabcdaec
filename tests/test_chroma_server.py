"""Vectors on a Chroma server: the same answers as from files, builds as collections, nothing of its word believed."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

import vectorstore.build
import vectorstore.vectors
from evals.servers import chroma_server, free_port
from ingest.document import LANGUAGES, Refusal
from tests import writer
from tests.bigrams import NAME, Bigrams
from vectorstore.build import Build, open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.library import Shelf
from vectorstore.retrieve import Search

pytestmark = pytest.mark.long

ORIGINAL, BOTH = writer.original(), writer.both()
QUESTIONS = (
    "運價跌了多少？",
    "How far did freight fall?",
    "海嵐航運的淨利降了多少",
    "Which ports stood still?",
    "航運",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture
def catalogue(tmp_path: Path, server: str) -> Iterator[Catalogue]:
    with closing(Catalogue.at(tmp_path, chroma_url=server)) as opened:
        yield opened


def publish(home: Path, catalogue: Catalogue, shelf: Shelf, **options: bool) -> bool:
    with writer_lock(home):
        editions = list(shelf.editions.values())
        return publish_build(home, catalogue, NAME, Bigrams, shelf.works, editions, **options)


def collections(server: str, builds: list[str]) -> list[str]:
    """Those on the server that belong to one of the builds; other tests have theirs there."""
    with vectorstore.vectors.chroma(Path("any"), server) as client:
        names = [collection.name for collection in client.list_collections()]
    return sorted(name for name in names if any(build in name for build in builds))


def top(build: Build) -> list[list[tuple[str, str, float]]]:
    search = Search(build, Bigrams())
    return [[(hit.work, hit.anchor, round(hit.score, 5)) for hit in search.hits(q)[:10]] for q in QUESTIONS]


def test_a_server_finds_what_files_find(tmp_path: Path, catalogue: Catalogue) -> None:
    writer.publish(tmp_path / "files", BOTH)
    publish(tmp_path, catalogue, BOTH)
    with closing(open_build(tmp_path, catalogue)) as build:
        served = top(build)
    with closing(Catalogue.at(tmp_path / "files")) as other, closing(open_build(tmp_path / "files", other)) as build:
        assert served == top(build)
    assert min(map(len, served)) > 5
    assert not (tmp_path / "builds" / build.id / "vectors").exists()


def test_builds_are_collections_kept_while_read_and_removed_after(
    tmp_path: Path, catalogue: Catalogue, server: str
) -> None:
    publish(tmp_path, catalogue, ORIGINAL)
    with closing(open_build(tmp_path, catalogue)) as old:
        found = top(old)
        assert publish(tmp_path, catalogue, BOTH)
        with closing(open_build(tmp_path, catalogue)) as new:
            assert (new.id != old.id, len(new.places) > len(old.places)) == (True, True)
        assert top(old) == found
        assert len(collections(server, [old.id, new.id])) == 4
    assert not publish(tmp_path, catalogue, BOTH)
    assert collections(server, [old.id, new.id]) == [f"footnote-{new.id}-{name}" for name in ("passages", "sentences")]


def fails(*_: object) -> None:
    raise OSError(errno.ENOSPC, "disk full")


def test_a_writer_that_failed_leaves_the_old_build_and_its_collections_are_removed(
    tmp_path: Path, catalogue: Catalogue, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, catalogue, ORIGINAL)
    with monkeypatch.context() as patched:
        patched.setattr(vectorstore.build, "write_words", fails)
        with pytest.raises(Refusal, match="cannot be changed: disk full"):
            publish(tmp_path, catalogue, BOTH)
    builds = [path.name for path in (tmp_path / "builds").iterdir() if path.is_dir()]
    assert len(collections(server, builds)) == 4
    with closing(open_build(tmp_path, catalogue)) as build:
        assert len(build.editions) == 1
    assert publish(tmp_path, catalogue, BOTH)
    live = catalogue.live_build()
    assert live is not None
    builds.append(live.id)
    assert collections(server, builds) == [f"footnote-{live.id}-{name}" for name in ("passages", "sentences")]


def test_the_settings_of_where_vectors_are_index_again_without_embedding(tmp_path: Path, catalogue: Catalogue) -> None:
    writer.publish(tmp_path, BOTH)
    with pytest.raises(Refusal) as caught:
        open_build(tmp_path, catalogue)
    assert caught.value.key == "build-damaged"
    model = Bigrams()
    assert publish_build(tmp_path, catalogue, NAME, lambda: model, BOTH.works, list(BOTH.editions.values()))
    assert model.embedded == 0
    open_build(tmp_path, catalogue).close()


def test_vectors_lost_on_the_server_are_noticed(tmp_path: Path, catalogue: Catalogue, server: str) -> None:
    publish(tmp_path, catalogue, BOTH)
    live = catalogue.live_build()
    assert live is not None
    with vectorstore.vectors.chroma(Path("any"), server) as client:
        client.get_collection(f"footnote-{live.id}-sentences", embedding_function=None).delete(ids=[client_id(BOTH)])
    with pytest.raises(Refusal) as caught:
        open_build(tmp_path, catalogue)
    assert caught.value.key == "build-damaged"
    assert publish(tmp_path, catalogue, BOTH, rebuild=True)
    open_build(tmp_path, catalogue).close()


def client_id(shelf: Shelf) -> str:
    """What Chroma calls the first sentence of a library."""
    first = min(shelf.editions.values(), key=lambda edition: (edition.work, edition.id))
    return f"{first.key}.0.0"


def test_a_server_that_is_not_there_is_named_by_its_setting(tmp_path: Path) -> None:
    with closing(Catalogue.at(tmp_path, chroma_url=f"http://127.0.0.1:{free_port()}")) as catalogue:
        with pytest.raises(Refusal) as caught:
            publish(tmp_path, catalogue, ORIGINAL)
        assert caught.value.key == "vectors-unreachable"
        assert all("FOOTNOTE_CHROMA_URL" in caught.value.in_language(language) for language in LANGUAGES)
        assert catalogue.live_build() is None


def test_a_server_that_goes_away_amid_questions_is_named(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    with chroma_server(tmp_path / "chroma") as url:
        catalogue = Catalogue.at(tmp_path, chroma_url=url)
        publish(tmp_path, catalogue, ORIGINAL)
        build = open_build(tmp_path, catalogue)
        assert top(build)
    with closing(catalogue), closing(build), pytest.raises(Refusal) as caught:
        top(build)
    assert caught.value.key == "vectors-unreachable"


@pytest.mark.case("P3")
def test_what_a_server_says_of_how_to_embed_is_not_read(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TESTS P3: CVE-2026-45829 comes by the configuration of a collection on a server that is not ours."""
    publish(tmp_path, catalogue, ORIGINAL)
    evil = {"type": "known", "name": "sentence_transformer", "config": {"kwargs": {"trust_remote_code": True}}}
    answers = httpx.Client.request

    def with_evil(self: httpx.Client, method: str, url: httpx.URL | str, **options: object) -> httpx.Response:
        response = answers(self, method, url, **options)  # type: ignore[arg-type]
        if method.lower() == "get" and "footnote-" in str(url):
            found = response.json()
            found["configuration_json"]["embedding_function"] = evil
            seen.append(str(url))
            return httpx.Response(200, json=found, request=response.request)
        return response

    def never(*_: object, **__: object) -> object:
        raise AssertionError("an embedding function was built from what a server says")

    seen: list[str] = []
    monkeypatch.setattr(httpx.Client, "request", with_evil)
    from chromadb.utils import embedding_functions

    for function in {*embedding_functions.known_embedding_functions.values()}:
        monkeypatch.setattr(function, "build_from_config", staticmethod(never))
    with closing(open_build(tmp_path, catalogue)) as build:
        assert top(build)[0]
    assert len(seen) == 2
