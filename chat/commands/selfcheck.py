"""python -m chat selfcheck: where a work contradicts itself, as far as code can tell."""

from __future__ import annotations

import argparse
import json

from chat.assistant import Assistant
from chat.claims_file import selfcheck_row, selfcheck_text
from chat.commands import Parsers
from chat.settings import read_settings
from ingest.document import LANGUAGES


def add(commands: Parsers) -> None:
    """Describes the command to the parser."""
    selfcheck = commands.add_parser("selfcheck", help="list what does not fit together within a work")
    selfcheck.add_argument("work", metavar="WORK")
    selfcheck.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the sentences about it")
    selfcheck.add_argument("--json", action="store_true", help="print one JSON value")
    selfcheck.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when done. Raises Refusal."""
    assistant = Assistant(read_settings())
    found = assistant.selfcheck(options.work)
    if options.json:
        print(json.dumps(selfcheck_row(options.work, found, assistant.build), ensure_ascii=False, indent=1))
    else:
        print(selfcheck_text(found, assistant.build, options.lang))
    return 0
