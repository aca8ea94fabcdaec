"""Tables whose rows are in the documents are answered by rows; only missing bodies are said to be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.answer import Answer
from chat.assistant import Assistant
from tests.shelf import assistant_of

PAGE = """<html lang=en><head><title>Ports of the inland sea</title></head><body><article>
<h1>Ports of the inland sea</h1><p>2025-06-03</p><h2>1. Traffic</h2>
<p>Traffic in the four ports went different ways in 2025, and margins were thin for most of the year.</p>
<table><caption>Table 1: Cargo of the four ports</caption><tr><th>Port</th><th>2024</th><th>2025</th></tr>
<tr><td>Vik</td><td>412 tonnes</td><td>389 tonnes</td></tr>
<tr><td>Sundholm</td><td>207 tonnes</td><td>268 tonnes</td></tr>
<tr><td>Norrby</td><td>95 tonnes</td><td>91 tonnes</td></tr>
<tr><td>Ekvik</td><td>51 tonnes</td><td>77 tonnes</td></tr></table>
<h2>2. Fees</h2><p>Harbour fees rose in Sundholm because the quay was rebuilt.</p>
<p>Table 2: Fees by ship</p><p>Figure 1: Fees over ten years</p>
<p>Fees are expected to fall again when the quay is paid for.</p></article></body></html>"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory, bundled_engine) -> Assistant:
    return assistant_of(tmp_path_factory.mktemp("tables"), bundled_engine, {"ports.html": PAGE})


def anchors(answer: Answer) -> list[str]:
    return [citation.anchor for citation in answer.citations]


@pytest.mark.parametrize(
    "question",
    ["What does table 1 show?", "表1有什麼數字？", "表1里有哪些数字？"],
    ids=["en", "zh-Hant", "zh-Hans"],
)
def test_a_table_whose_rows_are_there_is_quoted(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.outcome == "answered"
    assert anchors(answer) == ["table-1", "table-1.r1", "table-1.r2", "table-1.r3", "table-1.r4"]
    assert all(statement.status == "verified" for statement in answer.statements)


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("In table 1, what was the cargo of Sundholm in 2025?", "table-1.r2"),
        ("表1裡 Norrby 在2025年的貨量是多少？", "table-1.r3"),
        ("In the table of cargo of the four ports, what did Ekvik have?", "table-1.r4"),
    ],
    ids=["named", "named in Chinese", "described"],
)
def test_the_row_that_a_question_speaks_of_is_quoted_beneath_its_caption(
    assistant: Assistant, question: str, row: str
) -> None:
    answer = assistant.ask(question)
    assert answer.outcome == "answered"
    assert anchors(answer) == ["table-1", row]
    assert {citation.title for citation in answer.citations} == {"Cargo of the four ports"}


@pytest.mark.parametrize(
    ("question", "anchor"), [("What does table 2 show?", "table-2"), ("圖1的數字是多少？", "figure-1")]
)
def test_a_caption_without_body_is_still_all_there_is(assistant: Assistant, question: str, anchor: str) -> None:
    answer = assistant.ask(question)
    assert answer.outcome == "content_missing"
    assert anchors(answer) == [anchor]


def test_of_two_tables_the_one_is_quoted_and_the_other_said_to_be_missing(assistant: Assistant) -> None:
    answer = assistant.ask("What do table 1 and table 2 show?")
    assert answer.outcome == "partial"
    assert {"table-1.r1", "table-2"} <= set(anchors(answer))
    assert answer.notice == assistant.ask("What does table 2 show?").notice


def test_a_model_is_told_which_body_is_missing_and_no_other(assistant: Assistant) -> None:
    shown = assistant.prompt("What does table 1 show?").messages[-1].content
    noted = [line for line in shown.splitlines() if "body is missing" in line.split(">")[0]]
    assert len(noted) == 2
    assert not any("Cargo" in line for line in noted)


def test_a_name_that_no_row_has_is_said_to_be_absent(assistant: Assistant) -> None:
    answer = assistant.ask("In table 1, what was the cargo of Microsoft?")
    assert (answer.outcome, answer.citations) == ("not_covered", ())


GRID = """# Grid storage

## 1. Capacity

Capacity reached 2.9 GWh at the end of the year.

Table 1: Cost by technology

| Technology | Capacity (MWh) | Cost ($/kWh) |
|:--|--:|--:|
| Lithium iron | 2,310 | 118 |
| Sodium | 340 | 131 |
| Flow battery | 250 | 264 |
"""


def test_rows_of_markdown_are_quoted_beneath_the_heads_of_their_columns(tmp_path: Path, bundled_engine) -> None:
    assistant = assistant_of(tmp_path, bundled_engine, {"grid.md": GRID})
    for question in ("How much does sodium storage cost per kWh?", "鈉儲能每度成本多少？"):
        answer = assistant.ask(question)
        quotes = [citation.quote for citation in answer.citations]
        heads = quotes.index("| Technology | Capacity (MWh) | Cost ($/kWh) |")
        assert "| Sodium | 340 | 131 |" in quotes[heads:]
        assert quotes.count(quotes[heads]) == 1
        assert {c.title for c in answer.citations if c.quote.startswith("|")} == {"Cost by technology"}
