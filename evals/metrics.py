"""Metrics over one question and its answer row: pure functions of plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence


def recall_in_characters(texts: Sequence[str], quotes: Sequence[str], limit: int = 1_000) -> float:
    """Share of the quotes that stand whole within the first `limit` characters of the ranked texts."""
    if not quotes:
        return 0.0
    kept, left = [], limit
    for text in texts:
        if left <= 0:
            break
        kept.append(text[:left])
        left -= len(text)
    return sum(any(quote in text for text in kept) for quote in quotes) / len(quotes)


def gold_cited(cited: Collection[str], gold: Sequence[str], alternatives: Sequence[str] = ()) -> bool:
    """Whether all gold anchors are cited, or one alternative in their place."""
    return (bool(gold) and set(gold) <= set(cited)) or bool(set(cited) & set(alternatives))


def cited_precision(cited: Collection[str], relevant: Collection[str], parents: Mapping[str, str | None]) -> float:
    """Share of the cited anchors that are relevant, or lie beneath a relevant one."""
    if not cited:
        return 0.0
    return sum(bool(_with_ancestors(anchor, parents) & set(relevant)) for anchor in cited) / len(cited)


def _with_ancestors(anchor: str, parents: Mapping[str, str | None]) -> set[str]:
    found = {anchor}
    above = parents.get(anchor)
    while above is not None:
        found.add(above)
        above = parents.get(above)
    return found


def has_fact(answer: str, fact: str) -> bool:
    """Whether one of the alternatives `a|b` of a fact stands in the answer.

    Case, width and spacing do not count; a number never matches within a longer one; `%` is also "percent"; an
    alternative all in capitals is a whole word. The rules of the gold set, written anew.
    """
    text = unicodedata.normalize("NFKC", answer).casefold()
    return any(_alternative(part).search(text) for part in fact.split("|") if part)


def _alternative(part: str) -> re.Pattern[str]:
    whole_word = part.isascii() and part.isupper()
    folded = unicodedata.normalize("NFKC", part).casefold()
    pieces: list[str] = []
    for index, character in enumerate(folded):
        before = folded[index - 1] if index else ""
        if character == " ":
            pieces.append(r"[\s-]*")
        elif character == "%":
            pieces.append(r"\s*(?:%|percent|per cent|pct)")
        else:
            pieces.append(_joint(before, character) + re.escape(character))
    left = r"(?<!\d)(?<!\d[.,])" if folded[0].isdigit() else ""
    right = r"(?![.,]?\d)" if folded[-1].isdigit() else ""
    if whole_word:
        left, right = r"(?<![a-z])", r"(?!(?:[a-rt-z]|s[a-z]))"
    return re.compile(left + "".join(pieces) + right)


def _joint(before: str, character: str) -> str:
    if not before or before == " ":
        return ""
    if before.isdigit() and character.isdigit():
        return ",?"
    both_letters = (before + character).isascii() and (before + character).isalpha()
    return "" if both_letters else r"\s*"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
