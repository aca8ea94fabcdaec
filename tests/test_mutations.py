"""False statements over an invented report are stopped, true ones accepted: the goals of the mutation test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.names import Names
from evals.mutations import Verdict, cases_of, judge, misplaced


@pytest.fixture(scope="module")
def verdicts(second_report) -> list[Verdict]:
    editions = list(second_report.editions.values())
    names = Names()
    return judge([*cases_of(editions, names), *misplaced(editions)], names)


@pytest.mark.case("V2")
@pytest.mark.parametrize(
    ("groups", "least", "goal"),
    [
        (("number", "unit", "date"), 500, 0.995),
        (("entity",), 100, 0.95),
        (("direction",), 80, 0.95),
        (("negation",), 50, 0.95),
        (("hedge",), 40, 0.95),
        (("misplaced",), 100, 0.95),
        (("true",), 300, 0.98),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_goal_of_the_mutation_test_is_met(
    verdicts: list[Verdict],
    groups: tuple[str, ...],
    least: int,
    goal: float,
    record_property: Callable[[str, object], None],
) -> None:
    mine = [verdict for verdict in verdicts if verdict.case.group in groups]
    right = [verdict for verdict in mine if bool(verdict.problems) != (verdict.case.group == "true")]
    record_property("tried", len(mine))
    record_property("held", len(right))
    record_property("figure", f"{groups[0]} {len(right)} of {len(mine)}")
    assert len(mine) >= least
    assert len(right) >= goal * len(mine)
