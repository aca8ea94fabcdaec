"""Text written line by line together with what each line is, for readers of files that say so themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.document import Mark, MarkKind

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

    def table(self, rows: Sequence[Sequence[str]], header: bool = True) -> None:
        """Adds the rows of a table, each with the heads of its columns; a single column is lines."""
        filled = [list(row) for row in rows if any(cell.strip() for cell in row)]
        if not filled or max(map(len, filled)) < 2:
            for row in filled:
                self.line(row[0])
            return
        heads = filled[0] if header and len(filled) > 1 else []
        if heads:
            self.line(" | ".join(cell for cell in heads if cell), "head")
        for row in filled[1:] if heads else filled:
            self.line(row_text(heads, row), "row")
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
