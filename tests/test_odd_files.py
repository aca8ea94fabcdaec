"""Odd files by the ids of the catalogue of tests: F4 to F7 and I6 end as they must; F1 counts what is searchable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from evals.files import taken
from evals.odd_files import Odd, as_expected, encoded, pairs, partly_without_text, unseen, without_text
from ingest.document import Document, Edition, Passage
from ingest.outline import outline_sections
from vectorstore.places import Place, embedded_sentences, embedded_text

CASES: dict[str, Callable[[], Iterable[Odd]]] = {
    "F4": pairs,
    "F5": without_text,
    "F6": partly_without_text,
    "F7": encoded,
}


@pytest.mark.parametrize(
    "made", [pytest.param(made, id=id_, marks=pytest.mark.case(id_)) for id_, made in CASES.items()]
)
def test_each_ends_as_it_must(
    made: Callable[[], Iterable[Odd]], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    odds = list(made())
    record_property("tried", len(odds))
    wrong = [odd.name for odd in odds if not as_expected(odd, tmp_path / "odd")]
    record_property("held", len(odds) - len(wrong))
    assert wrong == []


@pytest.mark.case("I6")
@pytest.mark.parametrize(("odd", "characters"), list(unseen()), ids=lambda value: getattr(value, "name", ""))
def test_what_nobody_sees_is_not_indexed_and_stays_in_the_text(odd: Odd, characters: str) -> None:
    """I6"""
    text = odd.data.decode()
    outline = outline_sections(Document(text, "text"))
    edition = Edition("w", "en", "original", odd.name, Document(text, "text"), outline)
    section = outline.sections[-1]
    passage = Passage(section.anchor, 0, 0, len(text), text)
    place = Place(0, "w", edition, section, section.anchor, (), passage)
    assert set(characters) <= set(text)
    for indexed in (embedded_text(place), *embedded_sentences(place)):
        assert not set(characters) & set(indexed)
    assert embedded_text(place) == odd.text


@pytest.mark.case("F1")
def test_of_ready_files_all_is_searchable_and_of_refused_ones_nothing(tmp_path: Path) -> None:
    """F1"""
    paths = []
    for odd in [*partly_without_text(1), *without_text()[:1], *list(pairs())[:1]]:
        paths.append(tmp_path / odd.name)
        paths[-1].write_bytes(odd.data)
    found = taken(paths, tmp_path / "home")
    assert [(one.state, one.searchable) for one in found] == [
        ("ready-with-loss", True),
        ("refused", True),
        ("ready", True),
    ]
