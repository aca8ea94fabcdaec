"""python -m chat ask: one question or a file of them, answered."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from chat.answer import Answer
from chat.assistant import Assistant
from chat.commands import Parsers
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
    ask.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when done, 1 if a line of a batch was bad. Raises Refusal."""
    if bool(options.batch) != bool(options.out) or bool(options.batch) == bool(options.question):
        raise Refusal("ask-usage")
    assistant = Assistant(read_settings())
    works = tuple(options.work or ())
    if options.batch:

        def row(line: AskRow) -> dict[str, object]:
            answer = assistant.ask(
                line.question, history=line.turns(), language=options.lang, works=line.works or works
            )
            return answer_row(answer, line.id)

        return 0 if run_batch(Path(options.batch), Path(options.out), AskRow, row) else 1
    answer = assistant.ask(options.question, language=options.lang, works=works)
    if options.json:
        print(json.dumps(answer_row(answer), ensure_ascii=False, indent=1))
    else:
        _print(answer)
    return 0


def _print(answer: Answer) -> None:
    print(answer.text)
    for citation in answer.citations:
        page = f", p. {citation.page}" if citation.page else ""
        print(f"  [{citation.number}] {citation.work}/{citation.edition} §{citation.anchor} {citation.title}{page}")
    for link in answer.nearest:
        print(f"  → {link.work} §{link.anchor} {link.title}")
