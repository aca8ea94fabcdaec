"""The kind of answer that a question wants (a figure, a day, a company …), and whether a sentence holds one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache

import prompts
from chat.gazetteer import named_entities
from chat.numbers import Figure, figures
from vectorstore.words import fold


@dataclass(frozen=True, slots=True)
class Kind:
    """What a question wants: the key of its cues, and which figures are of that kind."""

    key: str
    fits: Callable[[Figure], bool]


DEAREST = 1e7
"""More than one share, coin or ounce costs in any currency: above it, money is not a price but a sum."""

_FIGURES = (
    Kind("basis_points", lambda f: f.kind == "points"),
    Kind("price", lambda f: f.kind == "money" and f.high < DEAREST),
    Kind("level", lambda f: f.kind in ("level", "number", "money")),
    Kind("money", lambda f: f.kind == "money"),
    Kind("share", lambda f: f.kind in ("percent", "points", "multiple")),
    Kind("times", lambda f: f.kind == "count" and f.unit in ("次", "time", "cut", "cuts", "hike", "hikes")),
    Kind("counted", lambda f: f.kind in ("count", "number", "level", "duration", "multiple")),
    Kind("day", lambda f: f.kind == "date" and f.grain == "day"),
    Kind("amount", lambda f: f.kind != "date"),
    Kind("when", lambda f: f.kind in ("date", "duration")),
)
"""The narrowest first: of several that a question has cues of, that one is meant."""

_NAMES = {
    "organisation": ("companies", "exchanges", "institutions"),
    "person": ("people", "institutions", "companies", "exchanges"),
    "asset": ("cryptocurrencies", "commodities", "indices", "currencies"),
    "place": ("countries",),
}
"""Which tables of prompts/entities.toml name what a question asks for by its kind."""

_CELL = re.compile(r"(?:^|(?<= \| ))([^|]*?[^|\d]): ([+-]?[\d.,]+)(?= \||$)")
"""A row's figure beneath its head: `Price, £: 9.85 | …`."""

_LATIN = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9.&]*[A-Za-z0-9](?![A-Za-z0-9])")
_ORGANISATION = re.compile(
    r"[\u4e00-\u9fff]{2,6}(?:公司|集[团團]|[银銀]行|航[运運]|控股|[证證]券|基金|交易所|科技|能源|[电電]力|[资資]本)"
)


def wanted_figure(asks: Collection[str]) -> Kind | None:
    """The kind of figure that a question with these cues wants, or None."""
    return next((kind for kind in _FIGURES if kind.key in asks), None)


def wanted_name(asks: Collection[str]) -> str:
    """The kind of name that a question with these cues wants, or an empty string."""
    return next((key for key in _NAMES if key in asks), "")


def holds_figure(kind: Kind, texts: Sequence[str]) -> bool:
    return any(kind.fits(figure) for text in texts for said in (text, *_with_units(text)) for figure in figures(said))


def _with_units(text: str) -> list[str]:
    """The figures of a table's row beside each word of their column's head, one of which may be their unit."""
    cells = [(cell[1], cell[2]) for cell in _CELL.finditer(text)] if " | " in text else []
    beside = [said for head, value in cells for word in _WORD.findall(head) for said in (word + value, value + word)]
    return [said for said in beside if any(figure.kind in ("money", "percent") for figure in figures(said))]


_WORD = re.compile(r"[^\s,;:/()，；：、（）]+")


def holds_name(kind: str, texts: Sequence[str], question: str) -> bool:
    """Whether one of the texts names something of a kind that the question does not name itself.

    Names are those of prompts/entities.toml, Latin ones with a capital, and Chinese ones that end as companies do.
    """
    asked = {entity for entity, _, _ in named_entities(question)}
    known = fold(question)
    for text in texts:
        if any(entity.kind in _NAMES[kind] and entity not in asked for entity, _, _ in named_entities(text)):
            return True
        if kind in ("organisation", "person") and any(fold(m[0]) not in known for m in _ORGANISATION.finditer(text)):
            return True
        if any(_may_be(kind, match, text) and fold(match[0]) not in known for match in _LATIN.finditer(text)):
            return True
    return False


def _may_be(kind: str, match: re.Match[str], text: str) -> bool:
    """A capital within a sentence that is no common abbreviation, nor the well-known name of something else.

    What is all capitals and not well known is a term as often as a name (RWA): only assets go by such.
    """
    if any(entity.kind not in _NAMES[kind] for entity, _, _ in named_entities(match[0])):
        return False
    if kind != "asset" and match[0].isupper():
        return False
    begins = not text[: match.start()].strip(" \"'“‘(") or text[: match.start()].rstrip().endswith((".", ":", "?"))
    return match[0] not in _common() and not (begins and match[0][1:].islower())


@cache
def _common() -> frozenset[str]:
    return frozenset(prompts.cues("capitalized"))
