"""The invented library of the growth benchmark: sound and always the same. Nothing here is timed."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.scale import MODEL, SECTIONS_A_WORK, InventedVectors, Library, open_and_ask
from ingest.passages import cut_passages
from tests.conftest import ROOT
from vectorstore.build import publish_build
from vectorstore.catalogue import Catalogue


def test_works_have_two_parallel_editions_of_as_many_passages_as_asked_for() -> None:
    shelf = Library(1_000).shelf(ROOT / "corpus")
    invented = [edition for edition in shelf.editions.values() if edition.work != "glossary"]
    assert [edition.id for edition in invented] == ["zh-Hant-original", "en-translation"] * 2
    for one, other in zip(invented[::2], invented[1::2], strict=True):
        assert one.outline.anchors == other.outline.anchors
        assert len(set(one.outline.anchors)) == SECTIONS_A_WORK
    assert sum(len(cut_passages(edition.document.text, edition.outline)) for edition in invented) == 1_000


def test_a_larger_library_begins_with_the_smaller() -> None:
    small, large = Library(500).shelf(ROOT / "corpus"), Library(1_000).shelf(ROOT / "corpus")
    assert small.editions.items() <= large.editions.items()
    assert list(Library(500).questions(8)) == list(Library(500).questions(8))


def test_invented_vectors_are_alike_only_for_the_same_text() -> None:
    vectors = InventedVectors()
    one, other, same = (vectors.embed_query(text) for text in ("freight", "steel", "freight"))
    assert one == same
    assert 0.7 < sum(a * b for a, b in zip(one, other, strict=True)) < 0.9


@pytest.mark.long
def test_its_questions_are_answered(tmp_path: Path) -> None:
    shelf, catalogue = Library(500).shelf(ROOT / "corpus"), Catalogue.at(tmp_path)
    publish_build(tmp_path, catalogue, MODEL, InventedVectors, shelf.works, list(shelf.editions.values()))
    opened = open_and_ask(tmp_path)
    assert opened.passages == 500
    assert opened.answered > opened.asked * 0.8
