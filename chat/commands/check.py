"""python -m chat check: whether a claim, or each claim of a paragraph, stands in the documents."""

from __future__ import annotations

import argparse
import json

from chat.assistant import Assistant
from chat.checking import Checking
from chat.claims_file import CheckRow, check_row, check_text
from chat.commands import Parsers
from chat.commands.batches import add_batch, check_usage, run_lines
from chat.model import LanguageModel
from chat.settings import read_settings
from ingest.document import LANGUAGES


def add(commands: Parsers) -> None:
    """Describes the command to the parser."""
    check = commands.add_parser("check", help="check a claim or a paragraph against the documents")
    check.add_argument("claim", nargs="?", metavar="CLAIM")
    check.add_argument("--json", action="store_true", help="print one JSON value")
    check.add_argument("--lang", choices=LANGUAGES, help="language of the verdicts (default: that of the claim)")
    check.add_argument("--work", metavar="ID", action="append", help="against this work only; may be repeated")
    add_batch(check, "claims")
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when done, 1 if a line of a batch was bad. Raises Refusal."""
    check_usage(options, "check-usage", one=options.claim is not None)
    assistant = Assistant(read_settings())
    given = tuple(options.work or ())
    if options.batch:

        def task(line: CheckRow, model: LanguageModel | None) -> Checking:
            return assistant.checking(line.claim, model, options.lang, tuple(line.works or given))

        return 0 if run_lines(options, assistant, CheckRow, task, check_row) else 1
    checked = assistant.check(options.claim, options.lang, given)
    print(json.dumps(check_row(checked), ensure_ascii=False, indent=1) if options.json else check_text(checked))
    return 0
