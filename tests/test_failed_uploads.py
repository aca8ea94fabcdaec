"""A file that failed, then a question about it (A6): no other document answers in its place without a word."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.assistant import Assistant
from chat.conversation import still_asked
from chat.settings import Settings
from evals.odd_files import pairs, without_text
from ingest.document import LANGUAGES, Refusal
from tests.bigrams import NAME, Bigrams
from vectorstore.librarian import Librarian
from vectorstore.uploads import Upload

pytestmark = pytest.mark.case("A6")

OTHER = b"# Harbour notes\n\n## 1. Freight\n\nFreight fell by 60% in 2025.\n\n## 2. Margins\n\nMargins held at 12%.\n"
ASKED = (
    "How far did freight fall in 2025?",
    "運價跌了多少？",
    "毛利率是多少？",
    "What does this file say?",
    "Summarise the document.",
)


def failing() -> list[Upload]:
    """Ten files that are refused: without text, of other kinds, empty, broken."""
    refused = [odd.data for odd in [*without_text(), *pairs()] if odd.text is None]
    contents = [*dict.fromkeys(refused), b"", b" \n", b"%PDF-1.7 nothing", b"<html><body></body></html>"]
    endings = itertools.cycle(("pdf", "docx", "md", "txt", "html"))
    return [Upload(f"zorblatt-{n}.{next(endings)}", data) for n, data in enumerate(contents)]


def test_none_of_fifty_questions_about_a_failed_file_is_answered_from_another(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    assistant = published(Settings(home=tmp_path, embedding=NAME))
    librarian = Librarian(tmp_path, assistant._catalogue, NAME, Bigrams(), "ann")
    staged = librarian.stage(failing())
    assert {one.state.state for one in staged} == {"refused"}
    silent = []
    for upload, question in itertools.product(failing(), ASKED):
        chosen = (upload.name.rpartition(".")[0],)
        works = still_asked(chosen, assistant.build_for("ann").works)
        try:
            silent.append(assistant.ask(question, works=works, user="ann").text)
        except Refusal as refusal:
            silent += [said for said in map(refusal.in_language, LANGUAGES) if chosen[0] not in said]
    tried = len(staged) * len(ASKED)
    record_property("tried", tried)
    record_property("held", tried - len(silent))
    assert tried >= 50
    assert silent == []
    named = assistant.ask("What does the Zorblatt filing say about freight?", user="ann")
    assert (named.outcome, named.citations) == ("not_covered", ())
    assert "Zorblatt" in named.notice
    assistant.close()


def published(settings: Settings) -> Assistant:
    from vectorstore.catalogue import Catalogue

    catalogue = Catalogue.at(settings.home)
    librarian = Librarian(settings.home, catalogue, NAME, Bigrams())
    librarian.publish([(one, librarian.description(one)) for one in librarian.stage([Upload("notes.md", OTHER)])])
    catalogue.close()
    return Assistant(settings, Bigrams())


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [((), ()), (("a",), ("a",)), (("a", "gone"), ("a",)), (("gone",), ("gone",)), (("gone", "too"), ("gone", "too"))],
)
def test_what_is_left_of_a_choice_is_asked_and_never_everything(
    chosen: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    assert still_asked(chosen, {"a", "b"}) == asked
