"""Lines of PDF pages become paragraphs: running heads taken out, wrapped lines joined, rows of tables kept apart."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Literal

from ingest.blocks import caption, is_sentence, printed_number
from ingest.pdf_page import HYPHEN, Line, is_wide

BULLETS = "•●▪◦‣·∙○■□◆◇►▶➢➤✓✔\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8\uf02d\uf06c\uf06e\uf0e0"
"""Marks of list items, those of symbol fonts at their private places among them."""

_BULLET = re.compile(rf"[{BULLETS}]\s*|[-–*]\s+(?=\S)")
_UNBROKEN = re.compile(
    r"[「『（《〈【“‘(\[\"']*(?:[\u2e80-\u9fff\uf900-\ufaff]|[^\s\u2e80-\uffef]+)"
    r"(?:[\"'][\u2e80-\u9fff]?|[，。、；：！？」』）》〉】”’…,.;:!?)\]%％—]+)*"
)
"""What is never parted at a line's end: a word or Chinese character with the marks around it; a straight quotation mark
also holds what follows it (Unicode line breaking, class QU)."""

_MARGIN = 0.13
"""Share of a page's height at its top and bottom where running heads and page numbers stand."""

_WIDE_GAP = 1.35
"""Distance of two lines, in the usual distance, from which on a paragraph ends between them."""


_SHELF = 20.0
"""Points of height by which lines are sorted before those that stand beside each other are looked for."""

