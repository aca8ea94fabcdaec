"""The sections of a build as arrays, a row each: made once when it is opened, so that no question loops over them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ingest.document import CAPTIONS
from vectorstore.places import Place, keyword_language

Scores = NDArray[np.float64]

_KIND_ORDER = {"original": 0, "translation": 1, "digest": 2}


class Sections:
    """Works' sections in reading order of the first edition, with what their places score brought to them.

    Scores of places come by the place's index; scores of sections by row. Where two rows are given, the first is of
    the editions in the question's language, the second of the others.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        groups = _group(places)
        self.keys = tuple(groups)
        """Work and anchor of each row."""

        self.places = tuple(map(tuple, groups.values()))
        """Of each row, originals first."""

        self.headings = np.array([mine[0].is_heading for mine in self.places], dtype=np.float64)
        self.captions = np.array([mine[0].section.kind in CAPTIONS for mine in self.places], dtype=np.float64)
        """One for each row that is of the kind, else zero."""

        self.works = np.array([work for work, _ in self.keys], dtype=object)
        """Of each row."""

        self._row = np.zeros(len(places), dtype=np.intp)
        for row, mine in enumerate(self.places):
            for place in mine:
                self._row[place.index] = row
        self._chinese = np.array([keyword_language(place.edition) == "zh" for place in places], dtype=bool)
        # A cell is a section in one edition, of which a long one has several places.
        cells: dict[tuple[int, str], int] = {}
        groups_of = _comparable(places)
        self._cell = np.zeros(len(places), dtype=np.intp)
        cell_groups: list[int] = []
        for place in places:
            cell = cells.setdefault((int(self._row[place.index]), place.edition.id), len(cells))
            if cell == len(cell_groups):
                cell_groups.append(groups_of[place.work, place.edition.id])
            self._cell[place.index] = cell
        self._cell_group = np.array(cell_groups, dtype=np.intp)
        self._cell_row = np.array([row for row, _ in cells], dtype=np.intp)
        self._cell_chinese = np.zeros(len(cells), dtype=bool)
        self._cell_chinese[self._cell] = self._chinese
        # A parent without words of its own has no row: such come after the rows, and last the parent of all without.
        self._node = {key: row for row, key in enumerate(self.keys)}
        for (work, _), mine in zip(self.keys, self.places, strict=True):
            if (parent := mine[0].section.parent) is not None:
                self._node.setdefault((work, parent), len(self._node))
        self._parent = np.full(len(self._node) + 1, len(self._node), dtype=np.intp)
        for row, (key, mine) in enumerate(zip(self.keys, self.places, strict=True)):
            if (parent := mine[0].section.parent) is not None:
                self._parent[row] = self._node[key[0], parent]

    def __len__(self) -> int:
        return len(self.keys)

    def row(self, work: str, anchor: str) -> int | None:
        """The row of a section; None where it has no words of its own."""
        row = self._node.get((work, anchor), len(self))
        return row if row < len(self) else None

    def children(self, work: str, parent: str) -> list[tuple[tuple[str, str], tuple[Place, ...]]]:
        """The sections right beneath one, in reading order."""
        above = self._node.get((work, parent))
        rows = np.flatnonzero(self._parent[: len(self)] == (-1 if above is None else above))
        found = [(self.keys[row], self.places[row]) for row in rows]
        return sorted(found, key=lambda pair: pair[1][0].passage.start)

    def of_works(self, works: Collection[str]) -> NDArray[np.bool_]:
        """Which rows belong to the works; none named: all."""
        return np.isin(self.works, list(works)) if works else np.ones(len(self), dtype=bool)

    def best(self, scores: Scores) -> Scores:
        """The highest score among a section's places."""
        found = np.full(len(self), -np.inf)
        np.maximum.at(found, self._row, scores)
        return found

    def best_by_side(self, scores: Scores, *, chinese: bool) -> Scores:
        """(2, sections): the highest score in the question's language and in the others, at least zero."""
        found = np.zeros((2, len(self)))
        np.maximum.at(found, ((self._chinese != chinese).astype(np.intp), self._row), scores)
        return found

    def mean_by_side(self, scores: Scores, *, chinese: bool) -> Scores:
        """(2, sections): mean over the editions in the question's language, and over the others.

        Each edition, together with the like editions of other works, is brought to standard scores first, for e5's
        cosines crowd into a tenth of their range, elsewhere for every question; a section without edition on one side
        has the other's.
        """
        cells = np.full(len(self._cell_row), -1.0)
        np.maximum.at(cells, self._cell, scores)
        at = (self._cell_chinese != chinese).astype(np.intp), self._cell_row
        sums, counts = np.zeros((2, len(self))), np.zeros((2, len(self)))
        np.add.at(sums, at, self._standard(cells))
        np.add.at(counts, at, 1.0)
        means = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
        return np.where(counts > 0, means, means[::-1])

    def of_parents(self, values: Scores) -> Scores:
        """The value of the section above each; zero where there is none."""
        padded = np.zeros(len(self._parent))
        padded[: len(self)] = values
        return padded[self._parent[: len(self)]]

    def beneath(self, named: Collection[tuple[str, str]]) -> Scores:
        """One for the sections that lie in one of the named, else zero."""
        inside = np.zeros(len(self._parent), dtype=bool)
        inside[[self._node[key] for key in named if key in self._node]] = True
        found = np.zeros(len(self), dtype=bool)
        above = self._parent[: len(self)]
        while inside.any() and bool((above < len(self._node)).any()):
            found |= inside[above]
            above = self._parent[above]
        return found.astype(np.float64)

    def _standard(self, cells: Scores) -> Scores:
        """Cells less their group's mean, by its standard deviation."""
        group = self._cell_group
        sizes = np.bincount(group)
        centred = cells - (np.bincount(group, cells) / sizes)[group]
        spread = np.sqrt(np.bincount(group, centred**2) / sizes)
        spread[spread == 0] = 1.0
        return np.asarray(centred / spread[group])


def _comparable(places: Sequence[Place]) -> dict[tuple[str, str], int]:
    """For each edition the group that its scores are compared in: the first editions of all works in a language, the
    second ones, and so on. By itself, the best of a short work would score no higher than any of a long one."""
    editions = {(place.work, place.edition.id): place.edition for place in places}
    ordered = sorted(editions.values(), key=lambda e: (e.work, keyword_language(e), _KIND_ORDER[e.kind], e.id))
    groups: dict[tuple[str, int], int] = {}
    found: dict[tuple[str, str], int] = {}
    for (_, lang), mine in groupby(ordered, key=lambda e: (e.work, keyword_language(e))):
        for rank, edition in enumerate(mine):
            found[edition.work, edition.id] = groups.setdefault((lang, rank), len(groups))
    return found


def _group(places: Sequence[Place]) -> dict[tuple[str, str], list[Place]]:
    """Places by work and anchor, in reading order of the first edition; originals first within each."""
    groups: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in sorted(places, key=lambda p: (p.work, _KIND_ORDER[p.edition.kind], p.edition.id, p.index)):
        groups[place.work, place.passage.anchor].append(place)
    return dict(groups)
