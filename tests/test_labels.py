"""Numbers that are no figures: read as printed, and compared with those of the sources."""

from __future__ import annotations

import pytest

from chat.evidence import plain_evidence
from chat.figure_check import _enumerated
from chat.labels import labels
from chat.names import Names
from chat.support import support

SOURCES = plain_evidence(
    "Scenario 2: rates fall. The core tier 1 ratio is 14% to mid-2026 on the 5G network, the third largest.",
    "情形二:利率下降。至2026年中,第三大的5G網路核心一級資本比率為14%。",
    titles=("4. Outlook",),
)
NAMES = Names()


def problems(statement: str) -> list[tuple[str, str]]:
    found = support(statement, [SOURCES], NAMES)
    return [(problem.kind, problem.says) for problem in found if problem.kind in ("figure", "date", "name")]


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("Scenario 8: rates fall.", "8"),
        ("The core tier 3 ratio is 14%.", "3"),
        ("The core tier 1 ratio is 14% to mid-6026.", "6026"),
        ("The core tier 1 ratio is 14% on the 4G network.", "4G"),
        ("核心一級資本比率為14%,4G網路。", "4G"),
        ("5G網路第7大。", "7"),
        ("第七大的5G網路。", "第七"),
    ],
)
def test_a_number_in_a_label_that_no_source_has_is_a_problem(statement: str, wrong: str) -> None:
    assert ("figure", wrong) in problems(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "Scenario 2: rates fall.",
        "Scenario 2: rates fall [1].",
        "The core tier 1 ratio is 14% to mid-2026.",
        "The core tier 1 ratio is 14% on the 5G network, the 3rd largest.",
        "第3大的5G網路。",
    ],
)
def test_a_number_in_a_label_may_be_in_digits_or_words(statement: str) -> None:
    assert not problems(statement)


def test_letters_glued_to_a_number_belong_to_it() -> None:
    assert [(label.number, label.letters) for label in labels("H9 and 5G, the 3rd tier 4")] == [
        ("9", "h-"),
        ("5", "-g"),
        ("3", "-"),
        ("4", "-"),
    ]


def test_the_members_of_an_enumeration_are_counted() -> None:
    assert 4 in _enumerated("a balance between 'fighting slumps, keeping jobs, guarding banks and paying debts'")
    assert 5 not in _enumerated("fighting slumps, keeping jobs, guarding banks and paying debts")
    assert 3 in _enumerated(
        "The three that a longer sentence of many words leads to at last are ships, banks and grids"
    )


def test_one_alternative_is_not_called_likeliest_where_another_is() -> None:
    heading = plain_evidence("3. Scenario 3: a long way round, slowly onward (most likely)")
    other = plain_evidence("2. Scenario 2: a short way")
    assert "subject" in {problem.kind for problem in support("Scenario 2 is the most likely.", [heading], NAMES)}
    assert "extent" in {problem.kind for problem in support("Scenario 2 is the most likely.", [other], NAMES)}
    assert not support("Scenario 3 is the most likely.", [heading], NAMES)
