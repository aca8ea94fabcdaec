"""Evaluations with a language model: question sets answered elsewhere, and what our own work adds to a model's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import evals.overhead
from chat.answer import Answer
from chat.assistant import Assistant
from chat.completions import Completions
from chat.context import PASSAGE
from chat.settings import Settings
from evals.elsewhere import Completed, answered, write_prompts
from evals.gold import Question
from ingest.document import Refusal

FELL = "The Eastring freight index fell from 3,680 points in July 2024 to 1,472 points in August 2025, a drop of 60%"
QUESTIONS = [
    Question(id=id_, lang="en", kind="fact", question=text, answerable=True)
    for id_, text in (
        ("q1", "How far did the Eastring freight index fall between July 2024 and August 2025?"),
        ("q2", "What happened at Penwan Ports?"),
    )
]


@pytest.fixture
def settings(second_home: Path) -> Settings:
    return Settings(_env_file=None, home=second_home)  # type: ignore[call-arg]


@pytest.fixture
def assistant(settings: Settings) -> Assistant:
    return Assistant(settings)


@pytest.fixture
def prompts(assistant: Assistant, tmp_path: Path) -> list[dict[str, object]]:
    write_prompts(tmp_path / "prompts.jsonl", assistant, QUESTIONS)
    return [json.loads(line) for line in (tmp_path / "prompts.jsonl").read_text("utf-8").splitlines()]


def completed(folder: Path, assistant: Assistant, row: dict[str, object]) -> tuple[Answer, Answer]:
    """The answers to both questions, where one of them has a completion."""
    (folder / "completions.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    completions = Completions(folder / "completions.jsonl")
    mine = answered(QUESTIONS, completions)
    assert [question.id for question in mine] == ["q1"]
    asks = Completed(assistant, completions, mine)
    first, second = (asks.ask(question.question) for question in QUESTIONS)
    return first, second


def number_of(row: dict[str, object], words: str) -> str:
    found = PASSAGE.findall(json.dumps(row["messages"]).replace('\\"', '"'))
    return next(number for number, text in found if words in text)


def test_a_set_is_answered_from_completions_and_checked(
    prompts: list[dict[str, object]], assistant: Assistant, tmp_path: Path
) -> None:
    assert [row["id"] for row in prompts] == ["q1", "q2"]
    text = f"{FELL} [{number_of(prompts[0], '3,680 points')}]. It fell by 61% [1]."
    row = {**prompts[0], "text": text, "model": "elsewhere", "build": "another build"}
    first, second = completed(tmp_path, assistant, row)
    assert ([s.text for s in first.statements], first.writer, first.model) == ([FELL + "."], "model", "elsewhere")
    assert second.writer == "quotes"


def test_a_completion_of_another_prompt_is_refused(
    prompts: list[dict[str, object]], assistant: Assistant, tmp_path: Path
) -> None:
    with pytest.raises(Refusal):
        completed(
            tmp_path, assistant, {**prompts[0], "text": "It fell [1].", "prompt_digest": prompts[1]["prompt_digest"]}
        )


def test_what_our_work_adds_is_told_for_every_reply(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evals.overhead, "QUESTIONS", (QUESTIONS[0].question,))
    monkeypatch.setattr(evals.overhead, "ROUNDS", 1)
    request, reader = evals.overhead.overhead(settings).splitlines()[2:]
    assert request.startswith("| question to request |")
    assert request.endswith("| 1 |")
    assert re.fullmatch(r"\| a sentence sent to a sentence shown \| \d+ \| \d+ \| [1-4] \|", reader)
