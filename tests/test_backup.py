"""Backup and restore: what a restored library answers, and what is refused. TESTS S8."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

import vectorstore.catalogue_copy
from chat.conversation import Feedback
from chat.history import History
from chat.ledger import Ledger
from chat.model import Tokens
from evals.servers import database_on
from ingest.document import Document, Edition, Refusal, Work
from ingest.outline import outline_sections
from tests.bigrams import NAME, Bigrams
from tests.test_history import ANSWER
from vectorstore.backup import move_library, restore_backup, write_backup
from vectorstore.build import open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.files import keep_file
from vectorstore.library import Shelf, live_shelf
from vectorstore.retrieve import Search

pytestmark = pytest.mark.case("S8")

QUESTIONS = ("運價跌了多少？", "How far did freight fall?", "銀行怎樣？", "Which ports stood still?", "航運")
SOURCE = "0-" + "5" * 64


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, second_report) -> Path:  # type: ignore[no-untyped-def]
    """A library that is made once; each test changes a copy."""
    home = tmp_path_factory.mktemp("published") / "first"
    catalogue = Catalogue.at(home)
    publish_build(home, catalogue, NAME, Bigrams, second_report.works, list(second_report.editions.values()))
    catalogue.close()
    keep_file(home, SOURCE, b"%PDF-1.4 kept")
    return home


@pytest.fixture
def home(tmp_path: Path, published: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "first"))


@pytest.fixture
def backup(home: Path) -> Path:
    target = home.parent / "library.backup"
    write_backup(home, Catalogue.at(home), target)
    return target


def found(home: Path, url: str = "") -> list[list[tuple[str, str, float]]]:
    catalogue = Catalogue.at(home, url)
    build = open_build(home, catalogue)
    search = Search(build, Bigrams())
    hits = [[(hit.work, hit.anchor, round(hit.score, 6)) for hit in search.hits(q)[:10]] for q in QUESTIONS]
    build.close()
    catalogue.close()
    return hits


def restored(backup: Path) -> Path:
    home = backup.parent / "second"
    home.mkdir()
    restore_backup(home, backup)
    return home


def test_a_restored_library_finds_the_same(home: Path, backup: Path) -> None:
    again = restored(backup)
    catalogue = Catalogue.at(again)
    record = catalogue.live_build()
    assert record is not None
    editions = [catalogue.edition(key) for key in record.editions]
    works = catalogue.works({edition.work for edition in editions})

    def none_is_embedded_again() -> Bigrams:
        raise AssertionError

    assert publish_build(again, catalogue, NAME, none_is_embedded_again, works, editions)
    assert found(again) == found(home)
    assert (again / "files" / f"{SOURCE}.pdf").read_bytes() == b"%PDF-1.4 kept"
    assert not list(again.glob("restoring-*"))


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in backup.parent.iterdir()) == ["first", "library.backup"]


def test_a_file_that_is_there_is_not_written_over(home: Path, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(Refusal, match="there already"):
        write_backup(home, Catalogue.at(home), backup)
    assert backup.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(home: Path) -> None:
    with pytest.raises(Refusal, match=r"library\.backup cannot be written"):
        write_backup(home, Catalogue.at(home), home / "nowhere" / "library.backup")


def test_a_library_is_not_restored_over_another(home: Path, backup: Path) -> None:
    before = found(home)
    with pytest.raises(Refusal, match="empty folder"):
        restore_backup(home, backup)
    assert found(home) == before


def cut_short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def changed(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


@pytest.mark.parametrize(
    "damage",
    [cut_short, changed, lambda _: b"", lambda _: b"no backup"],
    ids=["cut short", "a byte changed", "empty", "no archive"],
)
def test_a_damaged_backup_changes_nothing(backup: Path, damage: Callable[[bytes], bytes]) -> None:
    backup.write_bytes(damage(backup.read_bytes()))
    with pytest.raises(Refusal, match="not a whole backup"):
        restored(backup)
    assert not list((backup.parent / "second").rglob("*"))


@pytest.mark.parametrize(
    "name", ["files/../../out.pdf", "/tmp/out.pdf", "other.txt", "files/x.pdf", "catalogue.sqlite3"]
)
def test_a_backup_with_something_else_in_it_is_refused(backup: Path, name: str) -> None:
    with zipfile.ZipFile(backup, "a") as archive, pytest.warns() if "sqlite" in name else nullcontext():
        archive.writestr(name, b"x")
    with pytest.raises(Refusal, match="not a whole backup"):
        restored(backup)
    assert not list((backup.parent / "second").rglob("*"))


# Between SQLite and PostgreSQL


def talk(url: str) -> tuple[str, str]:
    """A conversation with an answer and what was said of it: the ids of both."""
    history = History(url)
    conversation = history.begin("ann", "運價跌了多少？").id
    turn = history.ask("ann", conversation, "運價跌了多少？").id
    history.save("ann", turn, "whole", ANSWER)
    history.give_feedback("ann", turn, Feedback("bad", "citation-wrong", "看原文"))
    history.close()
    return conversation, turn


def said(url: str, conversation: str) -> tuple[object, object]:
    history = History(url)
    both = history.conversation("ann", conversation), history.exchanges("ann", conversation)
    history.close()
    return both


def database_of(home: Path) -> str:
    return f"sqlite:///{home / 'catalogue.sqlite3'}"


def test_a_library_moved_to_postgresql_answers_the_same_from_the_same_build(home: Path, postgres_url: str) -> None:
    conversation, _ = talk(database_of(home))
    with closing(Catalogue.at(home)) as old:
        assert Ledger(old).reserve("ann", Tokens(70, 7))
    before = found(home), said(database_of(home), conversation)
    with writer_lock(home):
        move_library(home, postgres_url)
    assert (found(home, postgres_url), said(postgres_url, conversation)) == before
    with closing(Catalogue(postgres_url)) as new:
        assert Ledger(new).spent("ann") == Tokens(70, 7)
    assert said(database_of(home), conversation) == before[1]


@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
def test_a_backup_of_postgresql_is_restored_on_either(
    home: Path, cluster: str, postgres_url: str, there: str, tmp_path: Path
) -> None:
    move_library(home, postgres_url)
    conversation, _ = talk(postgres_url)
    before = found(home, postgres_url), said(postgres_url, conversation)
    with closing(Catalogue(postgres_url)) as catalogue:
        write_backup(home, catalogue, tmp_path / "library.backup")
    again = tmp_path / "again"
    again.mkdir()
    with database_on(cluster, "there") as other:
        url = other if there == "postgresql" else ""
        restore_backup(again, tmp_path / "library.backup", url)
        catalogue = Catalogue.at(again, url)
        shelf = live_shelf(catalogue)
        assert publish_build(again, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()), rebuild=True)
        assert (found(again, url), said(url or database_of(again), conversation)) == before
        assert (again / "files" / f"{SOURCE}.pdf").exists()
        catalogue.close()


def test_a_library_is_not_moved_over_another_and_not_out_of_nothing(
    home: Path, tmp_path: Path, postgres_url: str
) -> None:
    for nowhere, url in ((tmp_path / "nowhere", postgres_url), (home, "")):
        with pytest.raises(Refusal) as caught:
            move_library(nowhere, url)
        assert caught.value.key == "move-nothing"
    move_library(home, postgres_url)
    conversation, _ = talk(postgres_url)
    with pytest.raises(Refusal) as caught:
        move_library(home, postgres_url)
    assert caught.value.key == "move-not-empty"
    assert said(postgres_url, conversation)


def test_a_move_that_is_cut_short_leaves_the_new_database_empty(
    home: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(database_of(home))
    rows: list[int] = []

    def fails(*arguments: object) -> dict[str, object]:
        rows.append(1)
        if len(rows) > 100:
            raise OSError
        return copied(*arguments)  # type: ignore[arg-type]

    copied = vectorstore.catalogue_copy._for
    monkeypatch.setattr(vectorstore.catalogue_copy, "_for", fails)
    with pytest.raises(OSError):  # noqa: PT011 - whatever cuts it short
        move_library(home, postgres_url)
    monkeypatch.undo()
    with closing(Catalogue(postgres_url)) as new:
        assert new.live_build() is None
    move_library(home, postgres_url)
    assert found(home, postgres_url) == found(home)


def test_text_with_a_character_that_postgresql_does_not_take_comes_back_as_it_was(
    tmp_path: Path, postgres_url: str
) -> None:
    document = Document("Pe\0ars\n\nForty\0tonnes of them.\n", "text")
    edition = Edition("pears", "en", "original", "pears.txt", document, outline_sections(document))
    shelf = Shelf({}, {}).with_edition(Work("pears", {"en": "Pears"}), edition)
    homes = {"sqlite": ("", tmp_path / "a"), "postgresql": (postgres_url, tmp_path / "b")}
    for url, folder in homes.values():
        catalogue = Catalogue.at(folder, url)
        publish_build(folder, catalogue, NAME, Bigrams, shelf.works, [edition])
        assert list(live_shelf(catalogue).editions.values()) == [edition]
        catalogue.close()
    with closing(Catalogue(postgres_url)) as catalogue:
        write_backup(tmp_path / "b", catalogue, tmp_path / "backup")
    (tmp_path / "c").mkdir()
    restore_backup(tmp_path / "c", tmp_path / "backup")
    assert list(live_shelf(Catalogue.at(tmp_path / "c")).editions.values()) == [edition]


def test_the_command_moves_a_library(home: Path, postgres_url: str) -> None:
    conversation, _ = talk(database_of(home))
    environment = {**os.environ, "FOOTNOTE_HOME": str(home), "FOOTNOTE_DATABASE_URL": postgres_url}
    ended = [
        subprocess.run([sys.executable, "-m", "ingest", "--move"], env=environment, capture_output=True, text=True)
        for _ in range(2)
    ]
    assert [done.returncode for done in ended] == [0, 2]
    assert "1 works, 2 editions" in ended[0].stderr
    assert "name an empty database" in ended[1].stderr
    assert said(postgres_url, conversation) == said(database_of(home), conversation)
