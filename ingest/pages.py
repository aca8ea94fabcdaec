"""Pages `p12`, their paragraphs `p12.3` and tables `table-1`, for documents that show no chapters of their own."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.blocks import caption, is_sentence
from ingest.document import CAPTIONS, Document, MarkKind, Section, SectionKind
from ingest.marked import BULLET
from ingest.titles import section_title


def page_sections(document: Document) -> list[Section]:
    """Pages `p12` and their paragraphs `p12.3`, each to its own last line; a text without pages is one page."""
    starts = [page.start for page in document.pages] or [0]
    labels = [page.label for page in document.pages] or ["1"]
    taken: Counter[str] = Counter()
    captions: set[str] = set()
    sections: list[Section] = []
    marks = {mark.start: mark.kind for mark in document.marks}
    newlines = [match.start() for match in re.finditer("\n", document.text)]
    for index, start in enumerate(starts):
        stop = starts[index + 1] if index + 1 < len(starts) else len(document.text)
        label = re.sub(r"[^\w-]", "", labels[index]) or str(index + 1)
        taken[label] += 1
        page = f"p{label}" if taken[label] == 1 else f"p{label}-{taken[label]}"
        spans = (_paragraphs if document.format in ("text", "markdown") else _lines)(document.text, start, stop)
        if not spans:
            continue
        rows = _placed(page, spans, marks, document.text, newlines, captions)
        first = rows[0]
        sections.append(
            Section(
                page,
                "page",
                None,
                labels[index],
                first.first_line,
                first.last_line,
                first.start,
                first.start,
            )
        )
        sections.extend(rows)
    return sections


def _paragraphs(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Spans of lines that belong together: up to a blank line, or a line that ends a sentence short of the margin."""
    lines = [
        (match.start(), match.end()) for match in re.finditer(r"[^\n]*[^\s\n][^\n]*|\n[ \t]*(?=\n)", text[start:stop])
    ]
    widest = max((end - begin for begin, end in lines), default=0)
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for begin, end in lines:
        line = text[start + begin : start + end]
        if not line.strip():
            opened = None
            continue
        begin += start + len(line) - len(line.lstrip())
        end = begin + len(line.strip())
        if opened is None:
            spans.append((begin, end))
        else:
            spans[-1] = (opened, end)
        opened = None if is_sentence(line) and len(line) < 0.8 * widest else spans[-1][0]
    return spans


def _lines(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Spans of the lines that a reader wrote, each a paragraph, without the marks of list items."""
    spans = []
    for match in re.finditer(r"[^\n]+", text[start:stop]):
        line = match[0]
        lead = re.match(rf"\s*({BULLET}\s)?\s*", line)
        first = start + match.start() + (lead.end() if lead else 0)
        if line.strip().strip(BULLET):
            spans.append((first, start + match.start() + len(line.rstrip())))
    return spans


def _placed(
    page: str,
    spans: Sequence[tuple[int, int]],
    marks: Mapping[int, MarkKind],
    text: str,
    newlines: Sequence[int],
    captions: set[str],
) -> list[Section]:
    """The sections of a page: a caption by its number, with the heads of its table; the rows of a table beneath it."""
    found: list[Section] = []
    table: Section | None = None
    count = rows = 0
    for span, after in pairwise([*spans, (-1, -1)]):
        mark = marks.get(span[0])
        if mark == "head" and table is not None and table is found[-1]:
            last_line = bisect.bisect_left(newlines, span[1]) + 1
            table = found[-1] = replace(table, end=span[1], last_line=last_line)
            continue
        if mark == "row" and table is not None:
            rows += 1
            found.append(_section(f"{table.anchor}.r{rows}", "row", table.anchor, span, text, newlines))
            continue
        count += 1
        kind, number = _kind(text[slice(*span)], mark, marks.get(after[0]))
        anchor = f"{kind}-{number}" if number and f"{kind}-{number}" not in captions else f"{page}.{count}"
        captions.add(anchor)
        found.append(_section(anchor, kind, page, span, text, newlines))
        table, rows = (found[-1], 0) if kind in CAPTIONS else (None, 0)
    return found


def _kind(text: str, mark: MarkKind | None, after: MarkKind | None) -> tuple[SectionKind, int]:
    """What a line is; of a caption also its number, else 0."""
    if mark in ("row", "bullet"):
        return ("row" if mark == "row" else "bullet"), 0
    found = caption(text, known=after in ("head", "row"))
    if mark == "head" or found is None:
        return ("table" if mark == "head" else "paragraph"), 0
    return found[0], found[1]


def _section(
    anchor: str, kind: SectionKind, parent: str, span: tuple[int, int], text: str, newlines: Sequence[int]
) -> Section:
    start, end = span
    first = bisect.bisect_left(newlines, start) + 1
    last = bisect.bisect_left(newlines, end) + 1
    return Section(anchor, kind, parent, section_title(text[start:end], kind), first, last, start, end)
