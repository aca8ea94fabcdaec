"""The citation marks that models write: [1], 【1】, ［1］, 〔1〕, [1][2], [1, 2], [1-3]; what is none is taken out.

"Fares rose 27% [3, 5-6]."   text "Fares rose 27%."   numbers 3, 5, 6
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_MARKS = 8
"""Passages that one sentence may cite; one that cites more rests on none of them in particular."""

_OPEN, _CLOSE = "\\[【［〔", "\\]】］〕"
MARK = re.compile(rf"[{_OPEN}][^{_OPEN}{_CLOSE}\n]{{0,60}}[{_CLOSE}]")
"""Anything in such brackets: a mark if it holds numbers only."""

_ITEM = re.compile(r"(\d{1,3})(?:\s*[-–—~‐‑−]\s*(\d{1,3}))?")
_SEPARATOR = re.compile(r"\s*[,，、;；]\s*|\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LEFT_OPEN = re.compile(rf"[{_OPEN}][^{_OPEN}{_CLOSE}\u3400-\u9fff.。!！?？]{{0,20}}$")
_LEFT_CLOSED = re.compile(rf"(?<!\w)\d{{1,3}}[{_CLOSE}]")
_ROUND = re.compile(r"[(（]\s*\d{1,2}\s*[)）]")
_STRAY = re.compile(rf"[{_OPEN}{_CLOSE}]")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text without its marks, and the passages that they name, in order."""

    text: str
    numbers: tuple[int, ...]
    marked: bool
    """Whether it had any mark at all, were it of a passage that does not exist."""


def read_marks(text: str, passages: int) -> Marked:
    """Takes the marks out of a sentence; those that name no passage of 1..`passages` count for nothing."""
    numbers: list[int] = []
    marked = False

    def take(match: re.Match[str]) -> str:
        nonlocal marked
        inner = match[0][1:-1]
        if _HAN.search(inner) or not re.search(r"\d", unicodedata.normalize("NFKC", inner)):
            return inner if inner.strip() else ""  # a word in brackets is a word
        marked = True
        numbers.extend(_numbers(inner, passages))
        return ""

    rest, before = text, ""
    while rest != before:  # brackets within brackets, from the innermost
        before, rest = rest, MARK.sub(take, rest)
    for broken in (_LEFT_OPEN, _LEFT_CLOSED, _ROUND, _STRAY):
        rest = broken.sub("", rest)
    known = tuple(dict.fromkeys(numbers))
    return Marked(_tidy(rest), known if len(known) <= MAX_MARKS else (), marked)


def _numbers(inner: str, passages: int) -> list[int]:
    """The numbers that a mark names; none if any part of it is no number or range of passages."""
    found: list[int] = []
    for part in _SEPARATOR.split(unicodedata.normalize("NFKC", re.sub(r"\s*([-–—~])\s*", r"\1", inner.strip()))):
        match = _ITEM.fullmatch(part)
        if match is None:
            return []
        first = int(match[1])
        last = int(match[2] or first)
        if not 1 <= first <= last <= passages or last - first >= MAX_MARKS:
            return []
        found.extend(range(first, last + 1))
    return found


def _tidy(text: str) -> str:
    """Without the spaces that marks leave behind."""
    return re.sub(r"[ \t]{2,}", " ", re.sub(r"\s+(?=[.,;:!?。，；：！？、])", "", text)).strip()
