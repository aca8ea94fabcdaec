"""Documents taken out, replaced, added again, added by ten at once: nothing left over and nothing twice (S6, C4)."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from ingest.document import Refusal
from tests.bigrams import NAME, Bigrams
from tests.pdf import pdf_file
from vectorstore.build import open_build
from vectorstore.catalogue import Catalogue
from vectorstore.intake import Wishes
from vectorstore.librarian import Librarian
from vectorstore.retrieve import Search
from vectorstore.uploads import Upload

CANARY = "quinzecanary"
SECRET = f"# Quinces {CANARY}\n\nAuthor: {CANARY}\n\n## 1. Trees\n\nThe {CANARY} orchard has 40 trees.\n".encode()
LONG = SECRET + "".join(f"The {CANARY} orchard sold {n} crates.\n\n" for n in range(300)).encode()
OTHER = b"# Pears\n\n## 1. Trees\n\nThe pear orchard has 70 trees.\n"


class Desk:
    """A library with a work that stays, and what an editor does to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.catalogue = Catalogue.at(home)
        self.librarian = Librarian(home, self.catalogue, NAME, Bigrams())
        self.add("pears.md", OTHER)

    def add(self, name: str, data: bytes, work: str = "") -> None:
        wishes = Wishes(work=work, lang="en", kind="original") if work else None
        staged = self.librarian.stage([Upload(name, data)], wishes)
        self.librarian.publish([(one, self.librarian.description(one)) for one in staged])

    def hits(self, question: str) -> list[str]:
        """The texts that a question finds."""
        with closing(open_build(self.home, self.catalogue)) as build:
            return [place.passage.text for hit in Search(build, Bigrams()).hits(question) for place in hit.places]

    def texts(self) -> list[str]:
        with closing(open_build(self.home, self.catalogue)) as build:
            return [place.passage.text for place in build.places]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "home")
    yield desk
    desk.catalogue.close()


def remains(home: Path) -> list[str]:
    """The files that hold the word, as bytes or as numpy keeps strings, or are called so.

    hnswlib's .bin files hold vectors only, but their unused ends are whatever the memory of this process held, tests
    included: they are no measure.
    """
    words = (CANARY.encode(), CANARY.encode("utf-32-le"), CANARY.encode("utf-16-le"))
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".bin"]
    return sorted(
        path.name for path in files if CANARY in path.name or any(word in path.read_bytes() for word in words)
    )


def digests(desk: Desk) -> set[str]:
    """What vectors are kept by."""
    with closing(sqlite3.connect(desk.home / "catalogue.sqlite3")) as database:
        return {digest for (digest,) in database.execute("SELECT text_digest FROM embedding")}


def added(desk: Desk) -> None:
    desk.add(f"{CANARY}.md", LONG)


def replaced(desk: Desk) -> None:
    added(desk)
    (work,) = set(desk.librarian.shelf.works) - {"pears"}
    desk.add("new.md", SECRET.replace(b"40 trees", b"50 trees"), work=work)


def added_again(desk: Desk) -> None:
    added(desk)
    (work,) = set(desk.librarian.shelf.works) - {"pears"}
    desk.add(f"{CANARY}.md", LONG, work=work)


def corrected(desk: Desk) -> None:
    added(desk)
    (work,) = set(desk.librarian.shelf.works) - {"pears"}
    (staged,) = desk.librarian.stage([Upload("x.md", SECRET)], Wishes(work=work, lang="en", kind="original"))
    desk.librarian.correct(work, "en-original", desk.librarian.description(staged))
    desk.librarian.discard(staged)


def as_pdf(desk: Desk) -> None:
    desk.add(f"{CANARY}.pdf", pdf_file([f"The {CANARY} orchard has 40 trees on the hill."]))


def indexed_again(desk: Desk) -> None:
    added(desk)
    desk.librarian.index_again()


