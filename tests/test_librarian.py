"""What an editor does: uploads are read and described, published, corrected, replaced, taken out, indexed again."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.document import LANGUAGES, Refusal
from tests.bigrams import NAME, Bigrams
from tests.conftest import DATA
from tests.pdf import pdf_file
from vectorstore.build import open_build, writer_lock
from vectorstore.catalogue import Catalogue
from vectorstore.intake import Wishes
from vectorstore.librarian import MAX_FILES, Librarian
from vectorstore.uploads import Upload, safe_name

LANES = b"# Lanes\n\n2025-09-03\n\nAuthor: A Team\n\n## 1. Ships\n\nFreight fell by 60%.\n\n## 2. Banks\n\nFees rose.\n"
NEWER = LANES.replace(b"60%", b"71%")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def catalogue(home: Path) -> Catalogue:
    return Catalogue.at(home)


@pytest.fixture
def librarian(home: Path, catalogue: Catalogue) -> Librarian:
    return Librarian(home, catalogue, NAME, Bigrams())


Add = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def add(librarian: Librarian) -> Add:
    """Stages a file and publishes it as it was found to be."""

    def add(name: str, data: bytes, wishes: Wishes | None = None) -> list[tuple[str, str]]:
        staged = librarian.stage([Upload(name, data)], wishes)
        return librarian.publish([(one, librarian.description(one)) for one in staged])

    return add


def waiting(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "uploads").rglob("*") if path.is_file())


# Reading


def test_what_is_staged_is_described_and_not_in_the_library(librarian: Librarian, home: Path) -> None:
    (staged,) = librarian.stage([Upload("lanes.md", LANES)])
    said = librarian.description(staged)
    assert (said.title, said.author, said.date) == ("Lanes", "A Team", datetime.date(2025, 9, 3))
    assert (said.work, said.lang, said.kind, said.themes) == ("lanes", "en", "original", ())
    assert librarian.shelf.editions == {}
    assert waiting(home) == ["lanes.md"]


@pytest.mark.case("F1")
def test_a_refused_file_harms_no_other_and_says_why(librarian: Librarian) -> None:
    heard = []
    uploads = [Upload("a.pdf", b"%PDF-1.7 nothing"), Upload("lanes.md", LANES), Upload("b.png", b"\x89PNG\r\n\x1a\n")]
    staged = librarian.stage(uploads, tell=heard.append)
    assert [one.state.state for one in staged] == ["refused", "ready", "refused"]
    assert [state.file for state in heard] == ["a.pdf", "lanes.md", "b.png"]
    with pytest.raises(Refusal) as caught:
        librarian.description(staged[0])
    assert all("a.pdf" in caught.value.in_language(language) for language in LANGUAGES)


@pytest.mark.case("S6")
def test_what_is_discarded_leaves_nothing(librarian: Librarian, home: Path) -> None:
    (staged,) = librarian.stage([Upload("lanes.md", LANES)])
    librarian.discard(staged)
    assert waiting(home) == []


def test_a_pair_is_described_as_two_editions_of_one_work(librarian: Librarian) -> None:
    chinese = (DATA / "second-report.zh-Hant.txt").read_bytes()
    english = (DATA / "second-report.en.md").read_bytes()
    staged = librarian.stage([Upload("trade.zh.txt", chinese), Upload("trade.en.md", english)])
    said = [librarian.description(one) for one in staged]
    assert len({one.work for one in said}) == 1
    assert [(one.lang, one.kind) for one in said] == [("zh-Hant", "original"), ("en", "translation")]
    librarian.publish(list(zip(staged, said, strict=True)))
    (work,) = librarian.shelf.works.values()
    assert set(work.titles) == {"zh-Hant", "en"}


def test_another_document_of_a_taken_name_gets_a_name_of_its_own(librarian: Librarian, add: Add) -> None:
    add("lanes.md", LANES)
    (staged,) = librarian.stage([Upload("Lanes.txt", b"# Tides\n\n## 1. Sea\n\nIt rose.\n\n## 2. Land\n\n## 3. Sky\n")])
    assert librarian.description(staged).work == "lanes-2"


@pytest.mark.case("R1")
def test_too_many_files_are_refused_before_one_is_read(librarian: Librarian, home: Path) -> None:
    with pytest.raises(Refusal) as caught:
        librarian.stage([Upload("a.md", LANES)] * (MAX_FILES + 1))
    assert caught.value.key == "uploads-too-many"
    assert not (home / "uploads").exists()


@pytest.mark.case("A7")
@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("\\\\host\\share\\a.md", "a.md"),
        ("/abs/report.md", "report.md"),
        ("..", "document"),
        ("", "document"),
        ("a\0b\n.md", "ab.md"),
        ("\u202egpj.exe", "gpj.exe"),
        ("CON.txt", "_CON.txt"),
        (".hidden", "hidden"),
        ("年報 (2025).pdf", "年報 (2025).pdf"),
        ("a<b>:c|d?.md", "a_b__c_d_.md"),
        ("\ud800.md", "?.md".replace("?", "_")),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_no_name_leads_out_of_its_folder(librarian: Librarian, home: Path, name: str, safe: str) -> None:
    assert safe_name(name) == safe
    (staged,) = librarian.stage([Upload(name, LANES)])
    assert staged.state.path.resolve().parent.parent == (home / "uploads").resolve()
    assert staged.state.state == "ready"


@pytest.mark.case("A7")
def test_a_name_of_any_length_is_kept_short_with_its_ending() -> None:
    assert len(safe_name("長" * 300 + ".pdf").encode()) <= 120
    assert safe_name("長" * 300 + ".pdf").endswith("長.pdf")


# Publishing


def test_what_is_said_of_a_file_holds_once_it_is_published(librarian: Librarian, home: Path, catalogue) -> None:
    (staged,) = librarian.stage([Upload("lanes.md", LANES)])
    said = librarian.description(staged)
    said = replace(
        said, title="Three  lanes", author="B", date=datetime.date(2024, 1, 2), themes=("macro",), kind="digest"
    )
    assert librarian.publish([(staged, said)]) == [("lanes", "en-digest")]
    (work,), (edition,) = librarian.shelf.works.values(), librarian.shelf.editions.values()
    assert (work.titles, work.author, work.date) == ({"en": "Three lanes"}, "B", datetime.date(2024, 1, 2))
    assert work.themes == {"1": ["macro"], "2": ["macro"]}
    assert (edition.id, edition.file) == ("en-digest", "lanes.md")
    assert waiting(home) == []
    build = open_build(home, catalogue)
    assert {place.work for place in build.places} == {"lanes"}
    build.close()


@pytest.mark.parametrize(
    ("wrong", "key"), [({"title": " "}, "title-empty"), ({"work": "../x"}, "work-name-wrong")], ids=["title", "name"]
)
def test_a_description_that_cannot_hold_changes_nothing(librarian: Librarian, home: Path, wrong, key: str) -> None:
    (staged,) = librarian.stage([Upload("lanes.md", LANES)])
    with pytest.raises(Refusal) as caught:
        librarian.publish([(staged, replace(librarian.description(staged), **wrong))])
    assert caught.value.key == key
    assert librarian.shelf.editions == {}
    assert waiting(home) == ["lanes.md"]


def test_two_files_cannot_be_one_edition(librarian: Librarian) -> None:
    staged = librarian.stage([Upload("a.md", LANES), Upload("b.md", NEWER.replace(b"Lanes", b"Other"))])
    first = librarian.description(staged[0])
    with pytest.raises(Refusal) as caught:
        librarian.publish([(staged[0], first), (staged[1], first)])
    assert caught.value.key == "edition-twice"


@pytest.mark.case("S5")
def test_a_second_writer_is_refused_and_nothing_is_lost(librarian: Librarian, home: Path) -> None:
    (staged,) = librarian.stage([Upload("lanes.md", LANES)])
    with writer_lock(home), pytest.raises(Refusal) as caught:
        librarian.publish([(staged, librarian.description(staged))])
    assert caught.value.key == "writer-busy"
    assert librarian.publish([(staged, librarian.description(staged))]) == [("lanes", "en-original")]


def test_a_replaced_text_is_still_found_by_who_quoted_it(librarian: Librarian, add: Add, catalogue: Catalogue) -> None:
    add("lanes.md", LANES)
    before = catalogue.live_build()
    assert before is not None
    add("new.md", NEWER, Wishes(work="lanes", lang="en", kind="original"))
    (edition,) = librarian.shelf.editions.values()
    assert "71%" in edition.document.text
    quoted = catalogue.quoted_edition(before.id, "lanes", "en-original")
    assert quoted is not None
    assert "60%" in quoted.document.text


def test_the_same_words_in_another_kind_of_file_bring_its_pages(librarian: Librarian, add: Add) -> None:
    words = "Tides rose in the harbour for most of the year."
    add("tides.html", f"<html><body><article><p>{words}</p></article></body></html>".encode())
    add("tides.pdf", pdf_file([words]), Wishes(work="tides", lang="en", kind="original"))
    (edition,) = librarian.shelf.editions.values()
    assert (edition.document.format, len(edition.document.pages)) == ("pdf", 1)
    assert edition.document.text.strip() == words


def test_one_text_is_replaced_by_one_file(librarian: Librarian, add: Add) -> None:
    add("lanes.md", LANES)
    with pytest.raises(Refusal) as caught:
        librarian.stage([Upload("a.md", NEWER), Upload("b.md", NEWER)], Wishes(work="lanes"))
    assert caught.value.key == "replace-one-file"


# What is published


def test_an_edition_is_corrected_in_place(librarian: Librarian, add: Add) -> None:
    add("lanes.md", LANES)
    known = librarian.shelf
    said = librarian.stage([Upload("lanes.md", LANES)])[0]
    description = replace(librarian.description(said), title="Routes", kind="digest", themes=("crypto", "ai"))
    librarian.correct("lanes", "en-original", description)
    (work,), (edition,) = librarian.shelf.works.values(), librarian.shelf.editions.values()
    assert work.titles == {"en": "Routes"}
    assert work.themes == {"1": ["crypto", "ai"], "2": ["crypto", "ai"]}
    assert (edition.id, edition.document) == ("en-digest", known.editions["lanes", "en-original"].document)


def test_a_correction_takes_nobodys_place(librarian: Librarian, add: Add) -> None:
    add("lanes.md", LANES)
    add("digest.md", NEWER, Wishes(work="lanes", kind="digest"))
    said = replace(librarian.description(librarian.stage([Upload("x.md", LANES)])[0]), work="lanes", kind="digest")
    with pytest.raises(Refusal) as caught:
        librarian.correct("lanes", "en-original", said)
    assert caught.value.key == "edition-taken"
    with pytest.raises(Refusal):
        librarian.correct("lanes", "zh-Hant-original", said)


@pytest.mark.case("S6")
def test_what_is_taken_out_is_gone_with_its_file(librarian: Librarian, add: Add, home: Path, catalogue) -> None:
    add("lanes.md", LANES)
    add("tides.pdf", pdf_file(["Tides rose in the harbour for most of the year."]))
    before = catalogue.live_build()
    assert before is not None
    assert len(list((home / "files").iterdir())) == 1
    librarian.remove("tides", "en-original")
    assert set(librarian.shelf.works) == {"lanes"}
    assert list((home / "files").iterdir()) == []
    assert catalogue.quoted_edition(before.id, "tides", "en-original") is None


def test_the_last_work_can_be_taken_out(librarian: Librarian, add: Add, home: Path, catalogue: Catalogue) -> None:
    add("lanes.md", LANES)
    librarian.remove("lanes")
    assert librarian.shelf.editions == {}
    build = open_build(home, catalogue)
    assert build.places == []
    build.close()


def test_the_index_is_made_again_from_the_catalogue(librarian: Librarian, add: Add, home: Path, catalogue) -> None:
    add("lanes.md", LANES)
    before = catalogue.live_build()
    assert before is not None
    shutil.rmtree(home / "builds" / before.id)
    told: list[tuple[int, int]] = []
    librarian.index_again(lambda done, total: told.append((done, total)))
    build = open_build(home, catalogue)
    assert build.id != before.id
    assert {place.passage.anchor for place in build.places} == {
        "0.title",
        "0.date",
        "0.author",
        "1",
        "1.p1",
        "2",
        "2.p1",
    }
    assert told == []
    build.close()
