"""What a run of the tests gave for the cases of the catalogue that they are marked with, under pytest-xdist too.

A test of a case says so: `@pytest.mark.case("S5")`. It counts as one trial, or as many as it says by
`record_property("tried", n)`, of which `record_property("held", n)` went as they must; further figures are
`record_property("figure", "…")`. With `--cases FILE` the run is written there for `python -m evals cases`.

`--tier A` runs what every commit is tried with, `--tier B` the others: tests that hold only cases of tier B, and of
those that hold none the tests of pages and what is marked as long, `@pytest.mark.long`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.cases import catalogue, write_run


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cases", metavar="FILE", help="write the figures of the cases there")
    parser.addoption("--tier", choices=("A", "B"), help="only what every commit is tried with, or only the others")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(id, ...): cases of the catalogue that a test holds")
    config.addinivalue_line("markers", "long: evaluations, other programs and large libraries: not for every commit")
    if config.getoption("--cases") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(CaseFigures(Path(config.getoption("--cases"))))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tiers = {case.id: case.tier for case in catalogue()}
    found: dict[str, list[pytest.Item]] = {"A": [], "B": []}
    for item in items:
        ids = {id_ for marker in item.iter_markers("case") for id_ in marker.args}
        if unknown := ids - set(tiers):
            raise pytest.UsageError(f"{item.nodeid}: no case {unknown} in the catalogue")
        item.user_properties += [("case", id_) for id_ in sorted(ids)]
        long = item.path.parent.name == "browser" or item.get_closest_marker("long") is not None
        every_commit = any("A" in tiers[id_] for id_ in ids) if ids else not long
        found["A" if every_commit else "B"].append(item)
    if wanted := config.getoption("--tier"):
        items[:] = found.pop(wanted)
        config.hook.pytest_deselected(items=[item for others in found.values() for item in others])


class CaseFigures:
    """Adds up what tests gave."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ended: dict[str, dict[str, Any]] = {}
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = [(str(name), value) for name, value in report.user_properties]
        if report.failed:
            self._failed.add(report.nodeid)
        if report.when == "call" or not report.passed:
            tried = next((value for name, value in said if name == "tried"), 1)
            self._ended[report.nodeid] = {
                "ids": [value for name, value in said if name == "case"],
                "tried": 0 if report.skipped else tried,
                "held": 0 if report.skipped else next((value for name, value in said if name == "held"), tried),
                "skipped": str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else "",
                "figures": [value for name, value in said if name == "figure"],
            }

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            ids = [case.id for case in catalogue()]
            figures = {id_: self._figure([n for n, one in self._ended.items() if id_ in one["ids"]]) for id_ in ids}
            write_run(self._path, {id_: one for id_, one in figures.items() if one["tried"] or one["more"]})

    def _figure(self, nodes: Sequence[str]) -> dict[str, Any]:
        ended = [self._ended[node] for node in nodes]
        tried = sum(one["tried"] for one in ended)
        held = sum(
            min(one["held"], one["tried"] - 1) if node in self._failed else one["held"]
            for node, one in zip(nodes, ended, strict=True)
        )
        more = [figure for one in ended for figure in one["figures"]]
        more += [f"first fault: {node}" for node in nodes if node in self._failed][:1]
        more += sorted({f"skipped: {one['skipped'].removeprefix('Skipped: ')}" for one in ended if one["skipped"]})
        return {"held": held, "tried": tried, "more": "; ".join(more)}
