"""Who and what a text names, whatever the spelling: one key for all names of a company, asset, person or term."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from weakref import WeakKeyDictionary

import prompts
from chat.gazetteer import TICKER, known_entities
from vectorstore.build import Build
from vectorstore.words import fold, has_han, listed_words

_LATIN_WORD = re.compile(r"[A-Za-z0-9À-ɏ]+(?:[.&'’-](?!s\b)[A-Za-z0-9À-ɏ]+)*")
_LONGEST = 4
"""Words of the longest Latin name that is looked up."""

_PROPER = re.compile(r"(?=.{4})[A-Z][a-z]\w*(?: (?:of|the|and|[A-Z][a-z]\w*))*")
"""A glossary entry that is a name: Supreme Court, not capital interlock."""

_SENTENCE_START = re.compile(r"(?:^|[.?!:;。！？：；(（\"“「\n])\s*$")
_COMPANY = re.compile(
    r"(?:商业)?(?:银行|航运|海运|能源|光电|储能|港务|集团|公司|证券|基金|科技|电力|资本|控股|(?:海事|投资)?顾问"
    r"|研究所|保险|信托|汽车|半导体|电子|石油|矿业|航空|生物|制药|食品|钢铁|地产)"
)
"""How Chinese names of companies end."""

_NUMBERED = re.compile(
    r"(?:情形|情境|情景|场景|剧本)\s?(?P<which>[一二三四五六甲乙丙丁1-6a-d](?![a-z0-9年个种]))"
    r"|(?<![a-z])scenarios?\s(?P<word>one|two|three|four|five|six|[1-6a-d])(?![a-z0-9])"
)
_ORDER = {word: str(n) for words in ("一二三四五六", "甲乙丙丁", "123456", "abcd") for n, word in enumerate(words, 1)}
_ORDER |= {word: str(n) for n, word in enumerate(("one", "two", "three", "four", "five", "six"), 1)}
"""Scenarios go by their number."""

_PARTICLES = "的在是和与跟被等将有也对,.( )"
"""Some names are listed with the character after them, since alone they occur within ordinary words."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text. `key` is the same for every spelling; `kind` is a table of entities.toml, "proper" or "term" of
    a glossary, else "word"."""

    key: str
    kind: str
    start: int
    end: int


class Names:
    """Finds names: those of entities.toml and of a glossary, words with a capital, Chinese names of companies."""

    def __init__(self, terms: Iterable[Sequence[str]] = ()) -> None:
        """`terms`: the names of each glossary entry."""
        self._keys: dict[str, tuple[str, str]] = {}
        self._cased: dict[str, str] = {}
        for entity in known_entities():
            self._add(entity.names, entity.kind)
            for name in entity.names:
                if name.isascii() and (entity.cased or len(name) <= TICKER):
                    self._cased[fold(name)] = name
        for names in terms:
            self._add(names, "proper" if any(map(_PROPER.fullmatch, names)) else "term")
        self._chinese = frozenset(name for name in self._keys if not name.isascii())
        self._lengths: dict[str, list[int]] = {}
        """Of the Chinese names that begin with a character, the longest first."""
        for name in sorted(self._chinese, key=len, reverse=True):
            lengths = self._lengths.setdefault(name[0], [])
            if len(name) not in lengths:
                lengths.append(len(name))
        self._first_words = {match[0] for name in self._keys if (match := _LATIN_WORD.match(name))}
        self.find = lru_cache(maxsize=4096)(self._find)

    def _add(self, names: Sequence[str], kind: str) -> None:
        folded = [fold(name) for name in names]
        known = next((self._keys[name] for name in folded if name in self._keys), None)
        key = known or (folded[0].rstrip(_PARTICLES), kind)
        for name in folded:
            self._keys.setdefault(name, key)

    def _find(self, text: str) -> tuple[Name, ...]:
        """The names of a text in order, the longest where they overlap."""
        found: list[Name] = []
        for name in [*self._listed(text), *_unlisted(text)]:
            if not any(name.start < other.end and other.start < name.end for other in found):
                found.append(name)
        return tuple(sorted(found, key=lambda name: name.start))

    def _listed(self, text: str) -> Iterable[Name]:
        folded = fold(text)
        for at, character in enumerate(folded):
            for length in self._lengths.get(character, ()):
                name = folded[at : at + length]
                if name in self._chinese:
                    yield Name(*self._keys[name], at, at + len(name.rstrip(_PARTICLES)))
                    break
        words = list(_LATIN_WORD.finditer(text))
        begin = [n for n, word in enumerate(words) if self._begins(folded[word.start() : word.end()])]
        for width in range(_LONGEST, 0, -1):
            for first in (n for n in begin if n + width <= len(words)):
                start, end = words[first].start(), words[first + width - 1].end()
                spelt = folded[start:end]
                known = self._keys.get(spelt) or self._keys.get(spelt.removesuffix("s"))
                cased = self._cased.get(spelt)
                if known and (cased is None or text[start:end] == cased):
                    yield Name(*known, start, end)

    def _begins(self, word: str) -> bool:
        """Whether a name begins with a folded Latin word, a plural too."""
        return word in self._first_words or word.removesuffix("s") in self._first_words


def names_of(build: Build) -> Names:
    """The names of a build's glossary beside the well-known ones; made once for each build."""
    if build not in _OF_BUILDS:
        _OF_BUILDS[build] = Names(term.names for term in build.glossary.terms)
    return _OF_BUILDS[build]


