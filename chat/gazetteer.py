"""Well-known names (prompts/entities.toml): which of them a question uses that the documents do not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import prompts
from vectorstore.words import fold, to_simplified

TICKER = 4
"""Latin names of so few letters count only as written: wld is no Worldcoin."""

LONGEST = 4
"""Words of the longest Latin name that is looked up."""

_AUDIENCE = re.compile(
    r"的?\s*(?:客[户戶]|[读讀]者|投[资資](?:者|人)|同事|朋友|clients?|readers?|investors?|customers?)", re.I
)
_PARTICLES = "的在是和與与及跟被等將将有也對对、，。（） "
"""Some names are listed with the character after them, since alone they occur within ordinary words."""

_WORD = re.compile(r"[A-Za-z0-9]+(?:[.&'’-](?!s\b)[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Entity:
    """A company, index, person, place … with its names; `cased`: its Latin names count only with their capitals.

    `kind` is the table of prompts/entities.toml that lists it.
    """

    names: tuple[str, ...]
    cased: bool
    kind: str


class Gazetteer:
    """Looks up the entities that a question names and that none of the given texts does."""

    def __init__(self, texts: Sequence[str], folded: Sequence[str]) -> None:
        """`folded`: the same texts in the form in which texts are compared."""
        self._text = "\n".join(texts)
        self._folded = "\n".join(folded)

    def absent(self, question: str) -> list[str]:
        """The names in a question, as typed there, of entities that the texts never mention.

        A name within a longer one does not count, nor one that says who asks (香港客戶, Japanese investors).
        """
        named = [
            (entity, start, end)
            for entity, start, end in named_entities(question)
            if not _AUDIENCE.match(question, end)
        ]
        longest = [
            (entity, start, end)
            for entity, start, end in named
            if not any(s <= start and end <= e and (s, e) != (start, end) for _, s, e in named)
        ]
        found = sorted((start, end) for entity, start, end in longest if not self._mentions(entity))
        return list(dict.fromkeys(question[start:end].rstrip(_PARTICLES) for start, end in found))

    def _mentions(self, entity: Entity) -> bool:
        return any(
            _stands_in(self._text, name) if _is_cased(name, entity) else _stands_in(self._folded, fold(name))
            for name in entity.names
        )


@cache
def known_entities() -> tuple[Entity, ...]:
    """All entities of prompts/entities.toml, their names in Simplified."""
    return tuple(
        Entity(tuple(map(to_simplified, names)), key == "cased", kind)
        for kind, table in prompts.entities().items()
        for key in ("names", "cased")
        for names in table.get(key, [])
    )


@cache
def _chinese_names() -> Mapping[str, Sequence[tuple[str, Entity]]]:
    """Chinese names with their entities, by the first character."""
    named = {name: entity for entity in known_entities() for name in entity.names if not name.isascii()}
    names: defaultdict[str, list[tuple[str, Entity]]] = defaultdict(list)
    for name, entity in named.items():
        names[name[0]].append((name, entity))
    return names


@cache
def _latin_names() -> Mapping[str, tuple[set[str], Entity]]:
    """Latin names in lower case, with their spellings and entity."""
    names: dict[str, tuple[set[str], Entity]] = {}
    for entity in known_entities():
        for name in filter(str.isascii, entity.names):
            names.setdefault(name.lower(), (set(), entity))[0].add(name)
    return names


@lru_cache(maxsize=2048)  # those of the same sentences are asked for again and again
def named_entities(text: str) -> tuple[tuple[Entity, int, int], ...]:
    """The well-known names in a text, each with its place: the first of a Chinese one, every one of a Latin one."""
    return (*_chinese_in(to_simplified(text)), *_latin_in(text))  # Simplified is of the same length


def _chinese_in(simplified: str) -> Iterator[tuple[Entity, int, int]]:
    known, seen = _chinese_names(), set()
    for start, character in enumerate(simplified):
        for name, entity in known.get(character, ()):
            if name not in seen and simplified.startswith(name, start):
                seen.add(name)
                yield entity, start, start + len(name)


def _latin_in(text: str) -> Iterator[tuple[Entity, int, int]]:
    known, words = _latin_names(), list(_WORD.finditer(text))
    for first in range(len(words)):
        for last in words[first : first + LONGEST]:
            start, end = words[first].start(), last.end()
            typed = text[start:end]
            spellings, found = known.get(typed.lower(), (set(), None))
            if found and (typed in spellings or _is_no_word(typed) or not (found.cased or len(typed) <= TICKER)):
                yield found, start, end


def _is_no_word(typed: str) -> bool:
    """Whether letters without a vowel, no short form of a word (pls): a ticker however it is written (xrp, ltc)."""
    lower = typed.lower()
    return len(lower) > 2 and lower.isalpha() and not re.search("[aeiouy]", lower) and lower not in _short_forms()


@cache
def _short_forms() -> frozenset[str]:
    return frozenset(prompts.cues("short_forms"))


def _is_cased(name: str, entity: Entity) -> bool:
    """Whether a name is Latin and counts only with its capitals."""
    return name.isascii() and (entity.cased or len(name) <= TICKER)


def _stands_in(text: str, name: str) -> bool:
    """Whether a text has a name, a Latin one as a whole word. Many times as fast as a pattern with bounds."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not name.isascii() or not (_is_latin(text[start - 1 : start]) or _is_latin(text[end : end + 1])):
            return True
        start = text.find(name, start + 1)
    return False


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
