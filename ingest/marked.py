"""Text written line by line together with what each line is, for readers of files that say so themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.document import Mark, MarkKind
from ingest.grid import Cell, Grid, Spot, heads_of, joined_heads, plain_rows, spread

BULLET = "•"
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\U000e0000-\U000e0fff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0\u2028\u2029]+")
_HAN_GAP = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) ?\n ?(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])"
)


class MarkedText:
    """Lines of a document as they are found; `text` and `marks` when all are."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.marks: list[Mark] = []

    def line(self, text: str, kind: MarkKind | None = None, depth: int = 0) -> None:
        """Adds a line. No kind: what its words show."""
        if not text.strip():
            return
        lead = "  " * depth + f"{BULLET} " if kind == "bullet" else ""
        if kind is not None:
            self.marks.append(Mark(self._length + len(lead), kind, depth))
        self._add(f"{lead}{text}\n" if kind in ("row", "head") else f"{lead}{text}\n\n")

    def table(self, rows: Sequence[Sequence[Cell]], heads: int | None = None) -> None:
        """Adds the rows of a table, each with the heads of its columns; a single column is lines.

        `heads`: how many of its rows the file says are heads; None where it does not say.
        """
        grid = spread([row for row in rows if any(cell.text.strip() for cell in row)])
        while len(grid) > 1 and _is_title(grid[0]):
            self.line(grid.pop(0)[0].text)
            heads = heads and heads - 1
        filled = plain_rows(grid)
        if not filled or max(map(len, filled)) < 2:
            for row in filled:
                self.line(row[0])
            return
        count = min(_count_heads(grid) if heads is None else heads, len(grid) - 1)
        names = joined_heads(grid[:count]) if count else []
        if names:
            self.line(" | ".join(name for name in names if name), "head")
        for spots, row in zip(grid[count:], filled[count:], strict=True):
            self.line(row_text(heads_of(spots, names), row), "row")
        self._add("\n")

    @property
    def length(self) -> int:
        return self._length

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _is_title(row: Sequence[Spot]) -> bool:
    """Whether a row is one cell across the whole table."""
    return len(row) > 1 and bool(row[0].text) and not any(spot.begins for spot in row[1:])


def _count_heads(grid: Grid) -> int:
    """How many rows name the columns: as many as what begins in the first spans; those beneath a head of several."""
    rows = plain_rows(grid)
    if not is_heading_row(rows[0]):
        return 0
    count = 1
    while count < len(grid) - 1 and is_heading_row(rows[count]) and _goes_on(grid[count - 1], grid[count]):
        count += 1
    return count


def _goes_on(upper: Sequence[Spot], lower: Sequence[Spot]) -> bool:
    """Whether a row of heads goes on in the next: one spans several columns there, which have their own beneath it."""
    pairs = list(zip(upper, lower, strict=False))
    return any(not above.begins and below.begins and below.text for above, below in pairs)


def row_text(heads: Sequence[str], cells: Sequence[str]) -> str:
    """A row that can be read alone: `2025 | Revenue: 4.2 | Growth: 12%`; the first cell names it."""
    named = []
    for column, cell in enumerate(cells):
        head = heads[column] if column < len(heads) else ""
        if cell:
            named.append(f"{head}: {cell}" if head and column and head != cell else cell)
    return " | ".join(named)


def is_heading_row(cells: Sequence[str]) -> bool:
    """Whether a table's first row names its columns: no cell of it but years is a figure."""
    figures = [cell for cell in cells if re.search(r"\d", cell) and not re.fullmatch(r"[^\d]*(19|20)\d\d\D{0,6}", cell)]
    return not figures and sum(bool(cell) for cell in cells) >= 2


def visible(text: str) -> tuple[str, int]:
    """The text without characters that nobody sees, and how many of them could hide words (tags, direction marks)."""
    kept = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return kept, len(re.findall(r"[\u202a-\u202e\u2066-\u2069]|[\U000e0000-\U000e0fff]", text))


def one_line(text: str) -> str:
    """Runs of white space as one space; a line end between Chinese characters as nothing."""
    return _SPACE.sub(" ", _HAN_GAP.sub("", text)).strip()
