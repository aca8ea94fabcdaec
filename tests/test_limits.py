"""Every limit to the one: what lies at it is taken, what lies one above is refused and the limit named (R1)."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import ingest.read
import ingest.read_pdf
import vectorstore.librarian
import vectorstore.library
from chat.answer import Turn
from chat.assistant import QUESTION_LIMIT, Assistant, check_question
from chat.rewrite import TURN_CHARACTERS, TURNS, rewrite_prompt
from chat.settings import Settings
from ingest.document import LANGUAGES, Refusal
from ingest.outline import outline_sections
from ingest.read import read_document
from ingest.sandbox import Parsed
from tests.bigrams import NAME, Bigrams
from tests.pdf import pdf_file
from tests.test_ask_page import shown
from ui import documents
from vectorstore.allowance import Allowance, Amount
from vectorstore.catalogue import Catalogue
from vectorstore.descriptions import description_of
from vectorstore.intake import Wishes
from vectorstore.librarian import Librarian
from vectorstore.uploads import Staged, Upload, waiting

pytestmark = pytest.mark.case("R1")

AROUND = pytest.mark.parametrize("above", [-1, 0, 1], ids=["below", "at", "above"])


def check(take: Callable[[], object], above: int, key: str, limit: object) -> None:
    """That it is taken up to the limit; above it, the refusal names the limit in every language."""
    if above <= 0:
        take()
        return
    with pytest.raises(Refusal) as caught:
        take()
    assert caught.value.key == key
    said = [caught.value.in_language(language).replace(",", "") for language in LANGUAGES]
    assert all(str(limit) in words for words in said)


@AROUND
def test_of_a_files_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: int) -> None:
    monkeypatch.setattr(ingest.read, "MAX_BYTES", 2**20)
    path = tmp_path / "report.txt"
    path.write_bytes(b"a" * (2**20 + above))
    check(lambda: read_document(path), above, "file-too-large", 1)


@AROUND
def test_of_a_pdfs_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: int) -> None:
    monkeypatch.setattr(ingest.read_pdf, "MAX_PAGES", 7)
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_file([f"Freight fell for most of year {n}." for n in range(7 + above)]))
    check(lambda: read_document(path), above, "file-too-many-pages", 7)


@AROUND
def test_of_a_texts_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: int) -> None:
    monkeypatch.setattr(ingest.read, "MAX_CHARACTERS", 2_000_000)
    path = tmp_path / "report.txt"
    path.write_text("運" * 2_000_000 + "a" * above if above >= 0 else "運" * 1_999_999, encoding="utf-8")
    check(lambda: read_document(path), above, "file-too-long", 2)


@AROUND
def test_of_files_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: int) -> None:
    monkeypatch.setattr(vectorstore.librarian, "MAX_FILES", 3)
    catalogue = Catalogue.at(tmp_path)
    librarian = Librarian(tmp_path, catalogue, NAME, Bigrams())
    uploads = [Upload(f"{n}.md", b"# Lanes\n\nFreight fell.\n") for n in range(3 + above)]
    check(lambda: librarian.stage(uploads), above, "uploads-too-many", 3)
    catalogue.close()


@AROUND
@pytest.mark.parametrize("character", ["a", "運", "🙂"])
def test_of_a_questions_characters(character: str, above: int) -> None:
    question = character * (QUESTION_LIMIT + above)
    check(lambda: check_question(question), above, "question-too-long", QUESTION_LIMIT)


@AROUND
def test_of_the_turns_that_a_model_is_shown(above: int) -> None:
    history = [Turn("user", f"turn-{n}-begins") for n in range(TURNS + above)]
    shown = rewrite_prompt("And then?", history, "en")[1].content
    assert [turn.content in shown for turn in history] == [False] * max(0, above) + [True] * min(TURNS, len(history))


@AROUND
def test_of_the_characters_of_a_turn_that_a_model_is_shown(above: int) -> None:
    shown = rewrite_prompt("And then?", [Turn("user", "a" * (TURN_CHARACTERS + above - 1) + "z")], "en")[1].content
    assert ("az" in shown) is (above <= 0)


# What one person may keep

NOTES = [Upload(f"note-{n}.md", f"# Note {n}\n\nLane {n} fell.\n".encode()) for n in range(9)]
OLDER = Upload("note-3.md", b"# Note 3\n\nLane 3 rose.\n")


class Desk:
    """A library, and what people do on its Library page."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.catalogue = Catalogue.at(home)

    def person(self, owner: str, files: int = 0, megabytes: int = 0) -> Librarian:
        allowance = Allowance(files, megabytes)
        return Librarian(self.home, self.catalogue, NAME, Bigrams(), owner, allowance=allowance)

    def add(self, librarian: Librarian, *uploads: Upload, private: bool = False) -> list[tuple[str, str]]:
        return self.publish(librarian, librarian.stage(uploads), private=private)

    def publish(
        self, librarian: Librarian, staged: Sequence[Staged], *, private: bool = False
    ) -> list[tuple[str, str]]:
        return librarian.publish([(one, replace(librarian.description(one), private=private)) for one in staged])


