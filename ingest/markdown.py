"""Markdown becomes blocks, each with its exact place in the text."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block, BlockKind, caption, captioned, printed_number


def markdown_blocks(text: str) -> list[Block]:
    """The blocks of a Markdown text in reading order."""
    from markdown_it import MarkdownIt

    rows = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text)), len(text)]  # as markdown-it splits
    newlines = [match.start() for match in re.finditer("\n", text)]
    blocks: list[Block] = []
    lists: list[int] = []  # the number at which each open list starts; 0 for bullets
    heading: int | None = None
    item: str | None = None  # the printed number of the list item just opened, "" for a bullet
    in_table = False
    front, body = _front_matter(text)
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    for index, token in enumerate(tokens):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(0 if token.type == "bullet_list_open" else int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                item = token.info
            case "list_item_close" | "heading_close":  # of one without words
                heading = item = None
            case "tr_open" if token.map:
                blocks.append(_table_row(token.map[0], tokens[index + 1].type, text, rows, newlines))
                in_table = True
            case "table_close":
                in_table = False
            case "heading_open":
                heading = int(token.tag[1:])
            case "inline" | "fence" | "code_block" if token.map and token.content.strip() and not in_table:
                block = _markdown_block(token.content, token.map[0] + (token.type == "fence"), text, rows, newlines)
                if heading is not None:
                    number = printed_number(block.text)
                    block = replace(block, kind="heading", depth=heading, number=number[0] if number else None)
                elif item is not None and len(lists) == 1 and lists[0]:
                    block = _with_number(block, text, item, lists[0])
                elif item is not None:
                    block = replace(block, kind="bullet", depth=len(lists) - 1)
                elif caption(block.text):
                    block = replace(block, kind="caption")
                blocks.append(block)
                heading = item = None
            case _:
                pass
    return captioned([*_titled_once(front, blocks), *blocks])


_FRONT = re.compile(r"---[ \t]*\r?\n(?:[\w-]+[ \t]*:.*\n|[ \t]+\S.*\n|- .*\n)+---[ \t]*(?:\r?\n|$)")


def _front_matter(text: str) -> tuple[list[Block], str]:
    """The lines between --- at the top (Jekyll, pandoc): title, author and date are the document's, others are not its
    text. Then the text with blanks in their place."""
    match = _FRONT.match(text)
    if match is None:
        return [], text
    blocks = []
    for number, line in enumerate(re.finditer(r".*\n?", match[0]), 1):
        if not (said := line[0].strip()):
            continue
        start = line.start() + line[0].index(said)
        if value := re.match(r"title\s*:\s*([\"']?)(?=\S)", said, re.IGNORECASE):
            words = said[value.end() :].removesuffix(value[1])
            blocks.append(Block("line", words, number, number, start + value.end()))
        else:
            kind: BlockKind = "line" if re.match(r"(author|date)\s*:\s*\S", said, re.IGNORECASE) else "furniture"
            blocks.append(Block(kind, said, number, number, start))
    return blocks, re.sub(r"[^\r\n]", " ", match[0]) + text[match.end() :]


def _titled_once(front: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    """The front matter, a title that a heading repeats as no text."""
    headings = {block.text for block in blocks if block.kind == "heading"}
    return [replace(block, kind="furniture") if block.text in headings else block for block in front]


def _table_row(row: int, first: str, text: str, rows: Sequence[int], newlines: Sequence[int]) -> Block:
    """A row of a table as it stands, bars included; the first row has the heads of the columns."""
    line = text[rows[row] : rows[row + 1]]
    start = rows[row] + len(line) - len(line.lstrip())
    number = bisect.bisect_left(newlines, start) + 1
    return Block("head" if first == "th_open" else "row", line.strip(), number, number, start)


def _markdown_block(content: str, first: int, text: str, rows: Sequence[int], newlines: Sequence[int]) -> Block:
    """The exact characters of a token that begins in a row of the text, from the first word of its content to the last.

    Content is what ends its row: what stands before it are marks of lists, headings and quotes.
    """
    lines = [(row, line.strip()) for row, line in enumerate(content.split("\n")) if line.strip()]
    (top, opening), (bottom, closing) = lines[0], lines[-1]
    row, start = _find_in_rows(opening, text, rows, first)
    _, last = _find_in_rows(closing, text, rows, row + bottom - top)
    end = last + len(closing)
    first_line, last_line = (bisect.bisect_left(newlines, place) + 1 for place in (start, end))
    return Block("line", text[start:end], first_line, last_line, start)


def _find_in_rows(words: str, text: str, rows: Sequence[int], first: int) -> tuple[int, int]:
    """The first row from `first` that has the words, and where they begin.

    markdown-it drops rows of white space that it does not count as blank.
    """
    found = ((row, text.rfind(words, rows[row], rows[row + 1])) for row in range(first, len(rows) - 1))
    return next((row, place) for row, place in found if place >= 0)


def _with_number(block: Block, text: str, number: str, first: int) -> Block:
    """A numbered item with its printed number in front, as plain text has it."""
    start = text.rindex(number, 0, block.start)
    line = block.first_line - text.count("\n", start, block.start)
    whole = text[start : block.end]
    return replace(block, kind="numbered", number=int(number), depth=first, start=start, text=whole, first_line=line)
