"""Words seen on a picture, a scanned page or an image in a page, become paragraphs and tables by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ingest.grid import Cell
from ingest.marked import is_heading_row
from ingest.pdf_lines import Paragraph, paragraphs
from ingest.pdf_page import Line, is_wide

LEAST_WIDTH, LEAST_HEIGHT = 100.0, 36.0
"""Points of the smallest image that is looked at: three lines of small letters."""

_ALIKE = 0.2
"""Share by which lines of one size of letters differ in height: the engine draws its boxes around what it sees."""

_ONE_LINE = 0.8
"""Gap in heights of the letters below which words beside each other are parts of one cell or line."""

_APART = 4.0
"""Gap in heights of the letters above which two rows are not of one table."""

_LEAST_ROWS = 3
"""Rows of two cells from which on words are a table: an address beside a date has two."""

_FILLED = 0.6
"""Share of a table's places that have words; the figures scattered over a chart fill fewer."""

_FIGURES = 1 / 3
"""Share of cells with a figure from which on words in columns are a table that nobody calls one."""

_CELL = 15.0
"""Usual width of the words of a table's cells, in letters as wide as high; the lines of prose in columns are wider."""

_NARROW = 0.6
"""Share of a page's width between its margins below which its lines are short: none is broken because it is full."""


class Seen(NamedTuple):
    """Words of a picture and their box, in points from its upper left corner."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


Row = list[Seen]
Table = list[list[Cell]]
Columns = list[tuple[float, float]]


def seen_blocks(seen: Sequence[Seen], width: float, height: float) -> list[Paragraph | Table]:
    """The paragraphs and tables of a picture so wide and high, from top to bottom."""
    rows = _rows(seen)
    edge = _least_edge(seen, width)
    blocks: list[Paragraph | Table] = []
    prose: list[Seen] = []
    start = 0
    while start < len(rows):
        stop = _end_of_run(rows, start)
        run = rows[start:stop]
        columns = _columns(run) if len(run) >= _LEAST_ROWS else []
        table = _table(run, columns) if len(columns) > 1 else []
        if not table:
            prose += [words for row in run for words in row]
        elif _is_table(table):
            blocks += [*_paragraphs(prose, height, edge), table]
            prose = []
        else:
            prose += _by_column(run, columns)
        start = stop
    return [*blocks, *_paragraphs(prose, height, edge)]


def mostly_tables(blocks: Sequence[Paragraph | Table], *, captioned: bool) -> bool:
    """Whether most of what is on a picture stands in tables; not so on photographs, charts and logos.

    `captioned`: whether the document calls it a table or figure; else its cells must have figures, for the menus of a
    screen stand in columns too.
    """
    tables = [block for block in blocks if not isinstance(block, Paragraph)]
    cells = [cell.text for table in tables for row in table for cell in row if cell.text]
    figures = sum(any(character.isdigit() for character in text) for text in cells)
    return len(cells) > len(blocks) - len(tables) and (captioned or figures >= _FIGURES * len(cells))


# Rows


def _rows(seen: Sequence[Seen]) -> list[Row]:
    """The words that stand beside each other, from top to bottom and from left to right."""
    rows: list[Row] = []
    for words in sorted(seen, key=lambda one: one.top + one.bottom):
        if rows and _stands_beside(words, rows[-1]):
            rows[-1].append(words)
        else:
            rows.append([words])
    return [_joined(sorted(row, key=lambda one: one.left)) for row in rows]


def _stands_beside(words: Seen, row: Row) -> bool:
    middle = sum(one.top + one.bottom for one in row) / len(row)
    least = min(words.height, *(one.height for one in row))
    return abs(words.top + words.bottom - middle) < least and not any(_overlap(words, one) for one in row)


def _overlap(one: Seen, other: Seen) -> bool:
    """Whether words stand above each other; boxes are drawn a little too wide."""
    return min(one.right, other.right) - max(one.left, other.left) > 0.2 * min(one.height, other.height)


def _joined(row: Row) -> Row:
    """The row, words that are parted by no more than a space or a comma as one."""
    found: Row = []
    for words in row:
        last = found[-1] if found else None
        if last and words.left - last.right < _ONE_LINE * min(words.height, last.height):
            found[-1] = _one(last, words)
        else:
            found.append(words)
    return found


def _one(a: Seen, b: Seen) -> Seen:
    return Seen(
        joined_words(a.text, b.text),
        min(a.left, b.left),
        max(a.right, b.right),
        min(a.top, b.top),
        max(a.bottom, b.bottom),
    )


def joined_words(before: str, after: str) -> str:
    """Two pieces of text as one: without a space between Chinese characters."""
    return f"{before}{'' if is_wide(before[-1:]) or is_wide(after[:1]) else ' '}{after}" if before else after


def _end_of_run(rows: Sequence[Row], start: int) -> int:
    """Where rows of several cells end, of which one may have a single cell between others; a single row else."""
    stop = start + 1
    if len(rows[start]) < 2:
        return stop
    for place in range(start + 1, len(rows)):
        above, row = rows[place - 1], rows[place]
        gap = min(one.top for one in row) - max(one.bottom for one in above)
        if place - stop > 1 or gap > _APART * max(one.height for one in row):
            break
        stop = place + 1 if len(row) > 1 else stop
    return stop


# Tables


def _columns(rows: Sequence[Row]) -> Columns:
    """The left and right edge of each column: of the words above each other, without those over several columns."""
    own = [words for row in rows for words in row if _is_of_one_column(words, row, rows)]
    edges: Columns = []
    for words in sorted(own, key=lambda one: one.left):
        if edges and words.left < edges[-1][1] - 0.2 * words.height:
            edges[-1] = edges[-1][0], max(edges[-1][1], words.right)
        else:
            edges.append((words.left, words.right))
    return _without_halves(edges, rows)


def _is_of_one_column(words: Seen, row: Row, rows: Sequence[Row]) -> bool:
    """Whether most other rows have words above or beneath it, and no more than one cell of them."""
    counts = [sum(_overlap(words, one) for one in other) for other in rows if other is not row and len(other) > 1]
    return any(counts) and sum(count > 1 for count in counts) < max(1, len(counts) / 2)


def _without_halves(edges: Columns, rows: Sequence[Row]) -> Columns:
    """The columns, two beside each other of which no row has both as one: a head to the left of its figures."""
    spans = [[_under(words, edges) for words in row] for row in rows]
    filled = [{span[0] for span in row if len(span) == 1} for row in spans]
    found: Columns = []
    first = 0
    for n, (left, right) in enumerate(edges):
        mine = set(range(first, n))
        if found and not any(n in row and row & mine for row in filled):
            found[-1] = found[-1][0], right
        else:
            found.append((left, right))
            first = n
    return found


def _under(words: Seen, columns: Columns) -> list[int]:
    """The columns over which words stand."""
    least = 0.2 * words.height
    return [n for n, (left, right) in enumerate(columns) if min(words.right, right) - max(words.left, left) > least]


def _table(rows: Sequence[Row], columns: Columns) -> Table:
    """The cells of the rows; lines of one cell are one row."""
    drops = [low[0].bottom - high[0].bottom for high, low in pairwise(rows) if _under(low[0], columns)[:1] == [0]]
    usual = median(drops) if drops else 0.0
    table: Table = []
    for n, row in enumerate(rows):
        cells = list(_cells(row, columns))
        if n and not cells[0].text and row[0].bottom - rows[n - 1][0].bottom < 0.8 * usual:
            table[-1] = _wrapped(table[-1], cells)
        else:
            table.append(cells)
    return table


def _cells(row: Row, columns: Columns) -> Iterator[Cell]:
    spans = [_under(words, columns) for words in row]
    taken = {n for span in spans for n in span}
    begins: dict[int, Cell] = {}
    for words, span in zip(row, spans, strict=True):
        mine = span or _between(words, columns, taken)
        known = begins.get(mine[0], Cell(""))
        begins[mine[0]] = Cell(joined_words(known.text, words.text), max(known.across, len(mine)))
        taken |= set(mine)
    column = 0
    while column < len(columns):
        cell = begins.get(column, Cell(""))
        yield cell
        column += cell.across


def _between(words: Seen, columns: Columns, taken: set[int]) -> list[int]:
    """The columns beside words that stand over none: the head of two in the gap between them."""
    after = next((n for n, (left, _) in enumerate(columns) if left > words.left), len(columns))
    free = [n for n in (after - 1, after) if 0 <= n < len(columns) and n not in taken]
    return free or [min(max(after - 1, 0), len(columns) - 1)]


def _wrapped(above: list[Cell], below: list[Cell]) -> list[Cell]:
    """A row with the words of the line beneath, where both have the same columns; else that line's words at its end."""
    if [cell.across for cell in above] != [cell.across for cell in below]:
        rest = " ".join(cell.text for cell in below if cell.text)
        return [*above[:-1], above[-1]._replace(text=joined_words(above[-1].text, rest))]
    pairs = zip(above, below, strict=True)
    return [a._replace(text=joined_words(a.text, b.text) if b.text else a.text) for a, b in pairs]


