"""Well-known names (prompts/entities.toml): which of them a question uses that the documents do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import prompts
from vectorstore.words import fold


@dataclass(frozen=True, slots=True)
class Entity:
    """A company, index, person, place … with its names; `cased`: its Latin names count only with their capitals."""

    names: tuple[str, ...]
    cased: bool


class Gazetteer:
    """The entities that occur in none of the given texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        everything = "\n".join(texts)
        folded = fold(everything)
        self._absent = [
            (entity, pattern)
            for entity in known_entities()
            if not (pattern := _pattern(entity)).search(everything if entity.cased else folded)
        ]

    def absent(self, question: str) -> list[str]:
        """The names in a question, as typed there, of entities that the texts never mention."""
        folded = fold(question)
        found = []
        for entity, pattern in self._absent:
            if match := pattern.search(question if entity.cased else folded):
                found.append((match.start(), question[match.start() : match.end()]))
        return [name for _, name in sorted(found)]


def known_entities() -> list[Entity]:
    """All entities of prompts/entities.toml."""
    return [
        Entity(tuple(names), key == "cased")
        for table in prompts.entities().values()
        for key in ("names", "cased")
        for names in table.get(key, [])
    ]


def _pattern(entity: Entity) -> re.Pattern[str]:
    names = sorted((name if entity.cased else fold(name) for name in entity.names), key=len, reverse=True)
    return re.compile("|".join(_bounded(name) for name in names))


def _bounded(name: str) -> str:
    if name.isascii():
        return rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
    return re.escape(name)
