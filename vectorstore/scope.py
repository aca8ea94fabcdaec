"""The sections that a question names: chapter 3, §6.1, the conclusion, scenario two."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.blocks import numeral
from ingest.document import Edition
from vectorstore.words import fold

_NUMBERED = re.compile(
    r"第([一二三四五六七八九十]+|\d+)章(?:第([一二三四五六七八九十]+|\d+)节)?"
    r"|\b(?:chapter|section|part)\s+(\d+)(?:\.(\d+))?|[§第]?\b(\d{1,2})\.(\d{1,2})(?:节|\b(?=\s*(?:节|section)))"
)


def named_sections(question: str, editions: Iterable[Edition]) -> set[tuple[str, str]]:
    """Work and anchor of the chapters and items that a question names by number or by a part of their title.

    The parts are those between the punctuation of a title: of "結論:結構性修復,靜待時機", 結論 is one.
    """
    folded = _in_digits(fold(question))
    found: set[tuple[str, str]] = set()
    numbers = set()
    for match in _NUMBERED.finditer(folded):
        groups = match.groups()
        chapter, item = next(pair for pair in zip(groups[::2], groups[1::2], strict=True) if pair[0])
        numbers.add(f"{numeral(chapter)}.{numeral(item)}" if item else str(numeral(chapter)))
    for edition in editions:
        for section in edition.outline.sections:
            if section.kind not in ("chapter", "item"):
                continue
            if section.anchor in numbers or any(_names(part, folded) for part in title_parts(section.title)):
                found.add((edition.work, section.anchor))
    return found


def title_parts(title: str) -> list[str]:
    """What a title says between its punctuation marks, folded, numbers in digits."""
    return [part.strip(' "') for part in re.split(r"[:：,，、()（）]", _in_digits(fold(title))) if part.strip(' "')]


def _names(part: str, question: str) -> bool:
    """Whether a part of a title stands in the question; one Chinese character or a short Latin word tells nothing.

    A numbered one (情形二, scenario 2) may be counted instead: 第二種情形, the second scenario.
    """
    if (numbered := _LABELLED.fullmatch(part)) and re.search(_counted(numbered[1], numbered[2]), question):
        return True
    if part.isascii():
        return 4 <= len(part) <= 40 and re.search(rf"\b{re.escape(part)}\b", question) is not None
    return 2 <= len(part) <= 12 and part in question


_LABELLED = re.compile(r"([a-z]{3,}|[\u4e00-\u9fff]{1,4}) ?(\d{1,2})")
_WORDS = "one two three four five six seven eight nine ten".split()  # noqa: SIM905
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b|(?<=[\u4e00-\u9fff])[一二三四五六七八九十]+(?![\u4e00-\u9fff]?[一二三四五六七八九十])")


def _in_digits(folded: str) -> str:
    """Number words and Chinese numerals as digits: scenario three, 情形三."""
    return _NUMBER_WORD.sub(
        lambda m: str(_WORDS.index(m[0]) + 1) if m[0] in _WORDS else str(numeral(m[0]) or m[0]), folded
    )


def _counted(label: str, number: str) -> str:
    ordinal = _ORDINALS[int(number) - 1] if 1 <= int(number) <= len(_ORDINALS) else number
    return rf"第{number}[个个种类项条大]?{label}|\b(?:{ordinal}|{number}(?:st|nd|rd|th)) {label}\b"
