"""python -m evals cases [--write]: the sixty cases of the catalogue with their last figures, as JSON and a table.

Runs nothing: figures come from `make test` and `make test-more` (tests marked with a case's id), `make torture` and
`python -m evals files`.
Those that have run here take the place of what is kept in cases.json, case by case; the rest stays as it was.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from evals.metrics import percentile

ROOT = Path(__file__).parents[1]
VAR = ROOT / "var"
PAGE = ROOT / "evals/README.md"
KEPT = ROOT / "evals/cases.json"
BEGINS, ENDS = "<!-- cases -->", "<!-- end of cases -->"
"""What the table of all cases stands between."""

RUNS = {"tests.json": "tests", "more-tests.json": "tests", "torture.json": "torture", "files.json": "files"}
"""What is written under var/, and what writes it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the catalogue; `lacks`: what of it nothing tries yet."""

    id: str
    tier: str
    what: str
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a run gave for a case: `held` of `tried` went as they must; `more` are other figures and first faults."""

    by: str
    held: int
    tried: int
    more: str = ""
    seed: str = ""
    version: str = ""
    date: str = ""

    @property
    def value(self) -> str:
        return f"{self.held:,} of {self.tried:,}{'; ' if self.more else ''}{self.more}"


def bound(held: int, tried: int) -> str:
    """Of the share that goes wrong, at 95 %: 3/N where nothing did (the rule of three)."""
    return f"≤ {3 / tried:.2%}" if held == tried > 3 else ""


def catalogue() -> list[Case]:
    """All cases, in their order."""
    found = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return [Case(id_, **entry) for id_, entry in found.items()]


def version() -> str:
    """Of the code, as git names it."""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip() or "unknown"


def write_run(path: Path, cases: Mapping[str, Mapping[str, Any]], seed: str = "") -> None:
    """Keeps what a run gave: by id held, tried, and more."""
    stamp = {"version": version(), "date": datetime.date.today().isoformat(), "seed": seed}
    write_json(path, {**stamp, "cases": cases})


def write_json(path: Path, value: object) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.replace(path)


def of_trials(trials: Sequence[Mapping[str, Any]], whole: int | None = None) -> Figure:
    """The figure of trials of a torture; `whole`: how many there are to be."""
    tried = int(sum(float(trial.get("tried", 1)) for trial in trials))
    wrong = int(sum(float(trial.get("wrong", bool(trial["fault"]))) for trial in trials))
    part = [] if whole in (None, len(trials)) else [f"{len(trials)} of {whole} trials run"]
    return Figure("torture", tried - wrong, tried, "; ".join([*part, *_details(trials)]))


def _details(trials: Sequence[Mapping[str, Any]]) -> list[str]:
    """How the trials ended, how long they took, and what went wrong first."""
    states = Counter(str(trial["state"]) for trial in trials if trial.get("state"))
    parts = [f"{count} {state}" for state, count in states.most_common() if len(states) <= 4]
    seconds = [float(trial["seconds"]) for trial in trials if trial.get("seconds")]
    if len(seconds) > 1:
        parts.append(f"p50 {percentile(seconds, 0.5):.2f} s, p95 {percentile(seconds, 0.95):.2f} s")
    parts += [str(trial["figures"]) for trial in trials if trial.get("figures")]
    faults = [f"first fault: {trial.get('state', '')}: {trial['fault']}" for trial in trials if trial["fault"]]
    return [*parts, *faults[:1]]


def figures(folder: Path = VAR, kept: Path = KEPT) -> dict[str, list[Figure]]:
    """What the last runs gave, by id: of those in the folder, else as it is kept."""
    found: dict[str, dict[str, Figure]] = {case.id: {} for case in catalogue()}
    for entry in _read(kept, []):
        found[entry["id"]] = {one["by"]: Figure(**one) for one in entry["figures"]}
    for name, by in RUNS.items():
        ran = _read(folder / name, {})
        for id_, entry in (ran if by == "torture" else ran.get("cases", {})).items():
            if by == "torture" and not entry["trials"]:
                continue
            stamp = entry if by == "torture" else {"seed": "", **ran, **entry}
            figure = of_trials(entry["trials"]) if by == "torture" else Figure(by, entry["held"], entry["tried"])
            more = figure.more or entry.get("more", "")
            seed, when = str(stamp["seed"]), stamp["date"]
            found[id_][by] = replace(figure, more=more, seed=seed, version=stamp["version"], date=when)
    return {id_: [mine[by] for by in dict.fromkeys(RUNS.values()) if by in mine] for id_, mine in found.items()}


def _read(path: Path, default: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else default


def cases(found: Mapping[str, Sequence[Figure]]) -> str:
    """The table of all cases."""
    lines = [
        "| id | tier | case | by | figure | bound | seed | version | date |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for case in catalogue():
        what = f"{case.what} (not tried: {case.lacks})" if case.lacks else case.what
        not_run = f" | not run{': needs a model’s key' if case.tier == 'K' else ''} | | | | "
        lines += [
            f"| {case.id} | {case.tier} | {what} | {cells} |"
            for cells in [_cells(one) for one in found[case.id]] or [not_run]
        ]
    return "\n".join(lines)


def keep(found: Mapping[str, Sequence[Figure]], kept: Path = KEPT) -> None:
    """Writes the cases with their figures."""
    write_json(kept, [{**asdict(case), "figures": [asdict(one) for one in found[case.id]]} for case in catalogue()])


def write_table(table: str, page: Path = PAGE) -> None:
    """Puts the table in the place of the one before in the page, between its marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    page.write_text(f"{before}{BEGINS}\n\n{table}\n\n{ENDS}{after}", encoding="utf-8")


def _cells(figure: Figure) -> str:
    return " | ".join(
        [figure.by, figure.value, bound(figure.held, figure.tried), figure.seed, figure.version, figure.date]
    )
