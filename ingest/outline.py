"""Blocks become sections with anchors: chapter 4, item 4.3, bullet 4.3.b2, paragraph 5.p3, table-1, row table-1.r2."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block, caption, is_sentence, is_short, read_blocks
from ingest.dates import is_date_line
from ingest.document import Document, Outline, Section, SectionKind
from ingest.pages import page_sections
from ingest.titles import section_title

_AUTHOR = re.compile(
    r"(作者|撰文|撰稿|Authors?|By|Written by)\s*[:：]?\s+?\S|"
    r"(作者|撰文|撰稿|撰寫|撰写|編製|编制|編撰|编撰|執筆|执笔|Authors?)\s*[:：]",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"[^\s:：]{1,12}\s*[:：]\s*\S")


def outline_sections(document: Document) -> Outline:
    """The sections of a document; by page and paragraph where it shows no chapters of its own."""
    blocks = read_blocks(document)
    depths = [block.depth or 1 for block in blocks if block.kind == "heading"]
    if not depths or (document.format == "text" and 1 not in depths):
        return Outline(tuple(_stretched(page_sections(document))))
    top = 1 if document.format == "text" else 2 if 2 in depths else min(depths)
    nested = document.format == "markdown" or any(mark.kind == "bullet" and mark.depth for mark in document.marks)
    return _Outliner(top, document, nested).read(blocks)


class _Outliner:
    """Walks the blocks once and gives each its anchor.

    The rules, which hold for a report of numbered chapters, items and bullets in either language:
    - chapters and items have their printed number, or the next free one; items count anew in each chapter;
    - a caption is numbered through the document and belongs to its chapter; the rows beneath it belong to it, those of
      a table without one to what is open;
    - a short line that ends no sentence is a sub-heading of its chapter;
    - bullets and paragraphs belong to the open item, else to the chapter;
    - where all bullets have one indent, one that does not end as a sentence leads those after it, up to the next
      such bullet or the end of the run.
    """

    def __init__(self, top: int, document: Document, nested: bool) -> None:
        self.top = top
        self.nested = nested
        self.plain = document.format == "text"
        self.keeps_front = self.nested or not (self.plain or document.from_web)
        self.table: str | None = None  # whose rows come next
        self.sections: list[Section] = []
        self.anchors: set[str] = set()
        self.furniture: list[int] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self.headings: dict[int, str] = {}
        self.leads: list[str] = []
        self.next_item: int | None = None

    def read(self, blocks: Sequence[Block]) -> Outline:
        first = next(i for i, block in enumerate(blocks) if block.kind == "heading" and block.depth == self.top)
        self._front(blocks[:first])
        for block in blocks[first:]:
            self._place(block)
        return Outline(tuple(_stretched(self.sections)), tuple(sorted(self.furniture)))

    # Front matter

    def _front(self, blocks: Sequence[Block]) -> None:
        """Title, date, author, tables and captions; other lines stay only if they are sentences or `label: value`."""
        lines = [block for block in blocks if block.kind != "furniture"]
        undated = [block for block in lines if not is_date_line(block.text) and not _is_author(block.text)]
        titles = [block for block in undated if block.kind == "heading"] or [
            block for block in undated if not is_sentence(block.text)
        ]
        title = max(titles, key=lambda block: len(block.text), default=None)
        if title is not None:
            self._add("0", "front", None, title)
            self._add("0.title", "title", "0", title)
        seen: set[SectionKind] = {"title"}
        for block in blocks:
            kind: SectionKind | None = None
            if block.kind not in ("head", "row"):
                self.table = None
            if block is title:
                continue
            if title is not None and block.kind in ("caption", "head", "row"):
                self._place(block)
                continue
            if block.kind != "furniture":
                kind = "date" if is_date_line(block.text) else "author" if _is_author(block.text) else None
            if kind is not None and kind not in seen and title is not None:
                self._add(f"0.{kind}", kind, "0", block)
                seen.add(kind)
            elif title is not None and block.kind != "furniture" and self._belongs(block):
                self._add(self._next("0", "p"), "paragraph", "0", block)
            else:
                self.furniture.extend(range(block.first_line, block.last_line + 1))

    def _belongs(self, block: Block) -> bool:
        return self.keeps_front or is_sentence(block.text) or _LABELLED.match(block.text) is not None

    # The body

    def _place(self, block: Block) -> None:
        if block.kind not in ("head", "row"):
            self.table = None
        match block.kind:
            case "furniture":
                self.furniture.extend(range(block.first_line, block.last_line + 1))
            case "heading":
                self._heading(block, (block.depth or self.top) - self.top)
            case "numbered" if self._is_item(block):
                self._heading(block, 1)
                self.next_item = (block.number or 0) + 1
            case "bullet" | "numbered":
                self.next_item = None if block.kind == "numbered" else self.next_item
                self._bullet(block)
            case "caption" if (
                found := caption(block.text, known=True)
            ) and f"{found[0]}-{found[1]}" not in self.anchors:
                self.leads = []
                self.table = f"{found[0]}-{found[1]}"
                self._add(self.table, found[0], self.headings.get(0, "0"), block)
            case "head":
                self._head(block)
            case "row":
                self._row(block)
            case _:
                self._line(block)

    def _is_item(self, block: Block) -> bool:
        """Whether a numbered line is an item of the chapter.

        In Markdown, below an item, only where it goes on counting: a list that begins there at one is a list of that
        item.
        """
        if self.plain or len(self.headings) <= 1 or block.number == self.next_item:
            return True
        first = block.depth or 1
        return first > 1 and f"{self.headings[0]}.{first - 1}" in self.anchors

    def _heading(self, block: Block, level: int) -> None:
        level = min(max(level, 0), len(self.headings))
        parent = self.headings[level - 1] if level else None
        anchor = self._numbered(parent, block.number)
        self.headings = {depth: place for depth, place in self.headings.items() if depth < level}
        self.headings[level] = anchor
        self.leads = []
        self.next_item = block.number + 1 if level and block.number else None
        self._add(anchor, "item" if level else "chapter", parent, block)

    def _numbered(self, parent: str | None, printed: int | None) -> str:
        prefix = f"{parent}." if parent else ""
        if printed and f"{prefix}{printed}" not in self.anchors:
            return f"{prefix}{printed}"
        self.counts[prefix, "#"] += 1
        while f"{prefix}{self.counts[prefix, '#']}" in self.anchors:
            self.counts[prefix, "#"] += 1
        return f"{prefix}{self.counts[prefix, '#']}"

    def _bullet(self, block: Block) -> None:
        if self.nested and block.depth is not None:
            del self.leads[0 if block.kind == "numbered" else block.depth :]
            parent = self.leads[-1] if self.leads else self._container()
            anchor = self._next(parent, "b")
            self.leads.append(anchor)
        elif _ends_as_lead(block.text):
            parent = self._container()
            anchor = self._next(parent, "b")
            self.leads = [anchor]
        else:
            parent = self.leads[0] if self.leads else self._container()
            anchor = self._next(parent, "b")
        self._add(anchor, "bullet", parent, block)

    def _head(self, block: Block) -> None:
        """The heads of a table's columns: part of its caption if that stands right above, else a table by itself."""
        last = self.sections[-1]
        if self.table is not None and last.anchor == self.table:
            self.sections[-1] = replace(last, end=block.end, last_line=block.last_line)
            return
        self.leads = []
        self.table = self._next(self._container(), "t")
        self._add(self.table, "table", self._container(), block)

    def _row(self, block: Block) -> None:
        parent = self.table or self._container()
        self._add(self._next(parent, "r"), "row", parent, block)

    def _line(self, block: Block) -> None:
        self.leads = []
        labelled = not self.plain and _LABELLED.match(block.text)  # other formats mark headings; `又稱：…` is none
        if is_short(block.text) and not is_sentence(block.text) and not labelled:
            chapter = self.headings.get(0, "0")
            self._add(self._next(chapter, "h"), "heading", chapter, block)
        else:
            container = self._container()
            self._add(self._next(container, "p"), "paragraph", container, block)

    def _container(self) -> str:
        return self.headings[max(self.headings)] if self.headings else "0"  # in the front matter

    def _next(self, parent: str, letter: str) -> str:
        self.counts[parent, letter] += 1
        return f"{parent}.{letter}{self.counts[parent, letter]}"

    def _add(self, anchor: str, kind: SectionKind, parent: str | None, block: Block) -> None:
        end = block.start if kind == "front" else block.end
        title = section_title(block.text, kind, whole=block.kind == "heading")
        self.anchors.add(anchor)
        self.sections.append(Section(anchor, kind, parent, title, block.first_line, block.last_line, block.start, end))


def _is_author(text: str) -> bool:
    """Whether a line of front matter names who wrote it; `By the end of 2025, fares rose.` does not."""
    return _AUTHOR.match(text) is not None and not is_sentence(text)


def _ends_as_lead(text: str) -> bool:
    return not text.endswith(tuple("。．.;；!！?？"))


def _stretched(sections: Sequence[Section]) -> list[Section]:
    """Every section down to the last line of what lies beneath it."""
    last = {section.anchor: section.last_line for section in sections}
    for section in reversed(sections):
        if section.parent is not None:
            last[section.parent] = max(last[section.parent], last[section.anchor])
    return [replace(section, last_line=last[section.anchor]) for section in sections]
