"""The metrics give the figures that their names promise."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from evals.metrics import cited_precision, gold_cited, has_fact, percentile, recall_in_characters


def test_recall_counts_quotes_within_the_first_characters_only() -> None:
    texts = ["a" * 990 + "needle", "x" * 10 + "second"]
    assert recall_in_characters(texts, ["needle"]) == 1.0
    assert recall_in_characters(texts, ["second"]) == 0.0
    assert recall_in_characters(["a" * 998 + "needle"], ["needle"]) == 0.0
    assert recall_in_characters(["one", "two"], ["one", "two", "three"]) == pytest.approx(2 / 3)
    assert recall_in_characters(["ab", "cd"], ["bc"]) == 0.0


def test_all_gold_anchors_are_needed_or_one_alternative() -> None:
    assert gold_cited({"1", "2", "3"}, ["1", "2"])
    assert not gold_cited({"1"}, ["1", "2"])
    assert gold_cited({"9"}, ["1"], ["9"])
    assert not gold_cited({"9"}, [])


def test_precision_counts_what_lies_beneath_a_relevant_section() -> None:
    parents = {"4": None, "4.1": "4", "4.1.b1": "4.1", "5": None}
    assert cited_precision({"4.1.b1", "5"}, {"4.1"}, parents) == 0.5
    assert cited_precision({"4.1"}, {"4.1.b1"}, parents) == 0.0


@pytest.mark.parametrize(
    ("answer", "fact", "there"),
    [
        ("跌至 17.8 億美元", "17.8億", True),
        ("about 8.9 billion", "9 billion", False),
        ("fell 80 percent", "80%", True),
        ("4,900億", "4900億", True),
        ("said it AIms", "AI", False),
        ("ETFs", "ETF", True),
        ("Ｂｉｔｈｕｍｂ", "bithumb", True),
        ("69.5%", "69%", False),
        ("either", "x|either", True),
    ],
)
def test_facts_match_by_value_and_word(answer: str, fact: str, there: bool) -> None:
    assert has_fact(answer, fact) is there


def test_facts_match_as_the_gold_sets_own_rule_does(shared: Path) -> None:
    sys.path.insert(0, str(shared / "gold"))
    from check import fact_ok  # type: ignore[import-not-found]

    rows = [json.loads(line) for line in (shared / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    pairs = [(" ".join(row["gold_quote"]) + row["question"], fact) for row in rows for fact in row["answer_facts"]]
    assert len(pairs) > 200
    assert [has_fact(text, fact) for text, fact in pairs] == [fact_ok(text, fact) for text, fact in pairs]


def test_percentile_is_a_value_of_the_list() -> None:
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile([1.0], 0.95) == 1.0
    assert not math.isnan(percentile([], 0.5))
