"""Every limit to the one: what lies at it is taken, what lies one above is refused and the limit named (R1)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import ingest.read
import ingest.read_pdf
import vectorstore.librarian
from chat.answer import Turn
from chat.assistant import QUESTION_LIMIT, check_question
from chat.rewrite import TURN_CHARACTERS, TURNS, rewrite_prompt
from ingest.document import LANGUAGES, Refusal
from ingest.read import read_document
from tests.bigrams import NAME, Bigrams
from tests.pdf import pdf_file
from vectorstore.catalogue import Catalogue
from vectorstore.librarian import Librarian
from vectorstore.uploads import Upload

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
