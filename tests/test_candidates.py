"""Sentences that can stand alone as points, and what the others take with them: the one before, a lead, a title."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.candidates import candidates
from chat.points import Point
from chat.points import _point as point_of
from ingest.document import Work
from tests.bigrams import NAME, Bigrams
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.library import Shelf, read_edition
from vectorstore.retrieve import Search

REPORT = """# Orchards in a dry decade

2025-05-06

Author: Valley Growers' Institute

## 1. Water and money

The reservoirs of the valley stood at half of their usual level in April. In the plains, however, the wells held out \
for another season of irrigation.

If the canal opens in spring, growers may plant twice the area of almonds. Nurseries will sell out within weeks of \
that decision. But this may also bring the price of land to a peak.

The ways out of the shortage are the following three kinds of work:

- Lining the canals with concrete, which is slow and costs much money;
- Paying growers to leave their fields dry in the worst of summers;
- Raising the price of water for those who take most of it.

## 2. What broke

Exporters of the valley were meant to gain from the trade pact of spring. Customs kept their fruit at the border until it had spoiled.

The cooperative of the plains sold 40 tonnes of pears in August. The cooperative of the hills also sold all that it had picked by hand. Buyers paid for this late harvest twice the price of the year before.

At the upper farms we expect half of the old trees to be felled before winter. Pickers of the region will be hired by the week.

- The great frost of March
    - A hard night in the third week destroyed the blossoms of most of the valley's cherry orchards.
    - The insurers of the valley paid nothing to growers without a heated orchard.
"""  # noqa: E501 - a paragraph is a line


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("orchards")
    (folder / "orchards.md").write_text(REPORT, encoding="utf-8")
    work = Work("orchards", {"en": "Orchards in a dry decade"})
    shelf = Shelf({}, {}).with_edition(work, read_edition(folder / "orchards.md", work.id, None, "original"))
    catalogue = Catalogue.at(folder)
    publish_build(folder, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()))
    build = open_build(folder, catalogue)
    search = Search(build, Bigrams())
    rows = range(len(search.sections.keys))
    yield [point_of(one, "en", build) for one in candidates(search.sections, rows, "en")]
    build.close()
    catalogue.close()


def texts_with(found: list[Point], words: str) -> list[str]:
    return [point.text for point in found if words in point.text]


def test_every_one_is_the_document_s_own_words(found: list[Point]) -> None:
    assert len(found) > 5
    assert [point.problems for point in found] == [()] * len(found)


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        pytest.param("the wells held out", "reservoirs of the valley", id="a turn away from the one before"),
        pytest.param("Nurseries will sell out", "If the canal opens", id="what holds on the terms before it"),
        pytest.param("A hard night", "The great frost of March … A hard night", id="an event that the title names"),
        pytest.param("Raising the price", "kinds of work: Lining the canals", id="a list that is one sentence, whole"),
        pytest.param("were meant to gain", "Customs kept their fruit", id="what should have come and did not"),
        pytest.param("hills also sold", "cooperative of the plains", id="more of the same"),
        pytest.param("we expect half", "Valley Growers' Institute … At the upper farms", id="whose view it is"),
    ],
)
def test_a_sentence_takes_with_it_what_it_needs(found: list[Point], words: str, needed: str) -> None:
    texts = texts_with(found, words)
    assert texts
    assert all(needed in text for text in texts), texts


def test_what_needs_more_than_the_one_before_is_no_point(found: list[Point]) -> None:
    assert texts_with(found, "Buyers paid for this late harvest") == []


def test_a_turn_stands_beside_what_it_turns_away_from_with_words_between_left_out(found: list[Point]) -> None:
    (text,) = texts_with(found, "price of land")
    assert text.startswith("If the canal opens in spring")
    assert " … But this may also bring" in text


def test_what_names_its_subject_stands_alone(found: list[Point]) -> None:
    assert "The insurers of the valley paid nothing to growers without a heated orchard." in [p.text for p in found]


def test_a_bare_title_is_no_point(found: list[Point]) -> None:
    assert not [p.text for p in found if p.text.rstrip() in ("The great frost of March", "1. Water and money")]
