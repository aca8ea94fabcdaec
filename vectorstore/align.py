"""Sections of two editions whose outlines differ, brought together by order and meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.document import Edition, Section
from vectorstore.words import to_simplified

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Vectors of texts in any language."""

AGREEING = 0.9
"""Share of anchors, both ways, from which on two outlines are one: then anchors say what stands beside what."""

_GAP = 0.0
"""What leaving a section alone costs. Scores are standard scores: pairs that are closer than the average count."""

_MIN_SCORE = 0.9
"""Standard deviations above the mean similarity of all pairs from which on a pair is one. Of the invented report's two
editions with headings removed from one, right pairs lie at 1.3 to 4, wrong ones on the way under 0.8."""

_HEADING_BONUS, _NUMBER_BONUS = 0.5, 1.0
_MAX_SECTIONS = 3_000
_CUT = 300


@dataclass(frozen=True, slots=True)
class Alignment:
    """An edition with the anchors of another, and the sections of both that stand alone."""

    edition: Edition
    beside: str
    aligned: int
    left: tuple[str, ...]
    left_beside: tuple[str, ...]

    def values(self, file: str) -> dict[str, object]:
        """What a sentence about it names: its counts, and the first sections that stand alone."""
        shown = ", ".join(self.left[:8]) + (" …" if len(self.left) > 8 else "")
        sections = self.aligned + len(self.left)
        return {
            "file": file,
            "edition": self.beside,
            "aligned": self.aligned,
            "sections": sections,
            "left": shown or "0",
        }


def align(first: Edition, second: Edition, embed: Embed) -> Alignment | None:
    """The second edition under the anchors of the first; None where their own anchors agree, or they are too long."""
    anchors, others = set(first.outline.anchors), set(second.outline.anchors)
    common = len(anchors & others)
    if common >= AGREEING * max(len(anchors), len(others)) or max(len(anchors), len(others)) > _MAX_SECTIONS:
        return None
    ours, theirs = _spoken(first), _spoken(second)
    if not ours or not theirs:
        return None
    pairs = _in_order(_scores(first, ours, second, theirs, embed))
    found = {theirs[b].anchor: ours[a].anchor for a, b in pairs}
    left = tuple(section.anchor for section in theirs if section.anchor not in found)
    alone = tuple(section.anchor for section in ours if section.anchor not in found.values())
    outline = replace(second.outline, sections=_renamed(second.outline.sections, found))
    return Alignment(replace(second, outline=outline), first.id, len(found), left, alone)


def _spoken(edition: Edition) -> list[Section]:
    return [section for section in edition.outline.sections if section.start < section.end]


def _scores(
    first: Edition, ours: Sequence[Section], second: Edition, theirs: Sequence[Section], embed: Embed
) -> NDArray[np.float64]:
    """How alike the sections are: cosines of texts in standard scores, a premium for like kinds and figures."""
    texts = [_text(first, section) for section in ours] + [_text(second, section) for section in theirs]
    vectors = np.asarray(embed([to_simplified(text[:_CUT]) for text in texts]), np.float64)
    a, b = vectors[: len(ours)], vectors[len(ours) :]
    cosines = a @ b.T
    # e5 finds some texts alike to all others: what counts is how much more alike a pair is than its row and column.
    centred = cosines - cosines.mean(1, keepdims=True) - cosines.mean(0, keepdims=True) + cosines.mean()
    scores = np.asarray(centred / (centred.std() or 1.0))
    kinds = np.array([[_is_heading(x) == _is_heading(y) for y in theirs] for x in ours])
    figures = [_figures(text) for text in texts]
    shared = [[_overlap(x, y) for y in figures[len(ours) :]] for x in figures[: len(ours)]]
    return np.asarray(scores + _HEADING_BONUS * (kinds - 0.5) + _NUMBER_BONUS * np.array(shared))


def _in_order(scores: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs that together score highest without crossing each other (Needleman and Wunsch 1970)."""
    rows, columns = scores.shape
    gains = scores - _MIN_SCORE
    best = np.zeros((rows + 1, columns + 1))
    for i in range(1, rows + 1):
        diagonal = best[i - 1, :-1] + gains[i - 1]
        upper = best[i - 1, 1:] - _GAP
        row = np.maximum(diagonal, upper)
        best[i, 1:] = np.maximum.accumulate(np.maximum(row, 0))
    pairs = []
    i, j = rows, columns
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
    return pairs[::-1]


def _renamed(sections: Sequence[Section], found: Mapping[str, str]) -> tuple[Section, ...]:
    """The sections under their counterparts' anchors; one without a counterpart is `u1`, `u2` … of what it lies in."""
    taken, names, counts = set(found.values()), dict[str, str](), dict[str, int]()
    renamed = []
    for section in sections:
        parent = names[section.parent] if section.parent else None
        if section.anchor in found:
            name = found[section.anchor]
        elif section.start == section.end and section.anchor not in taken:  # front matter and pages, without words
            name = section.anchor
        else:
            counts[parent or ""] = counts.get(parent or "", 0) + 1
            name = f"{parent}.u{counts[parent or '']}" if parent else f"u{counts['']}"
        names[section.anchor] = name
        renamed.append(replace(section, anchor=name, parent=parent))
    return tuple(renamed)


def _text(edition: Edition, section: Section) -> str:
    return edition.document.text[section.start : section.end]


def _is_heading(section: Section) -> bool:
    return section.kind in ("chapter", "heading", "title") or (
        section.kind == "item" and section.end - section.start < 80
    )


def _figures(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
