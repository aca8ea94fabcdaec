"""Days of events: written out in a question, in figures in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from tests.shelf import assistant_of
from vectorstore.dates import short_days


@pytest.mark.parametrize(
    "text",
    ["the 11th of Oct. 2025", "October 11", "Oct 11th, 2025", "11 October", "十月十一日", "10月11号", "2025年10月11日"],
)
def test_a_day_is_read_as_month_and_day(text: str) -> None:
    assert short_days(text) == ["10.11"]


@pytest.mark.parametrize(
    "text", ["13月40日", "May 2025", "it may 32 times", "February 30", "2月30日", "October", "10.11%"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert short_days(text) == []


def test_an_event_named_by_its_day_is_found_by_the_day_written_out(tmp_path: Path, bundled_engine: Embeddings) -> None:
    text = (
        "# Mills of the delta\n\n## 1. Losses\n\nThe 6.17 blaze took nine mills at once.\n\n"
        "Millers lost a third of their grain in the spring flood.\n\n## 2. Prices\n\nFlour rose by 4% in June.\n"
    )
    search = assistant_of(tmp_path, bundled_engine, {"mills.md": text}).search()
    assert "6.17" in search.worded("What was lost on June 17?").split()
    assert "6.18" not in search.worded("What was lost on June 18?").split()