@pytest.mark.case("S6")
@pytest.mark.parametrize("before", [added, replaced, added_again, corrected, as_pdf, indexed_again])
def test_of_what_is_taken_out_no_byte_and_no_vector_is_left(desk: Desk, before: Callable[[Desk], None]) -> None:
    others = digests(desk)
    before(desk)
    assert remains(desk.home)
    assert digests(desk) > others
    assert any(CANARY in text for text in desk.hits(f"{CANARY} orchard"))
    (work,) = set(desk.librarian.shelf.works) - {"pears"}
    desk.librarian.remove(work)
    assert remains(desk.home) == []
    assert digests(desk) == others
    assert not any(CANARY in text for text in desk.hits(f"{CANARY} orchard"))
    assert desk.hits("pear orchard")


@pytest.mark.case("S6")
def test_what_is_added_again_is_there_once(desk: Desk) -> None:
    added(desk)
    once = sorted(desk.texts())
    added_again_work = next(iter(set(desk.librarian.shelf.works) - {"pears"}))
    desk.add(f"{CANARY}.md", LONG, work=added_again_work)
    assert sorted(desk.texts()) == once


@pytest.mark.case("S6")
def test_another_text_under_the_same_name_takes_no_words_of_the_first_along(desk: Desk) -> None:
    desk.add("fruit.md", SECRET)
    (work,) = set(desk.librarian.shelf.works) - {"pears"}
    desk.add("fruit.md", OTHER.replace(b"Pears", b"Plums").replace(b"pear", b"plum"), work=work)
    assert not any(CANARY in text for text in [*desk.texts(), *desk.hits(f"{CANARY} orchard")])
    assert any("plum" in text for text in desk.hits("plum orchard"))


@pytest.mark.case("S6")
def test_taken_out_while_it_is_searched_the_next_question_does_not_find_it(desk: Desk) -> None:
    added(desk)
    (work,) = set(desk.librarian.shelf.works) - {"pears"}
    with closing(open_build(desk.home, desk.catalogue)) as build:
        search = Search(build, Bigrams())
        desk.librarian.remove(work)
        assert search.hits("orchard"), "what was begun is finished"
        assert not any(CANARY in text for text in desk.hits("orchard"))
    desk.add("plums.md", OTHER.replace(b"Pears", b"Plums"))
    assert remains(desk.home) == [], "the index that was read is gone with the next change"


@pytest.mark.case("S6", "S2")
def test_a_removal_that_was_cut_short_is_finished_by_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    added(desk)
    (work,) = set(desk.librarian.shelf.works) - {"pears"}
    with monkeypatch.context() as cut:
        cut.setattr(Catalogue, "forget", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            desk.librarian.remove(work)
    assert not any(CANARY in text for text in desk.texts())
    desk.librarian.remove(work)
    assert remains(desk.home) == []
    with pytest.raises(Refusal):
        desk.librarian.remove(work)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.case("C4")
def test_a_file_added_by_ten_at_once_is_there_once(desk: Desk, record_property: Callable[[str, object], None]) -> None:
    record_property("tried", 10)
    begin, outcomes = threading.Barrier(10), []
    reading = threading.Lock()  # one person's files are read one after another

    def add() -> None:
        librarian = Librarian(desk.home, desk.catalogue, NAME, Bigrams())
        with reading:
            (staged,) = librarian.stage([Upload("quinces.md", SECRET)])
        said = librarian.description(staged)
        begin.wait(60)
        until = time.monotonic() + 100
        while time.monotonic() < until:
            with suppress(Refusal):  # another is writing just now
                outcomes.append(librarian.publish([(staged, said)]))
                return
            time.sleep(0.02)

    threads = [threading.Thread(target=add) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(outcomes) == 10
    assert len(desk.librarian.shelf.editions) == 2
    assert sum("40 trees" in text for text in desk.texts()) == 1
    assert not [path for path in (desk.home / "uploads").rglob("*") if path.is_file()]
