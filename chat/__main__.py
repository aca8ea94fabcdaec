"""python -m chat: ask the documents from the command line, one question or a file of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from chat.answer import Answer
from chat.assistant import Assistant
from chat.rows import AskRow, answer_row, run_batch
from chat.settings import read_settings
from ingest.document import LANGUAGES, Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when done, 1 if a line of a batch was bad, 2 with one sentence on stderr when refused."""
    options = _parser().parse_args(arguments)
    try:
        return _ask(options)
    except Refusal as refusal:
        print(refusal.in_language(options.lang or "en"), file=sys.stderr)
        return 2


def _ask(options: argparse.Namespace) -> int:
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chat", description="Ask the documents.")
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="answer a question with checked citations")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print one JSON value")
    ask.add_argument("--lang", choices=LANGUAGES, help="language of the reply (default: that of the question)")
    ask.add_argument("--work", metavar="ID", action="append", help="ask only this work; may be repeated")
    ask.add_argument("--batch", metavar="IN.jsonl", help="questions, one JSON object a line")
    ask.add_argument("--out", metavar="OUT.jsonl", help="where the rows of a batch go")
    return parser


if __name__ == "__main__":
    sys.exit(main())
