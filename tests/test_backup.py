"""Backup and restore: what a restored library answers, and what is refused. TESTS S8."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from ingest.document import Refusal
from tests.bigrams import NAME, Bigrams
from vectorstore.backup import restore_backup, write_backup
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.files import keep_file
from vectorstore.retrieve import Search

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


def found(home: Path) -> list[list[tuple[str, str, float]]]:
    catalogue = Catalogue.at(home)
    build = open_build(home, catalogue)
    search = Search(build, Bigrams())
    hits = [[(hit.work, hit.anchor, round(hit.score, 6)) for hit in search.hits(q)[:10]] for q in QUESTIONS]
    build.close()
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


def test_a_database_elsewhere_has_tools_of_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalogue.at(home)
    monkeypatch.setattr(catalogue.engine.dialect, "name", "postgresql")
    with pytest.raises(Refusal, match="postgresql"):
        write_backup(home, catalogue, home.parent / "library.backup")
