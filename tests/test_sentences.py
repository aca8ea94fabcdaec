"""Sentences and citation marks of a reply, in every form in which models write them, and in pieces of any size."""

from __future__ import annotations

import json
import random

import pytest

from chat.marks import read_marks
from chat.sentences import Sentence, Sentences

# Marks


@pytest.mark.case("L6")
@pytest.mark.parametrize(
    ("text", "plain", "numbers"),
    [
        ("Fares rose [1].", "Fares rose.", (1,)),
        ("Fares rose.[1]", "Fares rose.", (1,)),
        ("運價上升【1】。", "運價上升。", (1,)),
        ("運價上升［1］。", "運價上升。", (1,)),
        ("運價上升［１］。", "運價上升。", (1,)),
        ("运价上升〔2〕。", "运价上升。", (2,)),
        ("Fares rose [1][2].", "Fares rose.", (1, 2)),
        ("Fares rose [1] [2].", "Fares rose.", (1, 2)),
        ("Fares rose [1, 2].", "Fares rose.", (1, 2)),
        ("Fares rose [1,2, 4].", "Fares rose.", (1, 2, 4)),
        ("運價上升[1、2]。", "運價上升。", (1, 2)),
        ("運價上升[1；3]。", "運價上升。", (1, 3)),
        ("Fares rose [1-3].", "Fares rose.", (1, 2, 3)),
        ("Fares rose [1–3, 5].", "Fares rose.", (1, 2, 3, 5)),
        ("Fares rose [ 2 ].", "Fares rose.", (2,)),
        ("Fares rose [2][2].", "Fares rose.", (2,)),
        ("Fares [1] rose and fell [3].", "Fares rose and fell.", (1, 3)),
        # dropped
        ("Fares rose [99].", "Fares rose.", ()),
        ("Fares rose [0].", "Fares rose.", ()),
        ("Fares rose [-1].", "Fares rose.", ()),
        ("Fares rose [1a].", "Fares rose.", ()),
        ("Fares rose [^1].", "Fares rose.", ()),
        ("Fares rose [passage 1].", "Fares rose.", ()),
        ("Fares rose [n=1].", "Fares rose.", ()),
        ("Fares rose [3-1].", "Fares rose.", ()),
        ("Fares rose [2-99].", "Fares rose.", ()),
        ("Fares rose [1, 99].", "Fares rose.", ()),
        ("Fares rose [1-9].", "Fares rose.", ()),
        ("Fares rose [1][2][3][4][5][6][7][8][9].", "Fares rose.", ()),
        ("Fares rose (1).", "Fares rose.", ()),
        ("運價上升（1）。", "運價上升。", ()),
        ("Fares rose [1", "Fares rose", ()),
        ("Fares rose [1][", "Fares rose", (1,)),
        ("Fares rose 1].", "Fares rose.", ()),
        ("Fares rose [[1]].", "Fares rose.", (1,)),
        ("Fares rose [1 [2]].", "Fares rose.", (2, 1)),
        ("Fares rose [].", "Fares rose.", ()),
        ("Fares rose [1]] [.", "Fares rose.", (1,)),
        # words in brackets are words
        ("【注意】運價上升[1]。", "注意運價上升。", (1,)),
        ("Fares [sic] rose [1].", "Fares sic rose.", (1,)),
        ("Fares rose 27% (2031) [1].", "Fares rose 27% (2031).", (1,)),
    ],
)
def test_a_mark_is_read_or_dropped(text: str, plain: str, numbers: tuple[int, ...]) -> None:
    found = read_marks(text, passages=9)
    assert (found.text, found.numbers) == (plain, numbers)


def test_a_sentence_knows_that_it_had_a_mark_even_of_nothing() -> None:
    assert read_marks("Fares rose [99].", 9).marked
    assert not read_marks("Fares rose.", 9).marked


