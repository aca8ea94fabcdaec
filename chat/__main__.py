"""python -m chat: the documents from the command line, a subcommand for each thing that can be asked of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from chat.commands import ask, check, feedback, forget, points, selfcheck
from chat.unforeseen import unexpected, watch_threads
from ingest.document import Language, Refusal
from ingest.pipes import quietly

COMMANDS = (ask, check, feedback, points, selfcheck, forget)
"""Each has `add(commands)`, which sets `run(options) -> int` as its default."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when done, 1 if a line of a batch was bad, 2 with one sentence on stderr when refused,
    3 with one for an error that nobody foresaw."""
    options = _parser().parse_args(arguments)
    language: Language = getattr(options, "lang", None) or "en"
    try:
        code: int = options.run(options)
    except Refusal as refusal:
        print(refusal.in_language(language), file=sys.stderr)
        return 2
    except BrokenPipeError:  # nobody reads on
        raise
    except Exception as error:  # noqa: BLE001 - the door: logged, and said with its id
        print(unexpected(error).in_language(language), file=sys.stderr)
        return 3
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chat", description="Ask the documents.")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    watch_threads()
    sys.exit(quietly(main))