_OF_BUILDS: WeakKeyDictionary[Build, Names] = WeakKeyDictionary()


def _unlisted(text: str) -> Iterable[Name]:
    for match in _LATIN_WORD.finditer(text):
        word = match[0]
        if not word[0].isupper() or word in _common() or re.fullmatch(r"[QHF]Y?\d*|\d*[QH]\d*", word):
            continue
        starts = _SENTENCE_START.search(text, 0, match.start()) is not None
        if starts and word[1:].islower() and not re.match(r"\s[A-Z]|['’]s\b", text[match.end() : match.end() + 3]):
            continue
        yield Name(fold(word), "word", *match.span())
    folded = fold(text)
    for match in _NUMBERED.finditer(folded):
        yield Name(f"scenario {_ORDER[match['which'] or match['word']]}", "word", *match.span())
    for match in _COMPANY.finditer(folded):
        if own := _own(folded[max(0, match.start() - 5) : match.start()], match[0].startswith("商业")):
            start = match.start() - len(own)
            yield Name(folded[start : match.end()], "word", start, match.end())


@lru_cache(maxsize=4096)
def _own(before: str, ordinary: bool) -> str:
    """The name proper before such an ending: characters that make no listed word (海嵐航運), or a listed name.

    `ordinary`: an ordinary noun may be one too, for what follows is long enough to tell (群島商業銀行).
    """
    own = ""
    names = ("nr", "ns", "nz", "nrt", *(["n"] if ordinary else []))
    for word, kind in reversed(listed_words(before)):
        listed = len(word) > 1 and kind not in names
        if listed or word in _MODIFIERS or _FUNCTION.search(word) or not has_han(word):
            break
        own = word + own
        if len(word) > 1:
            break
    return own if 2 <= len(own) <= 4 else ""


_FUNCTION = re.compile(
    r"[的了在是和与及或等从由对向被把为以于个家种这那其各每本该前后全大小新老只些首上下内外无有使令但而则至到约如据若]"
)


_MODIFIERS = frozenset("传统 大型 中型 小型 区域 全球 主要 国有 民营 数位 数字 样本 当地 本地 外资 中资".split())  # noqa: SIM905


@cache
def _common() -> frozenset[str]:
    return frozenset(prompts.cues("capitalized"))
