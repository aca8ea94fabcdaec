"""What the Read page shows of a work: rows of sections, an edition beside the other, and where a search has hits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest

import prompts
from ingest.document import CAPTIONS, HEADINGS, Edition, Language, Section, Theme, Work
from ui.documents import Documents, edition_details
from ui.source import Span, in_script, page_at, reading_edition, runs_of

Row = dict[str, object]

WHOLE = 80_000
"""Characters of an edition that are shown at once; of a longer work, a chapter."""


def outline_rows(work: Work, edition: Edition, language: Language) -> list[Row]:
    """Chapters, items and captions with their depth and themes."""
    words = prompts.words(language)
    depths = depths_of(edition.outline.sections)
    return [
        {
            "anchor": section.anchor,
            "label": _label(section, edition, language),
            "depth": depths[section.anchor],
            "themes": [words[f"theme-{theme}"] for theme in _themes(work, section, edition)],
        }
        for section in edition.outline.sections
        if section.kind in (*HEADINGS, *CAPTIONS, "front", "page")
    ]


def reading_data(work: Work, library: Documents, at: str, beside: str, search: str, language: Language) -> Row:
    """What the component draws: the reader's edition, the other beside it, aligned by anchor."""
    words = prompts.words(language)
    editions = library.editions[work.id]
    main = reading_edition(editions, language)
    others = [edition for edition in editions if edition.id != main.id]
    other = next((edition for edition in others if edition.id == beside), None)
    if other is None and beside != "none" and others:
        other = others[0]
    shown = [main, other] if other else [main]
    hits = {edition.id: found(edition.document.text, search) for edition in shown}
    rows = [_row(anchor, sections, shown, hits, language) for anchor, sections in aligned(shown, at)]
    names = ("ask-about", "link-here", "copied", "beside", "alone", "caption-only", "previous-section", "next-section")
    return {
        "lang": language,
        "work": work.id,
        "title": work.title(language),
        "at": at,
        "columns": [_column(edition, library, language) for edition in shown],
        "chosen": other.id if other else "none",
        "others": [[edition.id, _details(edition, library, language)] for edition in others],
        "rows": rows,
        "hits": _hits_line(rows, search, language),
        "search": search,
        "words": {name: words[name] for name in names},
        **_steps(main, at, language),
    }


def aligned(editions: Sequence[Edition], at: str) -> list[tuple[str, list[Section | None]]]:
    """The sections of editions by anchor, in the reading order of the first; what only the others have follows what
    it follows there. Of a long work, only the chapter that the anchor lies in."""
    by_anchor = [{section.anchor: section for section in edition.outline.sections} for edition in editions]
    order = list(by_anchor[0])
    for known in by_anchor[1:]:
        before = ""
        for anchor in known:
            if anchor not in by_anchor[0]:
                order.insert(order.index(before) + 1 if before in order else 0, anchor)
            before = anchor
    if len(editions[0].document.text) > WHOLE:
        chapter = chapter_of(editions[0], at)
        order = [anchor for anchor in order if chapter_of(editions[0], anchor) == chapter]
    return [(anchor, [known.get(anchor) for known in by_anchor]) for anchor in order]


def chapter_of(edition: Edition, anchor: str) -> str:
    """The top section that an anchor lies in; that of the first section where there is no such anchor."""
    parents = {section.anchor: section.parent for section in edition.outline.sections}
    at = anchor if anchor in parents else next(iter(parents), "")
    while parents.get(at):
        at = parents[at] or ""
    return at


def depths_of(sections: Sequence[Section]) -> dict[str, int]:
    """How deep each section lies; the top is 0."""
    depths: dict[str, int] = {}
    for section in sections:
        depths[section.anchor] = depths.get(section.parent, -1) + 1 if section.parent else 0
    return depths


def found(text: str, search: str) -> list[Span]:
    """Where the words of a search stand, in either Chinese script and any case: places of a text as it is."""
    from vectorstore.words import fold

    words = sorted(set(fold(search).split()), key=len, reverse=True)
    if not words:
        return []
    pattern = "|".join(re.escape(word) for word in words)
    return [match.span() for match in re.finditer(pattern, fold(text))]


def _row(
    anchor: str,
    sections: Sequence[Section | None],
    editions: Sequence[Edition],
    hits: Mapping[str, Sequence[Span]],
    language: Language,
) -> Row:
    first, edition = next((section, edition) for section, edition in zip(sections, editions, strict=True) if section)
    depths = depths_of(editions[0].outline.sections)
    return {
        "anchor": anchor,
        "kind": _kind(first),
        "depth": depths.get(anchor, 1),
        "label": _label(first, edition, language),
        "cells": [
            _cell(section, edition, hits[edition.id])
            for section, edition in zip_longest(sections, editions)
            if edition is not None
        ],
    }


def _cell(section: Section | None, edition: Edition, hits: Sequence[Span]) -> Row | None:
    if section is None or section.start == section.end:
        return None
    spans = [span for span in hits if span[0] < section.end and span[1] > section.start]
    page = page_at(edition, section.start)
    runs = runs_of(edition.document.text, section, spans)
    return {"runs": [{"text": run.text, "found": run.quoted} for run in runs], "page": page}


def _kind(section: Section) -> str:
    if section.kind in CAPTIONS:
        return "caption"
    if section.kind in ("chapter", "title", "item", "heading"):
        long = section.end - section.start > len(section.title) + 12
        return "paragraph" if long else section.kind
    return section.kind


def _label(section: Section, edition: Edition, language: Language) -> str:
    """What a section is called around its text; a reader of Simplified finds their way in Simplified."""
    words = prompts.words(language)
    if section.kind in ("front", "title", "date", "author"):
        return words["front"]
    if section.kind == "page":
        return words["page-section"].format(page=section.anchor.removeprefix("p"))
    if section.kind in CAPTIONS:
        return in_script(section.title, edition, language == "zh-Hans")
    label = f"§{section.anchor} {section.title}" if section.kind in HEADINGS else f"§{section.anchor}"
    return in_script(label, edition, language == "zh-Hans")


def _themes(work: Work, section: Section, edition: Edition) -> Sequence[Theme]:
    """A section's own themes: those below it inherit them, and do not say them again."""
    return work.themes.get(section.anchor, ()) if section.anchor in edition.outline.anchors else ()


def _column(edition: Edition, library: Documents, language: Language) -> Row:
    return {"edition": edition.id, "lang": edition.lang, "details": _details(edition, library, language)}


def _details(edition: Edition, library: Documents, language: Language) -> str:
    details = edition_details(library, edition, language, language == "zh-Hans")
    return prompts.words(language)["details-comma"].join(details)


def _hits_line(rows: Sequence[Row], search: str, language: Language) -> str:
    """How many marks there are, in all editions shown."""
    if not search.strip():
        return ""
    words = prompts.words(language)
    count = sum(run["found"] for row in rows for cell in row["cells"] if cell for run in cell["runs"])  # type: ignore[attr-defined]
    return words["found-count"].format(count=count) if count else words["found-nothing"]


def _steps(edition: Edition, at: str, language: Language) -> Row:
    """The chapters before and after, where a work is shown by chapters."""
    if len(edition.document.text) <= WHOLE:
        return {"previous": None, "next": None}
    tops = [section for section in edition.outline.sections if not section.parent]
    anchors = [section.anchor for section in tops]
    place = anchors.index(chapter_of(edition, at))

    def link(n: int) -> Row | None:
        return {"anchor": anchors[n], "label": _label(tops[n], edition, language)} if 0 <= n < len(tops) else None

    return {"previous": link(place - 1), "next": link(place + 1)}
