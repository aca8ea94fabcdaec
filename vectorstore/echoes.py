"""Echoes: what a document says where it only repeats the question. Nothing is nearer to a question, and nothing is
said by it; a document that lists the questions of its readers would else stand before every one that answers them."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from vectorstore.places import Place
from vectorstore.words import fold

LIKE = 0.8
"""Share of their pairs of letters that a question and its echo have in common: a word changed, marks, script aside."""

LOOKED_AT = 20
"""Best sections of an answer's works among which echoes are looked for."""

_ASKING = re.compile(
    r"\?\s*\Z|什么|怎么|怎样|如何|哪|几|多少|点样|点解|为何|咩|乜|谁|\b(?:what|how|which|who|whose|where|when|why)\b"
)
_LEAST = 8
"""Pairs of letters from which a text is long enough to be known again."""


def is_question(text: str) -> bool:
    return bool(_ASKING.search(fold(text).strip()))


def echoes(question: str, place: Place) -> bool:
    """Whether a passage, or a title that it stands beneath, has the question again, as one of its sentences."""
    text = place.passage.text
    said = (*place.titles, place.section.title, *(text[start:end] for start, end in place.sentences))
    return any(repeats(question, part) for part in said)


def repeats(question: str, text: str) -> bool:
    """Whether a text is the question again, a word or so aside."""
    mine, theirs = _letters(question), _letters(text)
    many = max(len(mine), len(theirs)) - 1
    if many < _LEAST or min(len(mine), len(theirs)) - 1 < LIKE * many:
        return False
    return (_pairs(mine) & _pairs(theirs)).total() >= LIKE * many


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    return re.sub(r"\W+", "", fold(text))


def _pairs(letters: str) -> Counter[str]:
    return Counter(letters[at : at + 2] for at in range(len(letters) - 1))
