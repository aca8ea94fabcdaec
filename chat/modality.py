"""How sure a text is of what it says (prompts/modality.toml), for choosing sentences."""

from __future__ import annotations

import re
from functools import cache

import prompts
from vectorstore.words import fold


def is_hedged(text: str) -> bool:
    """Whether a text is less than a plain assertion of its own: hedged, on another's word, or on terms."""
    folded = fold(text)
    return any(_pattern(key).search(folded) for key in ("possible", "likely", "expected", "says")) or on_terms(folded)


def on_terms(folded: str) -> bool:
    """Whether a folded text holds under a condition only."""
    return _pattern("condition").search(folded) is not None


@cache
def _pattern(key: str) -> re.Pattern[str]:
    table = prompts.entries("modality")[key]
    return re.compile(rf"{'|'.join(table['zh'])}|(?<![a-z])(?:{'|'.join(table['en'])})(?![a-z])")
