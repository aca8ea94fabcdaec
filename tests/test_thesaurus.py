"""Concepts: which words of a question name one, longest first, and what rarity makes of those who speak of it."""

from __future__ import annotations

import numpy as np
import pytest

import prompts
from vectorstore.thesaurus import Speakers, Thesaurus
from vectorstore.words import fold

THESAURUS = Thesaurus(
    [
        ["渡輪", "客船", "ferry", "ferries"],
        ["渡輪碼頭", "pier"],
        ["運價", "船費", "freight rate", "fare"],
    ]
)


@pytest.mark.parametrize(
    ("question", "concepts"),
    [
        ("渡輪怎麼樣？", [("渡轮", "客船")]),
        ("渡轮码头的船费", [("渡轮码头",), ("运价", "船费")]),
        ("How are FERRIES and fares?", [("渡轮", "客船"), ("运价", "船费")]),
        ("a rapier and welfare", []),
        ("", []),
    ],
    ids=["繁", "longest first", "whole words and endings", "within other words", "empty"],
)
def test_a_question_names_its_concepts(question: str, concepts: list[tuple[str, ...]]) -> None:
    assert [concept.chinese for concept in THESAURUS.concepts(question)] == concepts


def test_a_text_in_the_other_language_speaks_of_it_too() -> None:
    (ferry,) = THESAURUS.concepts("客船")
    assert ferry.stands_in(fold("Two ferries sank."))
    assert not ferry.stands_in(fold("A pier burnt."))


def test_the_rarer_concept_counts_more() -> None:
    concepts = THESAURUS.concepts("渡輪與運價")
    texts = [fold(text) for text in ("ferry", "ferry", "ferry", "fare", "nothing")]
    common, *_, rare, none = Speakers(len(texts), texts.__getitem__).rarity(concepts, np.arange(len(texts)))
    assert rare > common > none == 0.0


def test_the_groups_of_the_file_have_words_of_both_languages() -> None:
    groups = [list(group) for group in prompts.thesaurus()]
    assert len(groups) > 100
    assert all(any(word.isascii() for word in group) and any(not word.isascii() for word in group) for group in groups)
