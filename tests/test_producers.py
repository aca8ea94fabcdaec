"""The invented report as DOCX, web page and PDF of several producers has the outline of its plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.producers import PRODUCERS, anchors_found, produce
from ingest.sandbox import parse_file
from tests.conftest import DATA

pytestmark = pytest.mark.long

TEXT = DATA / "second-report.zh-Hant.txt"


def check(name: str, report: Path, folder: Path) -> None:
    """That a producer's file of a report has at least 95 % of its anchors, and hardly any others."""
    true = parse_file(report).outline.anchors
    try:
        found, others = anchors_found(name, report.read_text(encoding="utf-8"), true, folder)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    assert found >= 0.95 * len(true)
    assert others <= 0.05 * len(true)


@pytest.mark.parametrize("name", PRODUCERS)
def test_the_outline_survives(name: str, tmp_path: Path) -> None:
    check(name, TEXT, tmp_path)


@pytest.mark.parametrize("name", PRODUCERS)
def test_the_outline_of_the_real_report_survives(name: str, tmp_path: Path, shared: Path) -> None:
    check(name, shared / "corpus" / "report.txt", tmp_path)


@pytest.mark.parametrize("name", ["HTML", "DOCX", "PDF, reportlab MSung"])
def test_every_section_is_the_words_of_its_place(name: str, tmp_path: Path) -> None:
    parsed = parse_file(produce(name, TEXT.read_text(encoding="utf-8"), tmp_path))
    plain = TEXT.read_text(encoding="utf-8").replace("\n", "").replace(" ", "")
    for section in parsed.outline.sections:
        words = parsed.document.text[section.start : section.end].replace("\n", "").replace(" ", "")
        assert words in plain
