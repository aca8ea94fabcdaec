"""Several invented works: which of them answer, the newer first, each statement under its work and date."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chat.across import _other_figures, named
from chat.answer import Answer, Statement
from chat.assistant import Assistant
from chat.context import PASSAGE
from chat.recorded import Recorded
from tests.shelf import assistant_of

OLDER = """# Harbours of the inland sea: outlook 2024

2024-03-05

Author: Sound Research

## 1. Traffic

Cargo in Sundholm fell by 4% in 2023, and Sound Research expects a further fall while the quay is being rebuilt.

Vik gained what Sundholm lost: its cargo rose by 6% in 2023.

## 2. Fees

Harbour fees in Sundholm are 14 crowns a tonne, the highest of the four ports.

## 3. Fuel

Shore power covers 12% of calls in the four ports.
"""
NEWER = """# Harbours of the inland sea: outlook 2025

2025-03-04

Author: Sound Research

## 1. Traffic

Cargo in Sundholm rose by 9% in 2024 after the quay was reopened, and Sound Research expects a rise of 5% in 2025.

Vik lost part of what it had gained: its cargo fell by 3% in 2024.

## 2. Fees

Harbour fees in Sundholm were raised to 17 crowns a tonne in January 2025.

## 3. Ice

The ice winter was short: icebreakers were out on 21 days.
"""
CHINESE = """內海的風與港口

作者：海聲研究

一、風

北風使渡輪停航六次,是十年來最多的一年。

二、港口

東岸港口的貨量下跌了一成,港口費不變。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory, bundled_engine) -> Assistant:
    files = {"harbours-2024.md": OLDER, "harbours-2025.md": NEWER, "wind.txt": CHINESE}
    return assistant_of(tmp_path_factory.mktemp("across"), bundled_engine, files)


def works(answer: Answer) -> list[str]:
    return list(dict.fromkeys(citation.work for citation in answer.citations))


@pytest.mark.parametrize(
    "question",
    [
        "How did cargo in Sundholm develop?",
        "What are harbour fees in Sundholm?",
        "What happened to cargo in Vik?",
        "Sundholm的港口费是多少？",
    ],
)
def test_where_two_works_answer_the_newer_comes_first_and_each_is_named_with_its_date(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert works(answer) == ["harbours-2025", "harbours-2024"]
    assert re.search("newer first|較新的在前|较新的在前", answer.notice)
    leads = [statement.lead for statement in answer.statements if statement.lead]
    assert [re.search(r"\d{4}年|\d{4}\)", lead)[0][:4] for lead in leads] == ["2025", "2024"]
    assert all("Harbours of the inland sea" in lead for lead in leads)
    lines = answer.text.split("\n")
    assert [line for line in lines if line in leads] == leads
    assert all(statement.status == "verified" for statement in answer.statements)


@pytest.mark.parametrize(
    ("question", "work"),
    [
        ("How many days were icebreakers out?", "harbours-2025"),
        ("How much of the calls does shore power cover?", "harbours-2024"),
        ("渡輪因為北風停航了幾次？", "wind"),
        ("東岸港口的貨量下跌了多少？", "wind"),
    ],
)
def test_what_one_work_alone_answers_is_quoted_from_it_alone_and_needs_no_name(
    assistant: Assistant, question: str, work: str
) -> None:
    answer = assistant.ask(question)
    assert works(answer) == [work]
    assert not answer.notice
    assert not any(statement.lead for statement in answer.statements)


def test_a_work_that_lacks_the_name_asked_for_does_not_answer(assistant: Assistant) -> None:
    assert works(assistant.ask("請問 Sundholm 港口的貨量有什麼變化？")) == ["harbours-2025", "harbours-2024"]


def test_asked_of_one_work_the_other_is_silent(assistant: Assistant) -> None:
    answer = assistant.ask("How did cargo in Sundholm develop?", works=["harbours-2024"])
    assert works(answer) == ["harbours-2024"]
    assert not any(statement.lead for statement in answer.statements)


def test_a_work_without_a_date_comes_last_and_has_none(assistant: Assistant) -> None:
    answer = assistant.ask("Who is the author?")
    assert works(answer) == ["harbours-2025", "harbours-2024", "wind"]
    assert answer.statements[-1].lead == "內海的風與港口:"


def numbers(assistant: Assistant, question: str, *words: str) -> list[str]:
    """The numbers under which a model is shown the passages with these words."""
    shown = assistant.prompt(question).messages[-1].content
    found = PASSAGE.findall(shown)
    return [next(number for number, text in found if word in text) for word in words]


def test_a_model_sees_which_document_a_passage_is_of_and_its_date(assistant: Assistant) -> None:
    shown = assistant.prompt("How did cargo in Sundholm develop?").messages[-1].content
    found = re.findall(r'document="(\d)" date="([^"]*)"[^>]*>([^<]*)<', shown)
    dates = {word: {(n, date) for n, date, text in found if word in text} for word in ("rose by 9%", "fell by 4%")}
    ((newer, newer_date),), ((older, older_date),) = dates.values()
    assert (newer_date, older_date) == ("2025-03-04", "2024-03-05")
    assert newer != older
    assert {date for *_, date, text in found if "渡輪" in text} == {"unknown"}
    alone = assistant.prompt("How did cargo in Sundholm develop?", works=["harbours-2025"]).messages[-1].content
    assert "date=" not in alone


def test_a_models_statements_are_named_too_and_an_order_it_chose_is_not_called_newer_first(
    assistant: Assistant,
) -> None:
    question = "How did cargo in Sundholm develop?"
    newer, older = numbers(assistant, question, "rose by 9%", "fell by 4%")
    reply = f"Cargo in Sundholm fell by 4% in 2023. [{older}]\nCargo in Sundholm rose by 9% in 2024. [{newer}]\n"
    answer = assistant.complete(question, Recorded(reply, "scripted"))
    assert answer.writer == "model"
    assert works(answer) == ["harbours-2024", "harbours-2025"]
    assert ["2024)" in answer.statements[0].lead, "2025)" in answer.statements[1].lead] == [True, True]
    assert "newer first" not in answer.notice
    assert "different dates" in answer.notice


def test_a_statement_that_rests_on_both_names_both(assistant: Assistant) -> None:
    answer = assistant.ask("How did cargo in Sundholm develop?")
    both = tuple(citation.number for citation in answer.citations)
    joined = replace(answer, statements=(Statement("Cargo fell by 4%, then rose by 9%.", both),), notice="")
    (statement,) = named(joined, assistant.build).statements
    assert [year in statement.lead for year in ("2025)", "2024)")] == [True, True]


@pytest.mark.parametrize(
    ("one", "two", "differ"),
    [
        ("Fees are 14 crowns a tonne.", "Fees are 77 crowns a tonne.", True),
        ("Cargo fell by 4%.", "貨量下跌7%。", True),
        ("Cargo fell by 4% in 2023.", "貨量在2024年下跌4%。", False),
        ("Fees are 14 crowns a tonne.", "Groups of up to twelve may visit.", False),
        ("Revenue was US$5m.", "Revenue was 40% higher.", False),
    ],
)
def test_figures_differ_where_one_measure_has_two_values(one: str, two: str, *, differ: bool) -> None:
    assert _other_figures(one, two) is differ
