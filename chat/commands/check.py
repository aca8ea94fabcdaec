"""python -m chat check: whether a claim, or each claim of a paragraph, stands in the documents."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from chat.assistant import Assistant
from chat.claims_file import CheckRow, check_row, check_text
from chat.commands import Parsers
from chat.rows import run_batch
from chat.settings import read_settings
from ingest.document import LANGUAGES, Refusal


def add(commands: Parsers) -> None:
    """Describes the command to the parser."""
    check = commands.add_parser("check", help="check a claim or a paragraph against the documents")
    check.add_argument("claim", nargs="?", metavar="CLAIM")
    check.add_argument("--json", action="store_true", help="print one JSON value")
    check.add_argument("--lang", choices=LANGUAGES, help="language of the verdicts (default: that of the claim)")
    check.add_argument("--work", metavar="ID", action="append", help="against this work only; may be repeated")
    check.add_argument("--batch", metavar="IN.jsonl", help="claims, one JSON object a line")
    check.add_argument("--out", metavar="OUT.jsonl", help="where the rows of a batch go")
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when done, 1 if a line of a batch was bad. Raises Refusal."""
    if bool(options.batch) != bool(options.out) or bool(options.batch) == (options.claim is not None):
        raise Refusal("check-usage")
    assistant = Assistant(read_settings())
    given = tuple(options.work or ())
    if options.batch:

        def row(line: CheckRow) -> dict[str, object]:
            return check_row(assistant.check(line.claim, options.lang, tuple(line.works or given)), line.id)

        return 0 if run_batch(Path(options.batch), Path(options.out), CheckRow, row) else 1
    checked = assistant.check(options.claim, options.lang, given)
    print(json.dumps(check_row(checked), ensure_ascii=False, indent=1) if options.json else check_text(checked))
    return 0
