"""An upload killed between saving, reading, keeping its file and publishing: the old state or the new, nothing left."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import ingest.read_pdf
import ingest.sandbox
import vectorstore.build
import vectorstore.files
import vectorstore.librarian
import vectorstore.library
from ingest.outline import outline_sections
from ingest.read import read_document
from ingest.sandbox import Parsed
from tests.bigrams import NAME, Bigrams
from tests.pdf import pdf_file
from tests.writer import die
from vectorstore.build import open_build
from vectorstore.catalogue import Catalogue
from vectorstore.files import kept_file
from vectorstore.intake import Intake
from vectorstore.librarian import Librarian
from vectorstore.uploads import KEPT, Upload

pytestmark = pytest.mark.case("S2")

OTHER = Upload("pears.md", b"# Pears\n\nThe pear orchard has 70 trees.\n")
PDF = Upload("ferries.pdf", pdf_file(["Ferries carried 40 cars a day for most of the year."]))

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.test_killed_uploads"])


def add(librarian: Librarian, upload: Upload) -> None:
    staged = librarian.stage([upload])
    librarian.publish([(one, librarian.description(one)) for one in staged])


def add_and_die(home: Path, point: str) -> None:
    """Uploads and publishes the PDF; ends by SIGKILL at the point."""
    if point != "amid reading":
        vectorstore.library.parse_file = _parsed  # type: ignore[assignment]
    POINTS[point]()
    add(Librarian(home, Catalogue.at(home), NAME, Bigrams(), "ann"), PDF)


def _parsed(path: Path, **_: object) -> Parsed:
    document = read_document(path)
    return Parsed(document, outline_sections(document))


def _at(owner: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(owner, name, lambda *_, **__: die())


def _half_written() -> None:
    write = Path.write_bytes

    def half(self: Path, data: bytes) -> int:
        write(self, data[: len(data) // 2])
        die()
        return 0

    Path.write_bytes = half  # type: ignore[assignment,method-assign]


OLD = {
    "with an empty folder": _at(Path, "write_bytes"),
    "amid saving": _half_written,
    "before reading": _at(Intake, "take"),
    "amid reading": _at(ingest.sandbox, "_exchange"),
    "after reading": _at(vectorstore.librarian, "held"),
    "before keeping the file": _at(vectorstore.librarian, "keep_files"),
    "before the file's first byte": _at(vectorstore.files, "keep_file"),
    "amid keeping the file": _at(Path, "replace"),
    "with the file kept": _at(vectorstore.librarian, "publish_build"),
    "before the catalogue": _at(Catalogue, "publish"),
}
NEW = {
    "before the file is settled": _at(vectorstore.build, "settle_files"),
    "before the upload is removed": _at(vectorstore.librarian, "drop_upload"),
}
POINTS = {**OLD, **NEW}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("pears") / "home"
    with closing(Catalogue.at(home)) as catalogue:
        add(Librarian(home, catalogue, NAME, Bigrams(), "ben"), OTHER)
    return home


@pytest.mark.parametrize("point", POINTS)
def test_an_upload_killed_at_a_named_point(library: Path, tmp_path: Path, point: str) -> None:
    home = shutil.copytree(library, tmp_path / "home")
    child = processes.Process(target=add_and_die, args=(home, point))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with closing(Catalogue.at(home)) as catalogue:
        librarian = Librarian(home, catalogue, NAME, Bigrams(), "ben")
        works = {"pears", "ferries"} if point in NEW else {"pears"}
        assert set(librarian.shelf.works) == works
        with closing(open_build(home, catalogue)) as build:
            assert {place.work for place in build.places} == works
        a_day_passes(home)
        librarian.index_again()
        assert set(librarian.shelf.works) == works
        pdfs = [edition for edition in librarian.shelf.editions.values() if edition.document.format == "pdf"]
        assert [path.read_bytes() for edition in pdfs if (path := kept_file(home, edition))] == [PDF.data] * len(pdfs)
        assert sorted(files(home / "files")) == [f"{edition.source}.pdf" for edition in pdfs]
        assert files(home / "uploads") == []
        assert len([path for path in (home / "builds").iterdir() if path.is_dir()]) == 1
        assert catalogue.kept_of("ann").files == len(pdfs)


def a_day_passes(home: Path) -> None:
    """For what waits to be published."""
    for path in (home / "uploads").glob("*"):
        then = path.stat().st_mtime - KEPT - 1
        os.utime(path, (then, then))


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*")]
