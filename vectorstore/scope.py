"""The sections that a question names: chapter 3, §6.1, the conclusion, scenario two."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ingest.blocks import numeral
from ingest.document import Edition
from vectorstore.words import fold

_NUMBERED = re.compile(
    r"第([一二三四五六七八九十]+|\d+)章(?:第([一二三四五六七八九十]+|\d+)节)?"
    r"|(?:\b(?:chapter|section|part)\s+|§\s?)(\d+)(?:\.(\d+))?|第?\b(\d{1,2})\.(\d{1,2})(?:节|\b(?=\s*(?:节|section)))"
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a question says of sections, each as work and anchor."""

    numbered: frozenset[tuple[str, str]]
    """By number: chapter 3, §6.1, the second scenario."""

    titled: frozenset[tuple[str, str]]
    """By a part of the title: the conclusion."""

    unknown: tuple[str, ...]
    """Numbers that it gives and no section has."""

    rest: str
    """What it says beside, folded."""


class SectionNames:
    """The chapters and items of editions, by number and by the parts of their titles.

    The parts are those between the punctuation of a title: of "結論:結構性修復,靜待時機", 結論 is one. A numbered one
    (情形二, scenario 2) may also be counted: 第二種情形, the second scenario.
    """

    def __init__(self, editions: Iterable[Edition]) -> None:
        self.find = lru_cache(maxsize=8)(self._find)  # search and writer ask for the same question
        self._numbered: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._titled: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._counted: list[tuple[re.Pattern[str], tuple[str, str]]] = []
        for edition in editions:
            for section in edition.outline.sections:
                if section.kind not in ("chapter", "item"):
                    continue
                key = edition.work, section.anchor
                self._numbered[section.anchor].add(key)
                for part in filter(_is_name, _parts(section.title)):
                    self._titled[part].add(key)
                    if counted := _LABELLED.fullmatch(part):
                        self._counted.append((_counted(counted[1], int(counted[2])), key))

    def named_by(self, question: str) -> frozenset[tuple[str, str]]:
        """Work and anchor of the chapters and items that a question names."""
        named = self.find(question)
        return named.numbered | named.titled

    def _find(self, question: str) -> Named:
        """The chapters and items that a question names, and what else it says."""
        rest = folded = _in_digits(fold(question))
        numbered: set[tuple[str, str]] = set()
        titled: set[tuple[str, str]] = set()
        unknown = []
        for match in _NUMBERED.finditer(folded):
            groups = match.groups()
            chapter, item = next(pair for pair in zip(groups[::2], groups[1::2], strict=True) if pair[0])
            number = f"{numeral(chapter)}.{numeral(item)}" if item else str(numeral(chapter))
            numbered |= self._numbered.get(number, set())
            unknown += [] if number in self._numbered else [number]
            rest = rest.replace(match[0], " ")
        for part, keys in self._titled.items():
            if part in folded and (not part.isascii() or re.search(rf"\b{re.escape(part)}\b", folded)):
                titled |= keys
                rest = rest.replace(part, " ")
        for pattern, key in self._counted:
            if pattern.search(folded):
                numbered.add(key)
                rest = pattern.sub(" ", rest)
        return Named(frozenset(numbered), frozenset(titled), tuple(unknown), rest)


def _parts(title: str) -> list[str]:
    return [part.strip(' "') for part in re.split(r"[:：,，、()（）]", _in_digits(fold(title))) if part.strip(' "')]


def _is_name(part: str) -> bool:
    """Whether a part of a title says which section it is; one Chinese character or a short Latin word tells nothing."""
    return 4 <= len(part) <= 40 if part.isascii() else 2 <= len(part) <= 12


_LABELLED = re.compile(r"([a-z]{3,}|[\u4e00-\u9fff]{1,4}) ?(\d{1,2})")
_WORDS = "one two three four five six seven eight nine ten".split()  # noqa: SIM905
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b|(?<=[\u4e00-\u9fff])[一二三四五六七八九十]+")


def _in_digits(folded: str) -> str:
    """Number words and Chinese numerals as digits: scenario three, 情形三."""
    return _NUMBER_WORD.sub(lambda m: str(_WORDS.index(m[0]) + 1 if m[0] in _WORDS else numeral(m[0])), folded)


def _counted(label: str, number: int) -> re.Pattern[str]:
    ordinal = _ORDINALS[number - 1] if 1 <= number <= len(_ORDINALS) else ""
    return re.compile(rf"第{number}[个种类项条大]?{label}|\b(?:{ordinal or number}|{number}(?:st|nd|rd|th)) {label}\b")
