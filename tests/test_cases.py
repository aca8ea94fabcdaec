"""The catalogue of cases: each is tried somewhere or says why not; what runs gave is added up, the rest is not run."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from evals.cases import (
    BEGINS,
    ENDS,
    KEPT,
    PAGE,
    Case,
    bound,
    cases,
    catalogue,
    figures,
    keep,
    write_json,
    write_run,
    write_table,
)
from evals.torture import CASES
from tests.case_figures import CaseFigures
from tests.conftest import ROOT

TRIED_BY_FILES = {"F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "I6"}


def table_of(folder: Path) -> str:
    """Of what was run in a folder, and of nothing that is kept."""
    return cases(figures(folder, folder / "kept.json"))


def marked() -> set[str]:
    """The ids in the marks of tests, read from their files."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    marks = [mark for text in texts for mark in re.findall(r"mark\.case\(([^)]*)\)", text)]
    return {id_ for mark in marks for id_ in re.findall(r'"([A-Z]\d)"', mark)}


def test_the_catalogue_has_its_sixty_cases() -> None:
    kinds = Counter(case.id[0] for case in catalogue())
    assert "".join(f"{kind}{count} " for kind, count in kinds.items()) == "F8 Q5 I7 L7 V4 S8 C4 A7 R3 O4 P3 "
    assert {case.tier for case in catalogue()} == {"A", "B", "K", "A/K", "B/K"}


@pytest.mark.parametrize("case", catalogue(), ids=lambda case: case.id)
def test_a_case_is_tried_by_a_test_or_a_command_or_needs_a_key(case: Case) -> None:
    by_command = {one.id for one in CASES} | TRIED_BY_FILES
    assert case.id in marked() | by_command or case.tier == "K" or case.lacks


def test_what_no_run_gave_is_not_run(tmp_path: Path) -> None:
    table = table_of(tmp_path).splitlines()
    assert len(table) == 62
    assert all("| not run" in line for line in table[2:])
    assert [line[:5] for line in table if "not run: needs a model’s key" in line] == ["| I2 "]


def test_the_page_shows_what_is_kept() -> None:
    table = PAGE.read_text("utf-8").partition(BEGINS)[2].partition(ENDS)[0].strip()
    assert table == cases(figures(ROOT / "nowhere"))
    assert sum(map(len, figures(ROOT / "nowhere", KEPT).values())) > 60


def test_what_was_run_elsewhere_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    write_run(tmp_path / "files.json", {id_: {"held": 5, "tried": 5} for id_ in ("F1", "F8")})
    write_run(tmp_path / "tests.json", {"F1": {"held": 1, "tried": 1}})
    keep(figures(tmp_path, kept), kept)
    (tmp_path / "tests.json").unlink()
    write_run(tmp_path / "files.json", {"F1": {"held": 4, "tried": 5}})
    values = {id_: [one.value for one in mine] for id_, mine in figures(tmp_path, kept).items() if mine}
    assert values == {"F1": ["1 of 1", "4 of 5"], "F8": ["5 of 5"]}


def test_the_page_has_a_row_for_every_case_with_a_figure_or_not_run() -> None:
    table = PAGE.read_text("utf-8").partition(BEGINS)[2].partition(ENDS)[0].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[2:]]
    assert list(dict.fromkeys(row[0] for row in rows)) == [case.id for case in catalogue()]
    said = {case.id: case for case in catalogue()}
    for id_, tier, what, by, figure, *_ in rows:
        assert tier == said[id_].tier
        assert what.startswith(said[id_].what)
        assert re.match(r"[\d,]+ of [\d,]+", figure) if by else figure.startswith("not run")


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"# Cases\n\n{BEGINS}\nold\n{ENDS}\n\nMore.\n", encoding="utf-8")
    for table in ("| one |", "| two |"):
        write_table(table, page)
        assert page.read_text("utf-8") == f"# Cases\n\n{BEGINS}\n\n{table}\n\n{ENDS}\n\nMore.\n"


def test_runs_are_joined_by_id(tmp_path: Path) -> None:
    write_run(tmp_path / "files.json", {"F1": {"held": 349, "tried": 350, "more": "1 hang"}}, "7")
    write_run(tmp_path / "tests.json", {"S1": {"held": 10, "tried": 10, "more": ""}})
    trials = [{"fault": "", "seconds": 1.0, "state": "old"}] * 299 + [{"fault": "lost one", "state": "new"}]
    torture = {"S1": {"seed": 7, "version": "v1", "date": "2026-11-26", "trials": trials}, "S3": {"trials": []}}
    write_json(tmp_path / "torture.json", torture)
    table = table_of(tmp_path)
    assert "| files | 349 of 350; 1 hang |  | 7 | " in table
    assert "| tests | 10 of 10 | ≤ 30.00% |  | " in table
    assert "| torture | 299 of 300; 299 old; 1 new; p50 1.00 s, p95 1.00 s; first fault: new: lost one |  | 7 | v1 | 2026-11-26 |" in table  # fmt: skip  # noqa: E501
    assert "| S3 | B | a full disk is said, what was live stays |  | not run |" in table


@pytest.mark.parametrize(("held", "tried", "limit"), [(300, 300, "≤ 1.00%"), (299, 300, ""), (3, 3, ""), (0, 0, "")])
def test_nothing_wrong_of_many_bounds_the_share(held: int, tried: int, limit: str) -> None:
    assert bound(held, tried) == limit


def test_a_test_counts_as_one_or_as_many_as_it_says(tmp_path: Path) -> None:
    heard = CaseFigures(tmp_path / "tests.json")

    def report(node: str, outcome: str, *said: tuple[str, object], when: str = "call", why: object = None) -> None:
        heard.pytest_runtest_logreport(pytest.TestReport(node, ("", 0, ""), {}, outcome, why, when, user_properties=said))  # type: ignore[arg-type]  # fmt: skip  # noqa: E501

    report("a", "passed", ("case", "S5"), when="setup")
    report("a", "passed", ("case", "S5"), ("tried", 20), ("figure", "1 s"))
    report("b", "failed", ("case", "S5"), ("case", "V1"), ("tried", 500))
    report("c", "skipped", ("case", "S5"), when="setup", why=("c.py", 1, "Skipped: no shared"))
    report("d", "failed", ("case", "V1"), when="teardown")
    report("e", "passed")
    heard.pytest_sessionfinish(pytest.ExitCode.TESTS_FAILED)
    table = table_of(tmp_path)
    assert "| tests | 519 of 520; 1 s; first fault: b; skipped: no shared |" in table
    assert "| tests | 499 of 501; first fault: b |" in table
    assert table.count("| tests |") == 2
