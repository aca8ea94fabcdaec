"""Text becomes blocks: headings, list items, paragraphs and captions with their lines, before they have an anchor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from ingest.document import Document, Mark

BlockKind = Literal["heading", "bullet", "numbered", "line", "caption", "head", "row", "furniture"]


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive lines of one role.

    `depth` is the level of a heading (1 is the title in Markdown, a chapter in plain text), the nesting of a bullet
    from 0, or the number at which a numbered list starts; None where the text does not show it. `number` is the
    printed number of a heading or item.
    """

    kind: BlockKind
    text: str
    first_line: int
    last_line: int
    start: int
    depth: int | None = None
    number: int | None = None

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def read_blocks(document: Document) -> list[Block]:
    """The blocks of a document in reading order."""
    from ingest.markdown import markdown_blocks

    return markdown_blocks(document.text) if document.format == "markdown" else _text_blocks(document)


def is_sentence(text: str) -> bool:
    """Whether the text ends as a sentence or a lead-in does, closing quotes and brackets aside."""
    return text.rstrip("\"'”’」』）)】 ").endswith(tuple("。．.;；:：!！?？…"))


def is_short(text: str) -> bool:
    """At most 20 Chinese characters' width, as a sub-heading or a label of a web page is."""
    return sum(1 if ord(character) > 0x2E7F else 0.34 for character in text) <= 20


# Numbering

_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", 1)}
_ROMAN = dict(zip("I II III IV V VI VII VIII IX X XI XII".split(), range(1, 13), strict=True))  # noqa: SIM905
_STYLES: tuple[re.Pattern[str], ...] = (
    re.compile(r"第([一二三四五六七八九十]+|\d+)(?:部分?|[篇編编])[、:：\s]*(?=\S)"),
    re.compile(r"第([一二三四五六七八九十]+|\d+)章[、:：\s]*(?=\S)"),
    re.compile(r"第([一二三四五六七八九十]+|\d+)[節节][、:：\s]*(?=\S)"),
    *(re.compile(rf"{name}\s+(\d+|[IVX]+)\s*[.:：\-–—]?\s+(?=\S)") for name in ("Part", "Chapter", "Section")),
    re.compile(r"([一二三四五六七八九十]+)、\s*(?=\S)"),
    re.compile(r"([IVX]+)[.、]\s+(?=\S)"),
    re.compile(r"[（(]([一二三四五六七八九十]+)[）)]\s*(?=\S)"),
    re.compile(r"(\d{1,2})[.．、](?:\s+(?=\S)|(?=[^\d\s]))"),
    re.compile(r"\d{1,2}\.(\d{1,2})[.．、]?\s+(?=\S)"),
)
"""Numbered headings, from the outermost style to the innermost; a document uses two of them, neighbours or not."""


def numeral(text: str) -> int:
    """The value of a Chinese, Roman or Arabic numeral up to 99."""
    if text.isdigit():
        return int(text)
    if text in _ROMAN:
        return _ROMAN[text]
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def printed_number(text: str) -> tuple[int, int] | None:
    """The number that a heading begins with and the length of its mark; None if it has none."""
    for style in _STYLES:
        if match := style.match(text):
            return numeral(match[1]), match.end()
    return None


# Captions

_CAPTION = re.compile(r"(表|圖|图|Table|Figure|Fig\.)\s*(\d{1,3})\s*[:：.]\s*(\S.*)")


_SPACED_CAPTION = re.compile(r"(表|圖|图|Table|Figure|Fig\.)\s*(\d{1,3})\s+(\S.*)")
"""Without a mark between number and title, as word processors set it; a sentence can begin so too."""

_LISTED = re.compile(r"[.．…·\s]\d{1,4}$")
"""The page at the end of a line in a list of figures."""


def caption(text: str, *, known: bool = False) -> tuple[Literal["table", "figure"], int, str] | None:
    """Kind, number and title of a caption line; a sentence that begins like one is none.

    `known`: the file or what stands beneath says that it is a caption, which then needs no mark after its number.
    """
    match = _CAPTION.fullmatch(text) or (_SPACED_CAPTION.fullmatch(text) if known else None)
    if match is None or text.endswith(tuple("。；;.!！?？")):
        return None
    return ("table" if match[1] in ("表", "Table") else "figure"), int(match[2]), match[3]


def captioned(blocks: Sequence[Block], *, plain: bool = False) -> list[Block]:
    """The blocks, a line numbered as a caption is as one: right above the rows of a table, and a short one anywhere but
    in plain text, where a sentence may be broken before `表1 顯示`."""
    found = list(blocks)
    for place, (block, beneath) in enumerate(pairwise([*blocks, None])):
        if block is None or block.kind != "line" or not caption(block.text, known=True):
            continue
        above_rows = beneath is not None and beneath.kind in ("head", "row")
        if above_rows or not (plain or not is_short(block.text) or _LISTED.search(block.text)):
            found[place] = replace(block, kind="caption")
    return found


# Plain text

_BULLET = re.compile(r"([•●▪◦‣·]|[-*–](?=\s))\s*(?=\S)")
_INTERFACE = re.compile(
    r"(分享(至|到)?|查看更多|閱讀(更多|全文)|阅读(更多|全文)|相關(閱讀|文章)|相关(阅读|文章)|展開全文|展开全文|返回(頂部|顶部)|"
    r"Share( (to|on))?|(Read|See|View|Show) more|Related articles?|Sign (in|up)|Log in|Subscribe|Back to top)",
    re.IGNORECASE,
)
"""Labels that web pages print between the lines of an article."""