def malformed(count: int) -> list[str]:
    """Marks with characters left out, doubled and exchanged, from a fixed seed."""
    chance = random.Random(3)
    good = ["[1]", "[1][2]", "[1, 2]", "[1-3]", "【1】", "［1］", '[{"id": 1}]', "[1](http://x.example/1)", "[NaN]"]
    made = []
    for _ in range(count):
        mark = list(chance.choice(good))
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(mark) + 1)
            mark[at : at + chance.randint(0, 1)] = chance.choice(
                ["", "[", "]", "【", "9", "-", ",", "a", "^", "(", "１"]
            )
        made.append("".join(mark))
    return made


@pytest.mark.case("L6")
@pytest.mark.parametrize("mark", malformed(200), ids=json.dumps)
def test_no_bracket_of_a_malformed_mark_is_left(mark: str) -> None:
    for text in (f"Fares rose {mark}.", f"{mark} 運價上升。", f"Fares {mark} rose"):
        found = read_marks(text, 9)
        assert not set(found.text) & set("[]【】［］〔〕")
        assert all(1 <= number <= 9 for number in found.numbers)


# Sentences


def cut(*pieces: str) -> list[str]:
    sentences = Sentences()
    found = [sentence for piece in pieces for sentence in sentences.add(piece)]
    return [sentence.text for sentence in [*found, *sentences.end()]]


REPLIES = [
    ("Fares rose 27% [1]. Tolls fell [2].", ["Fares rose 27% [1].", "Tolls fell [2]."]),
    ("Fares rose 27%. [1] Tolls fell.[2][3]", ["Fares rose 27%. [1]", "Tolls fell.[2][3]"]),
    ("運價上升27%[1]。港費下降。【2】費率不變。", ["運價上升27%[1]。", "港費下降。【2】", "費率不變。"]),
    ("Fares rose 1.5 points to 3.25 [1].", ["Fares rose 1.5 points to 3.25 [1]."]),
    ("The U.S. fares of Acme Inc. rose [1]. So.", ["The U.S. fares of Acme Inc. rose [1].", "So."]),
    ("- Fares rose [1]\n- Tolls fell [2]\n", ["Fares rose [1]", "Tolls fell [2]"]),
    ("1. Fares rose [1].\n2) Tolls fell [2].\n3、費率不變[3]", ["Fares rose [1].", "Tolls fell [2].", "費率不變[3]"]),
    ("### Fares\n**Fares** rose *much* [1].", ["Fares", "Fares rose much [1]."]),
    ("<think>The reader asks. Hm.</think>Fares rose [1].", ["Fares rose [1]."]),
    ("<think>I never end.", []),
    ("Is it so? Yes! [1] “It is.” [2] No", ["Is it so?", "Yes! [1]", "“It is.” [2]", "No"]),
    ("報告說：「運價上升。」[1]港費下降[2]。", ["報告說：「運價上升。」[1]", "港費下降[2]。"]),
    ("Fares\u202e rose\u200b [1].", ["Fares rose [1]."]),
    ("\n\n  \n", []),
    ("2031 fares rose [1].", ["2031 fares rose [1]."]),
]


@pytest.mark.parametrize(("reply", "sentences"), REPLIES, ids=[reply for reply, _ in REPLIES])
def test_a_reply_is_cut_into_its_sentences_however_it_arrives(reply: str, sentences: list[str]) -> None:
    assert cut(reply) == sentences
    assert cut(*reply) == sentences
    for size in (2, 3, 5, 7):
        assert cut(*(reply[at : at + size] for at in range(0, len(reply), size))) == sentences


def test_a_sentence_is_given_out_when_the_next_begins_and_not_before() -> None:
    sentences = Sentences()
    assert list(sentences.add("Fares rose 2")) == []
    assert list(sentences.add("7%.")) == []
    assert list(sentences.add(" [1")) == []
    assert list(sentences.add("]")) == []
    assert list(sentences.add(" T")) == [Sentence("Fares rose 27%. [1]", True)]
    assert list(sentences.add("olls fell [2].\n")) == [Sentence("Tolls fell [2].", False)]
    assert list(sentences.add("So")) == []
    assert list(sentences.end()) == [Sentence("So", True)]
