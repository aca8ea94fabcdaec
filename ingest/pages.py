"""Pages `p12` and their paragraphs `p12.3`, for documents that show no chapters of their own."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Sequence

from ingest.blocks import caption, is_sentence
from ingest.document import Document, MarkKind, Section, SectionKind
from ingest.marked import BULLET
from ingest.titles import section_title


def page_sections(document: Document) -> list[Section]:
    """Pages `p12` and their paragraphs `p12.3`; a text without pages is one page."""
    starts = [page.start for page in document.pages] or [0]
    labels = [page.label for page in document.pages] or ["1"]
    taken: Counter[str] = Counter()
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
        kinds = [_kind(document.text[first:last], marks.get(first)) for first, last in spans]
        rows = [
            _section(f"{page}.{n}", kind, page, span, document.text, newlines)
            for n, (kind, span) in enumerate(zip(kinds, spans, strict=True), 1)
        ]
        first = rows[0]
        sections.append(
            Section(
                page,
                "page",
                None,
                labels[index],
                first.first_line,
                rows[-1].last_line,
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


def _kind(text: str, mark: MarkKind | None) -> SectionKind:
    if mark in ("row", "bullet"):
        return "row" if mark == "row" else "bullet"
    found = caption(text)
    return "table" if mark == "head" else found[0] if found else "paragraph"


def _section(
    anchor: str, kind: SectionKind, page: str, span: tuple[int, int], text: str, newlines: Sequence[int]
) -> Section:
    start, end = span
    first = bisect.bisect_left(newlines, start) + 1
    last = bisect.bisect_left(newlines, end) + 1
    return Section(anchor, kind, page, section_title(text[start:end], kind), first, last, start, end)
