"""A document that repeats the readers' questions (I7) silences none that answers them, and what differs is said."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from chat.answer import Answer
from chat.assistant import Assistant
from chat.settings import Settings
from ingest.document import Document, Edition, Work
from ingest.outline import outline_sections
from tests.shelf import assistant_of
from vectorstore.build import publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.echoes import is_question, repeats
from vectorstore.embed import default_embedding
from vectorstore.library import Shelf

REPORT = """# Harbours of the inland sea

## 1. Traffic

Cargo in Sundholm fell by 4% in 2023, and a further fall is expected while the quay is being rebuilt.

## 2. Fees

Harbour fees in Sundholm are 14 crowns a tonne, the highest of the four ports.

## 3. Fuel

Shore power covers 12% of calls in the four ports.

## 4. Ice

Icebreakers were out on 21 days.
"""
QUESTIONS = {
    "How did cargo in Sundholm develop in 2023?": "It rose by 31%.",
    "What are harbour fees in Sundholm?": "They are 77 crowns a tonne.",
    "How much of the calls does shore power cover?": "It is 88% of them.",
}
STUFFED = "# Review of theses\n\n" + "".join(
    f"## {number}. {question}\n\n{question} {said}\n\n" for number, (question, said) in enumerate(QUESTIONS.items(), 1)
)
ANN, BEN = "ann", "ben"
NEWER = datetime.date(2030, 1, 1)


@pytest.fixture(scope="module", params=["own", "own and newer", "published and newer"])
def assistant(request, tmp_path_factory, bundled_engine) -> Assistant:
    home = tmp_path_factory.mktemp("echoes")
    published = Work("harbours", {"en": "Harbours"}, date=datetime.date(2024, 3, 5))
    whose = "" if "published" in request.param else ANN
    stuffed = Work("review", {"en": "Review"}, date=NEWER if "newer" in request.param else None, private_to=whose)
    shelf = Shelf({}, {})
    for work, text in ((published, REPORT), (stuffed, STUFFED)):
        document = Document(text, "markdown")
        edition = Edition(work.id, "en", "original", f"{work.id}.md", document, outline_sections(document))
        shelf = shelf.with_edition(work, edition)
    catalogue = Catalogue.at(home)
    editions = list(shelf.editions.values())
    publish_build(home, catalogue, default_embedding(), lambda: bundled_engine, shelf.works, editions)
    catalogue.close()
    return Assistant(Settings(home=home), bundled_engine)


def works(answer: Answer) -> list[str]:
    return list(dict.fromkeys(citation.work for citation in answer.citations))


def is_private(assistant: Assistant) -> bool:
    return bool(assistant.build_for(ANN).works["review"].private_to)


@pytest.mark.case("I7")
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_document_that_repeats_the_question_stands_beside_the_one_that_answers(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question, user=ANN)
    private = is_private(assistant)
    assert works(answer) == (["harbours", "review"] if private else ["review", "harbours"])
    assert [statement.lead.split(" (")[0].rstrip(":") for statement in answer.statements if statement.lead] == [
        assistant.build_for(ANN).works[work].title("en") for work in works(answer)
    ]
    assert not any(repeats(question, statement.text) for statement in answer.statements)
    assert "different figures" in answer.notice
    assert ("then from your own" in answer.notice) is private


@pytest.mark.case("I7")
@pytest.mark.parametrize("question", QUESTIONS)
def test_another_person_is_answered_as_if_there_were_no_private_document(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question, user=BEN)
    private = is_private(assistant)
    assert works(answer) == (["harbours"] if private else ["review", "harbours"])
    assert bool(answer.notice) is not private


def test_within_one_work_a_heading_that_asks_the_question_leads_to_what_answers_it(assistant: Assistant) -> None:
    for question, said in QUESTIONS.items():
        answer = assistant.ask(question, works=["review"], user=ANN)
        assert [statement.text for statement in answer.statements][:1] == [said]


HELP = {
    "How do I write to the help desk?": "Letters go to the branch and are answered in turn.",
    "What do I bring to open an account?": "An identity card and a proof of address are enough.",
}


def test_a_page_of_questions_answers_those_that_no_other_document_does(tmp_path: Path, bundled_engine) -> None:
    pages = [f"## {question}\n\n{said}\n" for question, said in HELP.items()]
    help_page = "\n".join(["# Questions of clients\n", *pages])
    assistant = assistant_of(tmp_path, bundled_engine, {"harbours.md": REPORT, "help.md": help_page})
    for question, said in HELP.items():
        answer = assistant.ask(question)
        assert [statement.text for statement in answer.statements] == [said]


def test_what_nobody_else_answers_is_quoted_from_the_document_that_has_the_question(assistant: Assistant) -> None:
    assert works(assistant.ask("How many days were icebreakers out?", user=ANN)) == ["harbours"]


@pytest.mark.parametrize(
    ("question", "text", "again"),
    [
        ("What are harbour fees in Sundholm?", "what are  harbour fees in Sundholm ?", True),
        ("What are harbour fees in Sundholm?", "What are the harbour fees in Sundholm", True),
        ("What are harbour fees in Sundholm?", "Harbour fees in Sundholm are 14 crowns a tonne.", False),
        ("What are harbour fees in Sundholm?", "What happened to cargo in Vik?", False),
        ("東岸港口的貨量下跌了多少？", "东岸港口的货量下跌了多少", True),
        ("東岸港口的貨量下跌了多少？", "東岸港口的貨量下跌了一成,港口費不變。", False),
        ("Fees?", "Fees", False),
    ],
)
def test_an_echo_is_the_question_again_whatever_its_script_and_marks(question: str, text: str, again: bool) -> None:
    assert repeats(question, text) is again


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("What are the fees", True),
        ("報告怎麼看黃金", True),
        ("黃金？", True),
        ("Cargo fell by 4% in 2023.", False),
        ("港口費不變。", False),
    ],
)
def test_a_question_is_known_by_its_mark_or_its_word(text: str, asks: bool) -> None:
    assert is_question(text) is asks