def _is_table(table: Table) -> bool:
    """Whether cells are short and fill their places, and rows of several have names; the ticks of an axis have none."""
    filled = [[cell for cell in row if cell.text] for row in table]
    widths = [_letters(cell.text) for row in filled for cell in row]
    across = sum(cell.across for row in filled for cell in row)
    places = sum(cell.across for row in table for cell in row)
    several = sum(len(row) > 1 for row in filled) >= _LEAST_ROWS
    names = sum(_is_name(row[0].text) for row in table)
    named = is_heading_row([cell.text for cell in table[0]]) or 2 * names >= len(table)
    return several and named and across >= _FILLED * places and median(widths) <= _CELL


def _is_name(text: str) -> bool:
    return any(character.isalpha() for character in text) or re.fullmatch(r"(19|20)\d\d", text) is not None


def _letters(text: str) -> float:
    """The width of a text in letters as wide as high; a Latin letter is half as wide."""
    return sum(1.0 if is_wide(character) else 0.5 for character in text)


# Paragraphs


def _by_column(rows: Sequence[Row], columns: Columns) -> list[Seen]:
    """Prose in columns, one after the other."""
    placed = [(_under(words, columns) or _between(words, columns, set()), words) for row in rows for words in row]
    return [words for _, words in sorted(placed, key=lambda pair: pair[0][0])]


def _least_edge(seen: Sequence[Seen], width: float) -> float:
    """How far lines could have reached on a page that has short lines only."""
    left, right = min((one.left for one in seen), default=0.0), max((one.right for one in seen), default=0.0)
    return width - left if right - left < _NARROW * (width - 2 * left) else 0.0


def _paragraphs(seen: Sequence[Seen], height: float, edge: float) -> list[Paragraph]:
    usual = median([one.height for one in seen] or [0.0])
    letter = median([(one.right - one.left) / max(0.5, _letters(one.text)) for one in seen] or [0.0])
    lines = []
    for text, left, right, top, bottom in seen:
        tall = bottom - top
        size = letter if abs(tall - usual) < _ALIKE * usual else letter * tall / usual
        lines.append(Line(0, text, left, right, height - bottom, height - top, size, (), ()))
    return paragraphs(lines, [height], edge)
