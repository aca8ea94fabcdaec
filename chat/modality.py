"""Whether a text says less than that something is so: for marking points, and faster for choosing among sentences."""

from __future__ import annotations

import re
from functools import cache

import prompts
from chat.names import Names
from chat.reading import read

_WHOSE = ("companies", "institutions", "people", "exchanges")


def is_hedged(text: str, names: Names) -> bool:
    """Whether a text is hedged, holds on a condition, or stands on another's word."""
    return any(
        clause.strength or clause.condition or any(name.kind in _WHOSE for name in clause.sources)
        for clause in read(text, names).clauses
    )


def sounds_hedged(folded: str) -> bool:
    """The same by its words alone, whoever says it: a thousandth of the time."""
    return any(_pattern(key).search(folded) for key in ("possible", "likely", "expected")) or on_terms(folded)


def on_terms(folded: str) -> bool:
    """Whether a folded text holds on a condition."""
    return _pattern("condition").search(folded) is not None


def said_with(key: str, folded: str) -> re.Match[str] | None:
    """The first words of a kind of prompts/modality.toml in a folded text."""
    return _pattern(key).search(folded)


@cache
def _pattern(key: str) -> re.Pattern[str]:
    table = prompts.entries("modality")[key]
    return re.compile(rf"{'|'.join(table['zh'])}|(?<![a-z])(?:{'|'.join(table['en'])})(?![a-z])")