Column = tuple[int, int, int | None]


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together. `breaks`: where in the text a new page begins, and which."""

    kind: Literal["line", "bullet", "row", "head"]
    text: str
    first: Line
    last: Line
    breaks: list[tuple[int, int]] = field(default_factory=list)
    cells: tuple[tuple[float, float, str], ...] = ()


def paragraphs(lines: Sequence[Line], heights: Sequence[float], edge: float = 0.0) -> list[Paragraph]:
    """The paragraphs and rows of a document, whose pages are so many points high.

    `edge`: how far to the right lines could have reached at least.
    """
    kept = without_running_heads(lines, heights)
    rows = _table_rows(kept)
    words = _vocabulary(kept)
    pitch = _usual_pitch(kept)
    edges = {line: max(edge, right) for line, right in _right_edges(kept).items()}
    body = body_size(kept)
    found: list[Paragraph] = []
    for place, line in enumerate(kept):
        if place in rows:
            found.append(Paragraph(rows[place], line.text, line, line, cells=line.cells))
            continue
        last = found[-1] if found else None
        if last and last.kind in ("line", "bullet") and _goes_on(last, line, pitch, edges, body):
            _append(last, line, words)
        else:
            found.append(_opened(line, words))
    return found


# Running heads


def without_running_heads(lines: Sequence[Line], heights: Sequence[float]) -> list[Line]:
    """The lines but those that stand at the same height of the margin of half of the pages, their numbers aside."""
    pages = {line.page for line in lines}
    if len(pages) < 2:
        return list(lines)
    seen: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for line in lines:
        if _in_margin(line, heights):
            seen[_shape(line)].add(line.page)
    least = max(2, round(0.5 * min(len(pages), 12)))
    running = {shape for shape, found in seen.items() if len(found) >= least}
    kept = [line for line in lines if not (_in_margin(line, heights) and _runs(line, running))]
    filled = {line.page for line in kept}
    if len(filled) < 0.5 * len(pages):  # what stands on every page is all there is
        return list(lines)
    return kept


def _in_margin(line: Line, heights: Sequence[float]) -> bool:
    height = heights[line.page]
    return line.bottom > (1 - _MARGIN) * height or line.top < _MARGIN * height


def _shape(line: Line) -> tuple[str, int]:
    """What a running head has in common from page to page: its words without numbers, and its height to 6 points."""
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.strip()), round(line.bottom / 6)


def _runs(line: Line, running: set[tuple[str, int]]) -> bool:
    shape, height = _shape(line)
    return any((shape, height + step) in running for step in (-1, 0, 1))


# Paragraphs


def _opened(line: Line, words: Counter[str]) -> Paragraph:
    mark = _BULLET.match(line.text)
    text = line.text[mark.end() :] if mark else line.text
    paragraph = Paragraph("bullet" if mark or line.dotted else "line", "", line, line, [(0, line.page)])
    _append(paragraph, line, words, text)
    return paragraph


def _append(paragraph: Paragraph, line: Line, words: Counter[str], text: str | None = None) -> None:
    """Adds a line: without a space between Chinese characters, and a word that was broken made whole."""
    text = _whole_words(line.text if text is None else text, words)
    before = paragraph.text
    if before.endswith(HYPHEN):
        joined = _whole_words(before.rsplit(" ", 1)[-1] + text.split(" ", 1)[0], words)
        before = before[: len(before) - len(before.rsplit(" ", 1)[-1])]
        text = joined + text[len(text.split(" ", 1)[0]) :]
    elif (
        before
        and not (is_wide(before[-1]) or is_wide(text[:1]))
        and not before.endswith(("-", "/", "\u2010", "\u2011"))
    ):
        before += " "
    if line.page != paragraph.last.page:
        paragraph.breaks.append((len(before), line.page))
    paragraph.text = before + text
    paragraph.last = line


def _goes_on(paragraph: Paragraph, line: Line, pitch: dict[float, float], edges: dict[int, float], body: float) -> bool:
    """Whether a line continues a paragraph: nothing begins there, and the line before could not have held more."""
    last = paragraph.last
    if _BULLET.match(line.text) or line.dotted or caption(line.text) or _is_numbered(line.text):
        return False
    if abs(line.size - last.size) > 0.08 * max(line.size, last.size) or _is_caption(paragraph):
        return False
    if line.page != last.page:
        return line.page == last.page + 1 and not is_sentence(last.text) and _is_full(last, line, edges)
    drop = last.bottom - line.bottom
    if drop <= 0 or drop > _WIDE_GAP * pitch.get(round(line.size), 1.6 * line.size):
        beside = drop <= 0 and line.left > last.right and not is_sentence(last.text)  # the next column
        return beside and _is_full(last, line, edges)
    if line.size > 1.15 * body and abs(line.left - last.left) < line.size and drop < 1.9 * line.size:
        return True  # a heading is broken anywhere
    indent = line.left - last.left
    if indent > 0.8 * line.size and last is not paragraph.first:
        return False
    if -indent > 0.8 * line.size and last is not paragraph.first:
        return False
    return _is_full(last, line, edges)


def _is_caption(paragraph: Paragraph) -> bool:
    return paragraph.first is paragraph.last and caption(paragraph.text) is not None


def _is_numbered(text: str) -> bool:
    found = printed_number(text)
    return found is not None and not re.match(r"\d{1,2}\.\d", text)


def _is_full(last: Line, line: Line, edges: dict[int, float]) -> bool:
    """Whether what stands together at the start of the next line would not have fitted into this one."""
    if last.text.endswith(HYPHEN):
        return True
    room = edges[id(last)] - last.right
    start = _UNBROKEN.match(line.text)
    width = sum(1.0 if is_wide(character) else 0.5 for character in (start[0] if start else "")) * line.size
    slack = 1.3 if is_wide(line.text[:1]) or is_wide(last.text[-1:]) else 0.3
    return room < width + slack * line.size


def _columns(lines: Sequence[Line]) -> dict[int, Column]:
    """The column of each line, by its id: page, left edge, and that of the column to its right, if there is one."""
    shelves: defaultdict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in lines:
        shelves[line.page, round(line.bottom / _SHELF)].append(line)
    return {id(line): (line.page, int(line.left // 40), _beside(line, shelves)) for line in lines}


def _beside(line: Line, shelves: Mapping[tuple[int, int], Sequence[Line]]) -> int | None:
    shelf = round(line.bottom / _SHELF)
    near = (other for step in (-1, 0, 1) for other in shelves.get((line.page, shelf + step), ()))
    right = [o.left for o in near if o.left > line.right and o.bottom < line.top and line.bottom < o.top]
    return int(min(right) // 40) if right else None


def _right_edges(lines: Sequence[Line]) -> dict[int, float]:
    """How far the lines of a line's column reach to the right, by its id: the furthest that two of them share, else the
    furthest. What stands above two columns over the width of both is in neither."""
    columns = _columns(lines)
    by_page: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_page[line.page].append(line)
    found: dict[Column, float] = {}
    for mine in by_page.values():
        for line in mine:
            column = columns[id(line)]
            if column in found:
                continue
            alike = (other for other in mine if columns[id(other)][2] == column[2] and abs(other.left - line.left) < 60)
            beside = sorted((other.right for other in alike), reverse=True)
            pairs = pairwise(beside)
            found[column] = next((a for a, b in pairs if a - b < 1.5 * line.size), beside[0])
    return {id(line): found[columns[id(line)]] for line in lines}


def _usual_pitch(lines: Sequence[Line]) -> dict[float, float]:
    """The usual distance of two lines of one size."""
    drops: defaultdict[float, list[float]] = defaultdict(list)
    for before, line in pairwise(lines):
        drop = before.bottom - line.bottom
        if (
            line.page == before.page
            and 0.8 * line.size < drop < 3 * line.size
            and round(before.size) == round(line.size)
        ):
            drops[round(line.size)].append(drop)
    return {size: _lower(found) for size, found in drops.items()}


def _lower(drops: list[float]) -> float:
    """The distance within paragraphs: the median of those near the smallest third."""
    ordered = sorted(drops)
    small = ordered[len(ordered) // 6]
    return median([drop for drop in ordered if drop < 1.15 * small] or ordered)


def body_size(lines: Sequence[Line]) -> float:
    """The size in which most characters are set."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


