"""Which paragraphs of a PDF are headings: those that its outline names, else those in larger letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.blocks import is_sentence
from ingest.pdf_lines import Paragraph

_LARGER = 1.12
"""Size of a heading's letters in those of the body: 12 over 11 is still a list's, 14 a heading's."""

_MAX_LENGTH = 120
_MAX_SHARE = 0.3
"""Share of paragraphs in larger letters above which size says nothing: slides, posters."""

_SURE = 0.5
"""Share of an outline's entries that must stand in the text for it to be believed."""


def heading_depths(units: Sequence[Paragraph], toc: Sequence[tuple[str, int, int]]) -> dict[int, int]:
    """Depth of each heading by its place: 1 for the title, 2 for chapters, and so on; empty if nothing shows them."""
    title = _title(units)
    found = _by_outline(units, toc) or _by_size(units, title)
    if found and title is not None and title not in found and title < min(found):
        found[title] = 1
    return found


def _by_outline(units: Sequence[Paragraph], toc: Sequence[tuple[str, int, int]]) -> dict[int, int]:
    by_text: dict[str, list[int]] = {}
    for place, unit in enumerate(units):
        if unit.kind == "line":
            by_text.setdefault(_plain(unit.text), []).append(place)
    matched: list[tuple[int, int]] = []
    for title, level, page in toc:
        places = by_text.get(_plain(title), [])
        near = [place for place in places if abs(units[place].first.page - page) <= 1]
        if near:
            matched.append((near[0], level))
    if len(matched) < 2 or len(matched) < _SURE * len(toc):
        return {}
    tops = [level for _, level in matched]
    top = min(tops)
    single = tops.count(top) == 1 and len(set(tops)) > 1 and matched[0][1] == top  # the document's own title
    return {place: level - top + (1 if single else 2) for place, level in matched}


def _by_size(units: Sequence[Paragraph], title: int | None) -> dict[int, int]:
    body = _body(units)
    found = {
        place: round(unit.first.size, 1)
        for place, unit in enumerate(units)
        if place != title and unit.kind == "line" and unit.first.size >= _LARGER * body and _is_heading(unit.text)
    }
    if len(found) < 2 or len(found) > _MAX_SHARE * len(units):
        return {}
    sizes = sorted(set(found.values()), reverse=True)
    ranks: dict[float, int] = {}
    for size in sizes:  # sizes that differ by rounding only are one
        near = next((known for known in ranks if known - size < 0.6), None)
        ranks[size] = ranks[near] if near is not None else len(set(ranks.values())) + 2
    return {place: ranks[size] for place, size in found.items()}


def _title(units: Sequence[Paragraph]) -> int | None:
    """The paragraph in the largest letters, where it stands among the first and no other is as large."""
    sizes = [unit.first.size for unit in units if unit.kind == "line"]
    largest = max(sizes, default=0.0)
    if largest < 1.2 * _body(units):
        return None
    places = [place for place, unit in enumerate(units) if unit.kind == "line" and unit.first.size > 0.97 * largest]
    return places[0] if len(places) == 1 and places[0] < 12 and len(units[places[0]].text) <= 200 else None


def _body(units: Sequence[Paragraph]) -> float:
    sizes: Counter[float] = Counter()
    for unit in units:
        sizes[round(unit.first.size, 1)] += len(unit.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _is_heading(text: str) -> bool:
    letters = len(re.findall(r"[^\W\d_]", text))
    return (
        letters >= 2
        and len(text) <= _MAX_LENGTH
        and not (is_sentence(text) and not text.endswith(("?", "？", "!", "！")))
    )


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
