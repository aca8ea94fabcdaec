"""python -m chat forget: of a person nothing is left, not a byte in any file; of others everything (P3)."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from chat.__main__ import main
from chat.answer import Answer, SectionLink
from chat.conversation import Feedback
from chat.history import History
from chat.history_forget import owners
from chat.ledger import Ledger
from chat.model import Tokens
from ingest.document import Work
from tests.bigrams import NAME, Bigrams
from vectorstore.build import open_build, publish_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.catalogue_database import database_url
from vectorstore.library import Shelf, live_shelf, read_edition
from vectorstore.uploads import Upload, save_uploads, waiting

pytestmark = pytest.mark.case("P3")

ANN, BEN = "https://id.example.org|ann-owner-canary", "https://id.example.org|ben"
CANARIES = ("ann-owner-canary", "question-canary", "answer-canary", "remark-canary", "title-canary")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people with 200 answers each, written by turns, and tokens spent."""
    home = tmp_path_factory.mktemp("written")
    history, catalogue = History.at(home), Catalogue.at(home)
    for number in range(10):
        for owner, word in ((ANN, "canary"), (BEN, "quince")):
            conversation = history.begin(owner, f"title-{word} {number}").id
            for _ in range(20):
                turn = history.ask(owner, conversation, f"question-{word} " * 40).id
                answer = Answer("Q", "en", "answered", f"answer-{word} " * 60)
                history.save(owner, turn, "whole", answer)
            history.give_feedback(owner, turn, Feedback("bad", note=f"remark-{word}"))
    ledger = Ledger(catalogue)
    for owner in (ANN, BEN):
        reserved = ledger.reserve(owner, Tokens(5, 5))
        assert reserved
        ledger.settle(reserved, Tokens(5, 5))
    history.close()
    catalogue.close()
    return home


@pytest.fixture
def home(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which the commands work on."""
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    return shutil.copytree(written, tmp_path / "home")


def found(home: Path) -> dict[str, list[str]]:
    files = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    return {word: [path.name for path, data in files.items() if word.encode() in data] for word in CANARIES}


def test_nothing_of_a_person_is_left_in_any_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert all(found(home).values()), "they are there before"
    assert main(["forget", ANN]) == 0
    assert (
        capsys.readouterr().out
        == "10 conversations, 200 answers, 10 remarks, 0 private works, 0 waiting files erased\n"
    )
    assert found(home) == {word: [] for word in CANARIES}


def test_files_that_wait_to_be_published_go_with_their_owner(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for owner, names in ((ANN, "ab"), (BEN, "c")):
        save_uploads(home, owner, [Upload(f"{name}.md", b"# Plums\n") for name in names], lambda *_: None)
    assert main(["forget", ANN]) == 0
    assert "2 waiting files erased" in capsys.readouterr().out
    assert (waiting(home, ANN).files, waiting(home, BEN).files) == (0, 1)


def test_everything_of_the_others_stays(home: Path) -> None:
    assert main(["forget", ANN]) == 0
    assert owners(database_url(home)) == [(BEN, 10)]
    history, catalogue = History.at(home), Catalogue.at(home)
    assert [len(history.exchanges(BEN, one.id)) for one in history.conversations(BEN)] == [20] * 10
    assert len(list(history.feedback_rows(BEN))) == 10
    assert Ledger(catalogue).spent(BEN).total == 10
    assert Ledger(catalogue).spent().total == 10
    history.close()
    catalogue.close()


@pytest.mark.parametrize("owner", ["nobody", "%", "' OR 1=1 --", "https://id.example.org|"])
def test_an_owner_is_named_exactly(home: Path, owner: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", owner]) == 0
    assert capsys.readouterr().out.startswith("0 conversations, 0 answers")
    assert owners(database_url(home)) == [(ANN, 10), (BEN, 10)]


def test_old_pages_that_another_process_holds_are_told_of(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    reader = sqlite3.connect(home / "catalogue.sqlite3")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM turn").fetchone()
    assert main(["forget", ANN]) == 2
    assert "Run this again" in capsys.readouterr().err
    reader.close()
    assert main(["forget", ANN]) == 0
    assert found(home) == {word: [] for word in CANARIES}


def test_whom_to_forget_is_asked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001 - the database
    assert main(["forget"]) == 2
    assert "--list" in capsys.readouterr().err
    assert main(["forget", "--list"]) == 0
    assert ANN in capsys.readouterr().out


def library(home: Path) -> Catalogue:
    """A work of each person's alone and one of everyone's."""
    shelf = Shelf({}, {})
    for number, (owner, word) in enumerate(((ANN, "canary"), (BEN, "quince"), ("", "common"))):
        path = home / f"{word}.md"
        path.write_text(f"# work-title-{word}\n\n## Crop\n\nThe work-text-{word} crop rose by 4%.\n", encoding="utf-8")
        edition = read_edition(path, f"work-{number}-{word}", "en", "original")
        path.unlink()
        work = Work(edition.work, {"en": f"work-title-{word}"}, private_to=owner)
        shelf = shelf.with_edition(work, edition)
    catalogue = Catalogue.at(home)
    with writer_lock(home):
        publish_build(home, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()))
    return catalogue


OF_WORKS = ("work-title-canary", "work-text-canary", "work-0-canary", "ann-owner-canary")


def left(home: Path) -> list[str]:
    """What is found in any file but hnswlib's, whose unused ends are whatever this process had in memory."""
    data = [path.read_bytes() for path in home.rglob("*") if path.is_file() and path.suffix != ".bin"]
    return [word for word in OF_WORKS if any(word.encode() in one for one in data)]


def test_private_works_of_a_person_go_and_no_other_does(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library(home).close()
    assert left(home) == list(OF_WORKS)
    assert main(["forget", ANN]) == 0
    assert capsys.readouterr().out.endswith("10 remarks, 1 private works, 0 waiting files erased\n")
    assert left(home) == []
    with closing(Catalogue.at(home)) as catalogue, closing(open_build(home, catalogue)) as build:
        assert set(build.works) == {"work-1-quince", "work-2-common"}
        assert live_shelf(catalogue).works["work-1-quince"].private_to == BEN


def test_an_index_that_is_still_read_is_told_of(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(library(home)) as catalogue, closing(open_build(home, catalogue)):
        assert main(["forget", ANN]) == 2
        assert "old index" in capsys.readouterr().err
    assert main(["forget", ANN]) == 0
    assert left(home) == []


def test_what_others_were_told_of_a_work_that_became_private_stays_withheld(home: Path) -> None:
    library(home).close()
    history = History.at(home)
    link = SectionLink("work-0-canary", "1", "Crop")
    turn = history.ask(BEN, history.begin(BEN, "c").id, "q").id
    history.save(BEN, turn, "whole", Answer("Q", "en", "not_covered", "told-before", nearest=(link,)))
    assert main(["forget", ANN]) == 0
    answer = history.exchange(BEN, turn).answer
    assert answer is not None
    assert "told-before" not in repr(answer)
    assert "work-text-canary" not in left(home)
    assert "ann-owner-canary" not in left(home)
    history.close()
