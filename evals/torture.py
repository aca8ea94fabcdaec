"""python -m evals torture: the long fault and load cases of TESTS tier B, by id.

Trials are kept in a JSON file as they end, so that a run that is ended goes on where it was. A change of the version or
of the seed begins a case anew.
"""

from __future__ import annotations

import datetime
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import VAR, bound, of_trials, version, write_json
from evals.torture_isolation import OWNERS, PEOPLE, foreign_canaries, poisoned
from evals.torture_load import many_sessions, one_floods, short_soak, soak, uploads_meanwhile
from evals.torture_storage import DAMAGES, MORE, Trial, backup_amid_ingest, damage, disk_full, kill_amid_ingest

RESULTS = VAR / "torture.json"


@dataclass(frozen=True, slots=True)
class Case:
    """What is tried how often; `run` is given a folder, the number of the trial and its chances.

    `short`: what is run in its place where time is short.
    """

    id: str
    what: str
    trials: int
    run: Callable[[Path, int, random.Random], Trial]
    short: Callable[[Path, int, random.Random], Trial] | None = None


CASES = (
    Case("S1", "kill -9 amid ingest, at random: lost or partial", 300, kill_amid_ingest),
    Case("S3", "disk full at 20 sizes: not said, or not as before", 20, disk_full),
    Case("S4", "25 damages, catalogue, kept file, permissions: missed or not mended", len(DAMAGES) + len(MORE), damage),
    Case("S8", "backup amid ingest, restored: questions that find something else", 5, backup_amid_ingest),
    Case("C1", "50 sessions of 20 questions: errors, cross-talk", 1, many_sessions),
    Case("C2", "10 uploads, one hostile, while 20 sessions ask: errors", 1, uploads_meanwhile),
    Case("R2", "one asks without a pause past the limit, ten others calmly: errors, answers above the limit", 1,
         one_floods),
    Case("A2", "20 people, 5 documents each, 100 searches each: found, prompted or shown of another's", PEOPLE,
         foreign_canaries),
    Case("I7", "100 questions beside a poisoned document: changed; not first or not labelled", len(OWNERS), poisoned),
    Case("C3", "soak of 30 minutes, 500 sessions opened and dropped: leaks", 1, soak, short_soak),
)  # fmt: skip
ELSEWHERE = {"F8": ("1,000 mutated files", "python -m evals files --seed N")}
"""Cases with a command of their own."""


def torture(only: Sequence[str], trials: int | None, seed: int, *, short: bool = False, results: Path = RESULTS) -> str:
    """Runs cases, all or some, as far as they were not; gives the table of all.

    `trials`: at most so many of each case; `short`: the short form of those that have one.
    """
    kept = _read(results)
    for case in CASES:
        if only and case.id not in only:
            continue
        entry = _entry(kept.get(case.id), seed)
        kept[case.id] = entry
        wanted = min(case.trials, trials or case.trials)
        run = case.short if short and case.short else case.run
        with tempfile.TemporaryDirectory(prefix=f"footnote-{case.id}-") as folder:
            for number in range(len(entry["trials"]), wanted):
                entry["trials"].append(run(Path(folder), number, random.Random(f"{seed} {case.id} {number}")))
                entry["date"] = datetime.date.today().isoformat()
                write_json(results, kept)
    return table(kept)


def table(kept: dict[str, Any]) -> str:
    """Markdown: what went as it must, of how many, with its bound, seed, version and date."""
    lines = ["| id | case | figure | bound | seed | version | date |", "|---|---|---|---|---|---|---|"]
    for case in CASES:
        entry = kept.get(case.id)
        if not entry or not entry["trials"]:
            lines.append(f"| {case.id} | {case.what} | not run | | | | |")
            continue
        figure = of_trials(entry["trials"], case.trials)
        stamp = f"{entry['seed']} | {entry['version']} | {entry['date']}"
        lines.append(f"| {case.id} | {case.what} | {figure.value} | {bound(figure.held, figure.tried)} | {stamp} |")
    lines += [f"| {id_} | {what} | `{command}` | | | | |" for id_, (what, command) in ELSEWHERE.items()]
    return "\n".join(lines)


def _entry(known: dict[str, Any] | None, seed: int) -> dict[str, Any]:
    now = version()
    if known and (known["seed"], known["version"]) == (seed, now):
        return known
    return {"seed": seed, "version": now, "date": "", "trials": []}


def _read(results: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    return found
