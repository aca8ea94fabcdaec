"""Batches answered elsewhere: the prompts that go out and the completions that come back, by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chat.__main__ import main as chat
from chat.context import NOT_IN_DOCUMENTS, PASSAGE

QUESTIONS = [
    {"id": 1, "question": "How far did the Eastring freight index fall between July 2024 and August 2025?"},
    {"id": "b", "question": "And by how much?", "history": [{"role": "user", "content": "What of Hailan Shipping?"}]},
    {"id": "c", "question": "Should I buy shipping shares?"},
    {"id": "d", "question": "環東運價指數跌了多少？"},
]
FELL = "The Eastring freight index fell from 3,680 points in July 2024 to 1,472 points in August 2025, a drop of 60%"


@pytest.fixture
def files(second_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOOTNOTE_HOME", str(second_home))
    write(tmp_path / "in.jsonl", QUESTIONS)
    return tmp_path


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def prompts_of(files: Path) -> list[dict[str, Any]]:
    assert chat(["ask", "--batch", str(files / "in.jsonl"), "--prompts", str(files / "prompts.jsonl")]) == 0
    return read(files / "prompts.jsonl")


def complete(files: Path, completions: list[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    write(files / "completions.jsonl", completions)
    names = [str(files / name) for name in ("in.jsonl", "completions.jsonl", "out.jsonl")]
    code = chat(["ask", "--batch", names[0], "--completions", names[1], "--out", names[2]])
    return code, read(files / "out.jsonl")


def passage_of(row: dict[str, Any], words: str) -> str:
    found = PASSAGE.findall(row["messages"][-1]["content"])
    return next(number for number, text in found if words in text)


def test_a_prompt_is_written_for_every_line(files: Path) -> None:
    rows = prompts_of(files)
    assert [row["id"] for row in rows] == [1, "b", "c", "d"]
    for row in rows:
        assert list(row) == ["id", "messages", "build", "prompt_digest"]
        assert [message["role"] for message in row["messages"]] == ["system", "user"]
    assert rows == prompts_of(files)


def test_a_completion_becomes_a_checked_answer(files: Path) -> None:
    prompts = prompts_of(files)
    text = f"{FELL} [{passage_of(prompts[0], '3,680 points')}]. It fell by 61% [1]."
    texts = [text, NOT_IN_DOCUMENTS, "Buy! [1]", NOT_IN_DOCUMENTS]
    rows = [{**prompt, "text": text} for prompt, text in zip(prompts, texts, strict=True)]
    code, answers = complete(files, rows)
    assert code == 0
    assert [row["id"] for row in answers] == [1, "b", "c", "d"]
    assert [statement["text"] for statement in answers[0]["statements"]] == [FELL + "."]
    assert [row["outcome"] for row in answers] == ["answered", "not_covered", "declined", "not_covered"]
    assert [row["writer"] for row in answers] == ["model", "model", "quotes", "model"]
    assert answers[0]["build"] == prompts[0]["build"]


def test_a_completion_of_an_id_and_a_text_is_enough(files: Path) -> None:
    code, answers = complete(files, [{"id": q["id"], "text": NOT_IN_DOCUMENTS} for q in QUESTIONS])
    assert code == 0
    assert len(answers) == 4


@pytest.mark.parametrize("other", [{"build": "another"}, {"prompt_digest": "another"}])
def test_a_completion_for_another_build_or_prompt_is_an_error_row(files: Path, other: dict[str, str]) -> None:
    rows = [{"id": q["id"], "text": NOT_IN_DOCUMENTS} for q in QUESTIONS]
    rows[1] |= other
    code, answers = complete(files, rows)
    assert code == 1
    assert [set(row) == {"id", "line", "error"} for row in answers] == [False, True, False, False]


def test_a_line_without_completion_is_an_error_row(files: Path) -> None:
    code, answers = complete(files, [{"id": 1, "text": NOT_IN_DOCUMENTS}])
    assert code == 1
    assert ["error" in row for row in answers] == [False, True, True, True]


@pytest.mark.parametrize("line", ["{", '{"id": 1}', "[]", '{"id": 1, "text": 3}'])
def test_a_file_that_holds_no_completions_is_refused(
    files: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "completions.jsonl").write_text(line + "\n", encoding="utf-8")
    names = [str(files / name) for name in ("in.jsonl", "completions.jsonl", "out.jsonl")]
    assert chat(["ask", "--batch", names[0], "--completions", names[1], "--out", names[2]]) == 2
    assert "1" in capsys.readouterr().err
    assert not (files / "out.jsonl").exists()


def test_the_prompt_is_shown(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del files
    assert chat(["ask", str(QUESTIONS[0]["question"]), "--show-prompt"]) == 0
    shown = capsys.readouterr().out
    assert FELL[1:] in shown
    assert str(QUESTIONS[0]["question"]) in shown
    assert NOT_IN_DOCUMENTS in shown
