"""Answers to a question set by a model elsewhere: its prompts written to a file, its completions scored."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from chat.answer import Answer, Turn
from chat.assistant import Assistant
from chat.completions import CONTEXT, Completions, prompt_row
from evals.gold import Question
from ingest.document import Edition


def write_prompts(path: Path, assistant: Assistant, questions: Sequence[Question]) -> None:
    """One line of `--prompts` for each question."""
    with path.open("w", encoding="utf-8") as out:
        for question in questions:
            prompt = assistant.prompt(question.question, history=_turns(question), budget=CONTEXT)
            out.write(json.dumps(prompt_row(question.id, prompt), ensure_ascii=False) + "\n")


class Completed:
    """An assistant that answers questions from completions, and those alone.

    The index of an evaluation is always a new build: of a completion only the digest of its prompt is compared.
    """

    def __init__(self, assistant: Assistant, completions: Completions, questions: Collection[Question]) -> None:
        self._assistant = assistant
        self._completions = completions
        self._questions = {(question.question, len(question.history)): question for question in questions}

    def editions(self, work: str) -> list[Edition]:
        return self._assistant.editions(work)

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """Raises Refusal where the prompt was another."""
        known = self._questions.get((question, len(history)))
        if known is None:
            return self._assistant.ask(question, history=history)
        prompt = self._assistant.prompt(question, history=history, budget=CONTEXT)
        row = self._completions.of(known.id)
        recorded = row.model_copy(update={"build": None}).recorded(prompt, self._assistant.settings.chat_model)
        return self._assistant.complete(question, recorded, history=history, budget=CONTEXT)


def answered(questions: Sequence[Question], completions: Completions) -> list[Question]:
    """The questions that have a completion."""
    return [question for question in questions if question.id in completions]


def _turns(question: Question) -> list[Turn]:
    return [Turn(turn.role, turn.content) for turn in question.history]
