"""python -m chat points: talking points on a topic, or for a file of topics."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from chat.assistant import Assistant
from chat.commands import Parsers
from chat.commands.batches import add_batch, check_usage, run_lines
from chat.export import file_format, write_handout
from chat.model import LanguageModel
from chat.pointing import Pointing
from chat.points import DEFAULT_COUNT, Order, TalkingPoints
from chat.points_file import PointsRow, points_handout, points_row, points_text
from chat.settings import read_settings
from ingest.document import LANGUAGES


def add(commands: Parsers) -> None:
    """Describes the command to the parser."""
    points = commands.add_parser("points", help="talking points on a topic, with their risks and sources")
    points.add_argument("--topic", metavar="T", help="macro, AI, crypto, or words of your own")
    points.add_argument("--audience", metavar="A", default="client", help="client, sales, research, or a description")
    points.add_argument("--lang", choices=LANGUAGES, help="language of the points (default: that of the topic)")
    points.add_argument("--count", metavar="N", type=int, default=DEFAULT_COUNT, help="how many points")
    points.add_argument("--work", metavar="ID", action="append", help="from this work only; may be repeated")
    points.add_argument("--json", action="store_true", help="print one JSON value")
    points.add_argument("--export", metavar="FILE", help="write them to FILE.md, FILE.docx or FILE.pptx too")
    add_batch(points, "topics")
    points.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when done, 1 if a line of a batch was bad. Raises Refusal."""
    check_usage(options, "points-usage", one=options.topic is not None)
    if options.export:
        file_format(options.export)
    assistant = Assistant(read_settings())
    given = Order(options.topic or "", options.audience, options.lang, options.count, tuple(options.work or ()))
    if options.batch:

        def task(line: PointsRow, model: LanguageModel | None) -> Pointing:
            return assistant.pointing(line.order(given), model)

        def row(points: TalkingPoints, id_: str | int) -> dict[str, object]:
            return points_row(points, assistant.build, id_)

        return 0 if run_lines(options, assistant, PointsRow, task, row) else 1
    points = assistant.points(given)
    _show(points, assistant, options)
    return 0


def _show(points: TalkingPoints, assistant: Assistant, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(points_row(points, assistant.build), ensure_ascii=False, indent=1))
    else:
        print(points_text(points, assistant.build))
    if options.export:
        write_handout(points_handout(points, assistant.build), Path(options.export))