def _text_blocks(document: Document) -> list[Block]:
    """The blocks of lines: what they are by their marks, where the file's structure gave some, else by their words."""
    text, marks = document.text, {mark.start: mark for mark in document.marks}
    lines = list(_lines(text))
    indents = [line.start - (text.rfind("\n", 0, line.start) + 1) for line in lines]
    outer, inner = _numbering([line.text for line, indent in zip(lines, indents, strict=True) if not indent])
    marked = any(mark.kind == "heading" and mark.depth > 1 for mark in document.marks)
    blocks = []
    for line, indent in zip(lines, indents, strict=True):
        block = _classify(line, indent, outer, inner)
        if block.kind == "heading" and document.format != "text":  # the title is at 1 there
            block = replace(block, depth=2)
        mark = marks.get(block.start) or marks.get(line.start)
        blocks.append(_marked(block, line, mark) if mark else _beneath(block) if marked else block)
    joined = captioned(_join_wrapped(blocks, text), plain=document.format == "text")
    return _mark_furniture(joined) if document.format == "text" or document.from_web else joined


def _marked(block: Block, line: Block, mark: Mark) -> Block:
    if mark.kind == "bullet":
        return replace(block, kind="bullet", depth=mark.depth)
    if mark.kind == "heading":
        number = printed_number(line.text)
        return replace(line, kind="heading", depth=mark.depth, number=number[0] if number else None)
    if mark.kind == "caption":
        return replace(line, kind="caption" if caption(line.text, known=True) else "line")
    return replace(line, kind=mark.kind)


def _beneath(block: Block) -> Block:
    """Where the file marks its headings, other numbered lines are items beneath them."""
    return replace(block, kind="numbered", depth=None) if block.kind == "heading" else block


def _lines(text: str) -> Iterator[Block]:
    """Each line with words, as a block of its stripped text."""
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped:
            yield Block("line", stripped, number, number, offset + line.index(stripped))
        offset += len(line) + 1


def _numbering(lines: Sequence[str]) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """The styles of chapters and of items: the two outermost that count up from one."""
    found: list[re.Pattern[str]] = []
    for style in _STYLES:
        numbers = [numeral(match[1]) for line in lines if (match := style.match(line))]
        if 1 in numbers and 2 in numbers:
            found.append(style)
    return (found[0] if found else None), (found[1] if len(found) > 1 else None)


def _classify(line: Block, indent: int, outer: re.Pattern[str] | None, inner: re.Pattern[str] | None) -> Block:
    if match := _BULLET.match(line.text):
        return replace(line, kind="bullet", text=line.text[match.end() :], start=line.start + match.end())
    if caption(line.text):
        return replace(line, kind="caption")
    if _INTERFACE.fullmatch(line.text):
        return replace(line, kind="furniture")
    if indent == 0 and outer and (match := outer.match(line.text)):
        return replace(line, kind="heading", depth=1, number=numeral(match[1]))
    if indent == 0 and inner and (match := inner.match(line.text)):
        return replace(line, kind="numbered", number=numeral(match[1]))
    return line


def _join_wrapped(blocks: Sequence[Block], text: str) -> list[Block]:
    """Joins a line to the one before where that one was broken at a full width, in the middle of a sentence."""
    joined: list[tuple[Block, Block]] = []  # the first and the last line of each
    for block in blocks:
        first, last = joined[-1] if joined else (None, None)
        if (
            first is not None
            and last is not None
            and block.kind == "line"
            and first.kind in ("line", "bullet", "numbered")
            and last.last_line + 1 == block.first_line
            and not is_sentence(last.text)
            and not is_short(last.text)
        ):
            joined[-1] = (first, block)
        else:
            joined.append((block, block))
    return [replace(a, text=text[a.start : b.end], last_line=b.last_line) for a, b in joined]


def _mark_furniture(blocks: Sequence[Block]) -> list[Block]:
    """Marks runs of three or more label-like lines, and such lines at the end, unless they follow a caption.

    Web pages print lists of links, prices and dates around an article: short lines that end no sentence. One or two
    of them are sub-headings; a run directly under a caption is the body of its table.
    """
    marked = list(blocks)
    headings = [(index, block.depth or 1) for index, block in enumerate(marked) if block.kind == "heading"]
    chapters = min((depth for _, depth in headings if depth > 1), default=1)
    first = next((index for index, depth in headings if depth == chapters), 0)
    start = first
    while start < len(marked):
        stop = start
        while stop < len(marked) and _is_label(marked[stop]):
            stop += 1
        at_end = stop == len(marked)
        under_caption = start > 0 and marked[start - 1].kind == "caption"
        if stop - start >= (1 if at_end else 3) and not under_caption:
            marked[start:stop] = [replace(block, kind="furniture") for block in marked[start:stop]]
        start = max(stop, start + 1)
    return marked


def _is_label(block: Block) -> bool:
    return block.kind == "furniture" or (block.kind == "line" and is_short(block.text) and not is_sentence(block.text))
