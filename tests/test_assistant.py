"""The whole path on an invented report: real index, real engine, checked answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chat.__main__ import main as chat
from chat.answer import Turn
from chat.assistant import Assistant
from chat.rows import answer_row
from ingest.__main__ import main as ingest
from ingest.document import Refusal
from vectorstore.words import to_simplified

DATA = Path(__file__).parent / "data"
QUESTIONS = [json.loads(line) for line in (DATA / "second-report.questions.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def home(second_home: Path) -> Path:
    return second_home


@pytest.fixture
def assistant(second_assistant: Assistant) -> Assistant:
    return second_assistant


@pytest.mark.case("V4")
@pytest.mark.parametrize("row", QUESTIONS, ids=[row["id"] for row in QUESTIONS])
def test_every_quote_stands_in_its_edition_and_the_reply_in_the_readers_language(
    assistant: Assistant, row: dict[str, object]
) -> None:
    answer = assistant.ask(str(row["question"]))
    assert answer.language == row["lang"]
    editions = {edition.id: edition for edition in assistant.editions("second")}
    for citation in answer.citations:
        text = editions[citation.edition].document.text
        assert text[citation.start : citation.end] == citation.quote
        if citation.original is not None:
            original = editions[citation.original.edition].document.text
            assert original[citation.original.start : citation.original.end] == citation.original.quote
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert all(statement.status == "verified" and statement.citations for statement in answer.statements)


@pytest.mark.case("V4")
def test_most_questions_cite_a_gold_section(assistant: Assistant) -> None:
    asked = [row for row in QUESTIONS if row["answerable"]]
    hits = 0
    for row in asked:
        cited = {citation.anchor for citation in assistant.ask(row["question"]).citations}
        hits += bool(cited & {*row["gold_anchors"], *row.get("alt_anchors", [])})
    assert hits / len(asked) >= 0.7


@pytest.mark.parametrize(
    "question",
    [
        "What scenarios does the report see for freight rates?",
        "What scenarios does the report set out for bank margins?",
        "報告對銀行息差設想了哪些情境？",
    ],
)
def test_scenarios_asked_for_are_all_of_them_in_order(assistant: Assistant, question: str) -> None:
    assert [citation.anchor for citation in assistant.ask(question).citations] == ["5.1", "5.2"]


@pytest.mark.case("Q2")
def test_a_table_without_body_is_said_to_be_one_and_its_caption_cited(assistant: Assistant) -> None:
    answer = assistant.ask("表1裡最高的數字是多少？")
    assert answer.outcome == "content_missing"
    assert [citation.anchor for citation in answer.citations] == ["table-1"]
    assert answer.notice


@pytest.mark.case("Q2")
@pytest.mark.parametrize("question", ["How did Zorblatt Industries do?", "報告怎麼看 Zorblatt？"])
def test_a_name_that_no_document_has_is_not_covered(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.outcome == "not_covered"
    assert "Zorblatt" in answer.notice
    assert answer.nearest
    assert not answer.citations


@pytest.mark.case("Q5")
def test_advice_is_declined(assistant: Assistant) -> None:
    assert assistant.ask("Should I buy shipping shares?").outcome == "declined"


def test_a_reader_of_simplified_sees_simplified_and_the_quote_stays_as_printed(assistant: Assistant) -> None:
    row = next(r for r in QUESTIONS if r["lang"] == "zh-Hans" and r["answerable"])
    answer = assistant.ask(row["question"])
    for statement in answer.statements:
        assert statement.text == to_simplified(statement.text)
    assert any(to_simplified(citation.quote) != citation.quote for citation in answer.citations)


def test_a_follow_up_is_answered_from_the_section_before(assistant: Assistant) -> None:
    row = next(r for r in QUESTIONS if r["lang"] == "zh-Hant" and r["answerable"] and r["kind"] == "fact")
    answer = assistant.ask("它呢？", history=[Turn("user", row["question"]), Turn("assistant", "…")])
    assert {citation.anchor for citation in answer.citations} & set(row["gold_anchors"])


@pytest.mark.case("R1")
@pytest.mark.parametrize("question", ["", " \n", "x" * 4001])
def test_an_empty_or_overlong_question_is_refused(assistant: Assistant, question: str) -> None:
    with pytest.raises(Refusal):
        assistant.ask(question)


@pytest.mark.case("Q1")
@pytest.mark.parametrize(
    "question",
    [
        "?",
        "。",
        "🙂",
        "{context} {0} %s {{",
        "\x00\ud800",
        "a" * 4000,
        "\n" * 200 + "x",
        "$1 `b` **c**",
        "‮abc",
        "' OR 1=1",
    ],
)
def test_odd_questions_get_an_answer_or_a_refusal_never_an_error(assistant: Assistant, question: str) -> None:
    json.dumps(answer_row(assistant.ask(question)))


def test_a_row_has_the_contracts_keys(assistant: Assistant) -> None:
    row = answer_row(assistant.ask(QUESTIONS[0]["question"]), 7)
    assert list(row) == [
        "id",
        "question",
        "language",
        "outcome",
        "answer",
        "statements",
        "citations",
        "nearest",
        "hits",
        "writer",
        "model",
        "prompt_version",
        "build",
        "ms",
        "tokens",
    ]
    assert row["id"] == 7
    assert set(row["ms"]) == {"retrieve", "first_sentence", "total"}
    assert sum(len(hit["editions"][0]["text"]) for hit in row["hits"]) >= 1500
    assert set(row["citations"][0]) >= {
        "number",
        "work",
        "edition",
        "lang",
        "kind",
        "anchor",
        "title",
        "quote",
        "start",
        "end",
        "page",
    }


def test_a_new_build_is_taken_up_at_the_next_question(
    home: Path, assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Harbour note\n\n## Quokka fees\n\nQuokka fees rose by 41% in Port Ember.\n", encoding="utf-8")
    monkeypatch.setenv("FOOTNOTE_HOME", str(home))
    assert ingest([str(note), "--lang", "en"]) == 0
    answer = assistant.ask("By how much did Quokka fees rise?")
    assert "41%" in answer.text
    assert ingest(["--remove", "note"]) == 0
    assert assistant.ask("By how much did Quokka fees rise?").outcome == "not_covered"


def test_a_batch_gives_a_row_for_every_line_in_order(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(home))
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        json.dumps({"id": "a", "question": QUESTIONS[0]["question"]}, ensure_ascii=False),
        "{broken",
        json.dumps({"id": 3}),
        json.dumps({"id": "d", "question": "What?", "works": ["nowhere"]}),
        '{"id": "e", "question": "' + "\\ud800" + '"}',
        json.dumps({"id": "f", "question": "Which bank?", "history": [{"role": "user", "content": "x"}]}),
    ]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert chat(["ask", "--batch", str(source), "--out", str(target)]) == 1
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["a", None, 3, "d", "e", "f"]
    assert [row.get("line") for row in rows] == [None, 2, 3, 4, None, None]
    assert set(rows[1]) == {"id", "line", "error"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_the_command_prints_one_json_value(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(home))
    assert chat(["ask", "哪些港口？", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["language"] == "zh-Hant"
    assert chat(["ask", "Which ports?", "--lang", "zh-Hans", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["language"] == "zh-Hans"


def test_without_an_index_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "none"))
    assert chat(["ask", "Anything?"]) == 2
    assert "python -m ingest" in capsys.readouterr().err
