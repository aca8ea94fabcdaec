"""Cells of a table that span rows or columns become a grid in which every row can be read alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MAX_ACROSS = 64
MAX_DOWN = 1_000
"""Columns and rows that a cell may span; a file may claim any number."""


class Cell(NamedTuple):
    """The words of a cell and how many columns and rows it spans."""

    text: str
    across: int = 1
    down: int = 1


class Spot(NamedTuple):
    """A place of the grid: the words of its cell, and whether that begins in this column."""

    text: str
    begins: bool


Grid = list[list[Spot]]


def spread(rows: Sequence[Sequence[Cell]]) -> Grid:
    """The grid of a table. What spans rows stands in each of them."""
    grid: Grid = []
    open_: dict[int, tuple[int, Spot]] = {}  # by column: how many more rows its cell spans
    for row in rows:
        line: list[Spot] = []
        left = deque(row)
        while left or len(line) in open_:
            if len(line) in open_:
                line.append(_from_above(open_, len(line)))
                continue
            cell = left.popleft()
            for n in range(max(1, min(cell.across, MAX_ACROSS))):
                spot = Spot(cell.text, n == 0)
                if cell.down > 1:
                    open_[len(line)] = (min(cell.down, MAX_DOWN) - 1, spot)
                line.append(spot)
        grid.append(line)
    return grid


def _from_above(open_: dict[int, tuple[int, Spot]], column: int) -> Spot:
    rows, spot = open_.pop(column)
    if rows > 1:
        open_[column] = (rows - 1, spot)
    return spot


def plain_rows(grid: Grid) -> list[list[str]]:
    """The words of each row: a cell that spans columns stands in its first."""
    return [[spot.text if spot.begins else "" for spot in row] for row in grid]


def joined_heads(grid: Grid) -> list[str]:
    """The heads of columns in rows of heads: what spans several columns stands before the head of each."""
    return [" ".join(_once(column)) for column in zip(*_even(grid), strict=True)]


def heads_of(row: Sequence[Spot], heads: Sequence[str]) -> list[str]:
    """The heads of a row's cells: one that spans columns has those of all."""
    named = list(heads[: len(row)])
    for column in range(len(named) - 1, 0, -1):
        if not row[column].begins:
            named[column - 1] = " / ".join(name for name in named[column - 1 : column + 1] if name)
    return named


def _even(grid: Grid) -> Grid:
    width = max(map(len, grid))
    return [row + [Spot("", True)] * (width - len(row)) for row in grid]


def _once(column: Sequence[Spot]) -> Iterator[str]:
    last = ""
    for text, _ in column:
        if text and text != last:
            yield text
        last = text or last
