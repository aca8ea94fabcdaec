"""python -m chat ask: one question or a file of them, answered."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chat.answer import Answer
from chat.assistant import Assistant
from chat.commands import Parsers
from chat.completions import CONTEXT, Completions, prompt_row
from chat.rows import AskRow, answer_row, run_batch
from chat.settings import read_settings
from ingest.document import LANGUAGES, Refusal


def add(commands: Parsers) -> None:
    """Describes the command to the parser."""
    ask = commands.add_parser("ask", help="answer a question with checked citations")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print one JSON value")
    ask.add_argument("--lang", choices=LANGUAGES, help="language of the reply (default: that of the question)")
    ask.add_argument("--work", metavar="ID", action="append", help="ask only this work; may be repeated")
    ask.add_argument("--batch", metavar="IN.jsonl", help="questions, one JSON object a line")
    ask.add_argument("--out", metavar="OUT.jsonl", help="where the rows of a batch go")
    ask.add_argument("--show-prompt", action="store_true", help="print what the model would see, and ask nothing")
    ask.add_argument(
        "--prompts", metavar="OUT.jsonl", help="with --batch: write what a model would see, and ask nothing"
    )
    ask.add_argument("--completions", metavar="IN.jsonl", help="with --batch: a model's replies to those prompts")
    ask.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when done, 1 if a line of a batch was bad. Raises Refusal."""
    target = options.prompts or options.out
    if bool(options.batch) != bool(target) or bool(options.batch) == bool(options.question):
        raise Refusal("ask-usage")
    if options.prompts and (options.out or options.completions):
        raise Refusal("ask-usage")
    assistant = Assistant(read_settings())
    if options.batch:
        row = _row_of(assistant, options)
        return 0 if run_batch(Path(options.batch), Path(target), AskRow, row) else 1
    if options.show_prompt:
        prompt = assistant.prompt(options.question, language=options.lang, works=tuple(options.work or ()))
        print("\n\n".join(f"[{message.role}]\n{message.content}" for message in prompt.messages))
        return 0
    answer = assistant.ask(options.question, language=options.lang, works=tuple(options.work or ()))
    if options.json:
        print(json.dumps(answer_row(answer), ensure_ascii=False, indent=1))
    else:
        _print(answer)
    return 0


def _row_of(assistant: Assistant, options: argparse.Namespace) -> Callable[[AskRow], dict[str, Any]]:
    """What becomes of a line: its answer, its prompt, or the answer that comes of its completion."""
    completions = Completions(Path(options.completions)) if options.completions else None

    def row(line: AskRow) -> dict[str, Any]:
        works = tuple(line.works or options.work or ())
        turns, lang = line.turns(), options.lang
        if not options.prompts and completions is None:
            return answer_row(assistant.ask(line.question, history=turns, language=lang, works=works), line.id)
        prompt = assistant.prompt(line.question, history=turns, language=lang, works=works, budget=CONTEXT)
        if completions is None:
            return prompt_row(line.id, prompt)
        recorded = completions.of(line.id).recorded(prompt, assistant.settings.chat_model)
        answer = assistant.complete(line.question, recorded, history=turns, language=lang, works=works, budget=CONTEXT)
        return answer_row(answer, line.id)

    return row


def _print(answer: Answer) -> None:
    print(answer.text)
    for citation in answer.citations:
        page = f", p. {citation.page}" if citation.page else ""
        print(f"  [{citation.number}] {citation.work}/{citation.edition} §{citation.anchor} {citation.title}{page}")
    for link in answer.nearest:
        print(f"  → {link.work} §{link.anchor} {link.title}")
