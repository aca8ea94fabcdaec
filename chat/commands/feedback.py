"""python -m chat feedback: what readers said of answers, as JSON lines, oldest first."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from chat.commands import Parsers
from chat.history import History
from chat.settings import read_settings


def add(commands: Parsers) -> None:
    """Describes the command to the parser."""
    feedback = commands.add_parser("feedback", help="write what readers said of answers, one JSON object a line")
    feedback.add_argument("--out", metavar="OUT.jsonl", help="where the rows go (default: stdout)")
    feedback.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when done; a file is complete or not there."""
    settings = read_settings()
    history = History.at(settings.home, settings.database_url)
    try:
        rows = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in history.feedback_rows())
    finally:
        history.close()
    if options.out:
        beside = Path(f"{options.out}.part")
        beside.unlink(missing_ok=True)
        beside.touch(mode=0o600)
        beside.write_text(rows, encoding="utf-8")
        beside.replace(options.out)
    else:
        sys.stdout.write(rows)
    return 0
