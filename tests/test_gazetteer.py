"""Well-known names that the documents lack."""

from __future__ import annotations

import pytest

from chat.gazetteer import Gazetteer, known_entities
from vectorstore.words import fold


def gazetteer(*texts: str) -> Gazetteer:
    return Gazetteer(texts, [fold(text) for text in texts])


GAZETTEER = gazetteer("英偉達的財報；韓國股市", "Nvidia results; South Korean equities")


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("台積電扮演什麼角色？", ["台積電"]),
        ("台积电扮演什么角色？", ["台积电"]),
        ("what about tsmc?", ["tsmc"]),
        ("What about TSMC?", ["TSMC"]),
        ("英伟达的财报会怎样？", []),
        ("Does coinbase matter?", ["coinbase"]),
        ("gimme the signposts that wld confirm it", []),
        ("apple pie and a target", []),
        ("市場會怎樣？", []),
        ("香港客戶問：市場會怎樣？", []),
        ("For Japanese investors, what next?", []),
        ("印度尼西亞的市場會怎樣？", ["印度尼西亞"]),
    ],
)
def test_only_names_that_no_text_has_are_absent(question: str, absent: list[str]) -> None:
    assert GAZETTEER.absent(question) == absent


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Coinbase rose", []),
        ("COINBASE rose", []),
        ("Coinbases, a xcoinbase and coinbase2 rose", ["Coinbase"]),
        ("acoinbase; coinbase", []),
        ("海外的coinbase上漲", []),
        ("", ["Coinbase"]),
    ],
)
def test_a_latin_name_is_mentioned_as_a_whole_word_in_any_case(text: str, absent: list[str]) -> None:
    assert gazetteer(text).absent("What of Coinbase?") == absent


def test_no_name_belongs_to_two_entities() -> None:
    names = [name for entity in known_entities() for name in set(entity.names)]
    assert len(names) > 1_000
    assert len(names) == len(set(names))