# Broken words


def _vocabulary(lines: Sequence[Line]) -> Counter[str]:
    return Counter(word.lower() for line in lines for word in re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", line.text))


def _whole_words(text: str, words: Counter[str]) -> str:
    """Words broken at a line's end made whole: without the hyphen unless the document has the word with it."""

    def join(match: re.Match[str]) -> str:
        left, right = match[1], match[2]
        hyphenated = words[f"{left}-{right}".lower()] > words[f"{left}{right}".lower()]
        return f"{left}-{right}" if hyphenated or not right[:1].islower() else left + right

    return re.sub(rf"([^\W\d_]+){HYPHEN}([^\W\d_]+)", join, text).replace(HYPHEN, "-") if HYPHEN in text[:-1] else text


# Tables


def _table_rows(lines: Sequence[Line]) -> dict[int, Literal["row", "head"]]:
    """Which lines are rows: three or more under each other with as many cells, which stand in the same columns."""
    found: dict[int, Literal["row", "head"]] = {}
    start = 0
    while start < len(lines):
        stop = start + 1
        while stop < len(lines) and _same_columns(lines[stop - 1], lines[stop]):
            stop += 1
        if stop - start >= 3:
            found |= dict.fromkeys(range(start, stop), "row")
            found[start] = "head"
        start = stop
    return found


def _same_columns(upper: Line, lower: Line) -> bool:
    if upper.page != lower.page or len(upper.cells) < 2 or len(upper.cells) != len(lower.cells):
        return False
    if not 0 < upper.bottom - lower.bottom < 5 * upper.size:
        return False
    pairs = zip(upper.cells, lower.cells, strict=True)
    return all(a[0] < b[1] and b[0] < a[1] for a, b in pairs) and all(len(cell[2]) < 60 for cell in lower.cells)
