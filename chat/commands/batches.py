"""What check and points do with files: batches, prompts written for a model elsewhere, its completions (DESIGN §5)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from chat.asked import Prompt
from chat.assistant import Assistant
from chat.completions import CONTEXT, Completions, prompt_row
from chat.model import LanguageModel
from chat.rows import run_batch
from ingest.document import Refusal

Done = TypeVar("Done", covariant=True)
Line = TypeVar("Line", bound=BaseModel)


class Task(Protocol[Done]):
    """What a line of a batch asks for."""

    def prompt(self, budget: int | None = None) -> Prompt: ...
    def result(self, budget: int | None = None) -> Done: ...


def add_batch(parser: argparse.ArgumentParser, things: str) -> None:
    """Describes the options of batches to the parser."""
    parser.add_argument("--batch", metavar="IN.jsonl", help=f"{things}, one JSON object a line")
    parser.add_argument("--out", metavar="OUT.jsonl", help="where the rows of a batch go")
    parser.add_argument(
        "--prompts", metavar="OUT.jsonl", help="with --batch: write what a model would see, and ask nothing"
    )
    parser.add_argument("--completions", metavar="IN.jsonl", help="with --batch: a model's replies to those prompts")


def check_usage(options: argparse.Namespace, key: str, *, one: bool) -> None:
    """Raises Refusal unless there is one thing (`one`) or a batch with a place for its rows."""
    target = options.prompts or options.out
    clash = options.prompts and (options.out or options.completions)
    if bool(options.batch) != bool(target) or bool(options.batch) == one or clash:
        raise Refusal(key)


def run_lines(
    options: argparse.Namespace,
    assistant: Assistant,
    line_model: type[Line],
    task: Callable[[Line, LanguageModel | None], Task[Done]],
    row: Callable[[Done, str | int], dict[str, Any]],
) -> bool:
    """Writes a row for each line: its result, its prompt, or what comes of its completion. True if all were good."""
    completions = Completions(Path(options.completions)) if options.completions else None

    def made(line: Line) -> dict[str, Any]:
        id_: str | int = line.id  # type: ignore[attr-defined] # every row of a batch has one; the bound type is BaseModel
        if not options.prompts and completions is None:
            return row(task(line, assistant.model).result(), id_)
        prompt = task(line, None).prompt(CONTEXT)
        if completions is None:
            return prompt_row(id_, prompt)
        recorded = completions.of(id_).recorded(prompt, assistant.settings.chat_model)
        return row(task(line, recorded).result(CONTEXT), id_)

    return run_batch(Path(options.batch), Path(options.prompts or options.out), line_model, made)