@pytest.fixture(autouse=True, scope="module")
def read_here() -> Iterator[None]:
    """Files are read by this process: its children, one for each, are tried elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectorstore.library, "parse_file", _parsed)
        yield


def _parsed(path: Path, *, password: str | None = None, ocr: bool = False) -> Parsed:
    document = read_document(path, password=password, ocr=ocr)
    return Parsed(document, outline_sections(document))


@pytest.fixture(scope="module")
def library(read_here: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001 - reads by it
    """One work of the operator's, one of Ben's, one of his that Ann made hers alone, one that she replaced since."""
    desk = Desk(tmp_path_factory.mktemp("library") / "home")
    desk.add(desk.person(""), NOTES[0])
    desk.add(desk.person("ben"), NOTES[1])
    desk.add(desk.person("ben"), NOTES[2])
    ann = desk.person("ann")
    known = description_of(ann.shelf.works["note-2"], ann.shelf.editions["note-2", "en-original"])
    ann.correct("note-2", "en-original", replace(known, private=True))
    desk.add(ann, OLDER)
    desk.add(ann, NOTES[3])
    desk.catalogue.close()
    return desk.home


@pytest.fixture
def desk(library: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(shutil.copytree(library, tmp_path / "home"))
    with closing(desk.catalogue):
        yield desk


@AROUND
def test_of_files_that_a_person_keeps(desk: Desk, above: int) -> None:
    """Private, published and waiting ones; what others and the operator added is not theirs."""
    ann = desk.person("ann", files=5)
    waits = ann.stage(NOTES[4:5])
    check(lambda: ann.stage(NOTES[5 : 7 + above]), above, "files-beyond", 5)
    assert waiting(desk.home, "ann").files == len(waits), "of what was refused, and of what nobody holds, none is there"


@AROUND
def test_of_the_bytes_of_files_that_a_person_keeps(desk: Desk, above: int) -> None:
    """The text that was replaced, one that waits and cannot be read, and two that are put at once."""
    ann = desk.person("ann", megabytes=1)
    waits = ann.stage([Upload("picture.png", b"\x89PNG" + bytes(1_000))])
    rest = 2**20 - len(NOTES[2].data + OLDER.data + NOTES[3].data) - 1_004
    uploads = [Upload(f"{size}.png", b"\x89PNG" + bytes(size - 4)) for size in (rest // 2, rest - rest // 2 + above)]
    assert [one.state.state for one in waits] == ["refused"]
    check(lambda: ann.stage(uploads), above, "bytes-beyond", 1)


@AROUND
def test_of_files_that_are_published_at_once(desk: Desk, above: int) -> None:
    """What was read under another limit, or so long ago that it does not count as waiting any more."""
    ann = desk.person("ann")
    staged, before = ann.stage(NOTES[4 : 6 + above]), set(ann.shelf.works)
    check(lambda: desk.publish(desk.person("ann", files=4), staged), above, "files-beyond", 4)
    assert (set(ann.shelf.works) == before) is (above > 0)
    assert waiting(desk.home, "ann").files == (len(staged) if above > 0 else 0)


@pytest.mark.parametrize("files", [2, 1], ids=["at the limit", "above a limit that was set since"])
def test_who_keeps_all_they_may_replaces_corrects_and_makes_room(desk: Desk, files: int) -> None:
    ann = desk.person("ann", files=files)
    (staged,) = ann.stage(NOTES[4:5], Wishes("note-3", "en", "original"))
    ann.publish([(staged, ann.description(staged))])
    ann.correct("note-3", "en-original", replace(ann.description(staged), title="Lane", private=True))
    assert ann.shelf.works["note-3"].titles == {"en": "Lane"}
    with pytest.raises(Refusal):
        ann.stage(NOTES[5:6])
    for work in [work.id for work in ann.shelf.works.values() if work.private_to == "ann"]:
        ann.remove(work)
    assert desk.catalogue.kept_of("ann").amount == Amount()
    waits = ann.stage(NOTES[5 : 5 + files])
    with pytest.raises(Refusal):
        ann.stage(NOTES[7:8])
    ann.discard(waits[0])
    assert ann.stage(NOTES[7:8])


def test_what_a_closed_page_held_counts_no_more(desk: Desk) -> None:
    ann = desk.person("ann", files=3)
    staged = ann.stage(NOTES[4:5])
    assert waiting(desk.home, "ann").files == len(staged)
    del staged
    gc.collect()
    assert waiting(desk.home, "ann") == Amount()


def test_two_uploads_of_one_person_at_one_moment_are_not_both_beyond(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of two processes, which do not know of each other's reading."""
    monkeypatch.setattr(vectorstore.librarian, "_one_reading", lambda *_: nullcontext())
    together, admit = threading.Barrier(2), Allowance.admit
    ended: list[Sequence[Staged] | str] = []

    def admit_together(self: Allowance, before: Amount, after: Amount) -> None:
        with suppress(threading.BrokenBarrierError):
            together.wait(0.2)  # where only one is let in it waits in vain
        admit(self, before, after)

    def stage() -> None:
        try:
            ended.append(desk.person("ann", files=5).stage(NOTES[4:6]))
        except Refusal as refusal:
            ended.append(refusal.key)

    monkeypatch.setattr(Allowance, "admit", admit_together)
    threads = [threading.Thread(target=stage) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(isinstance(one, str) for one in ended) == [False, True]
    assert "files-beyond" in ended
    assert waiting(desk.home, "ann").files == 2


def test_the_page_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the settings' numbers; what lies at them is taken."""
    settings = Settings(home=desk.home, embedding=NAME, files_per_user=2)
    with closing(Assistant(settings, Bigrams())) as assistant:
        monkeypatch.setattr(documents, "_assistant", lambda: assistant)
        page = AppTest.from_function(_library, default_timeout=30).run()
        for count, refused in ((3, True), (2, False)):
            files = [(note.name, note.data, "text/markdown") for note in NOTES[4 : 4 + count]]
            page.file_uploader[0].set_value(files).run()
            page.button(key="library-read").click().run()
            assert not page.exception
            assert ("Each person may keep 2 files" in shown(page)) is refused
            assert waiting(desk.home, "local").files == (0 if refused else count)


def _library() -> None:
    from ui.library import page

    page()
