"""What the Library page's components draw: an uploaded file with its preview, and the works that are published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import prompts
from chat.selfcheck import READ_WHOLE, checked_edition, grouped, inconsistency_message, selfcheck
from ingest.document import Edition, Language, Work, without_body
from ingest.losses import loss_sentences
from ingest.passages import cut_passages
from ui.documents import Documents
from ui.errors import said
from ui.masthead import format_date
from vectorstore.build import Build
from vectorstore.intake import Note
from vectorstore.library import Shelf
from vectorstore.uploads import Staged

Row = dict[str, object]

PREVIEWED = 200
"""Sections that a preview shows."""

_NOTED = ("ingest-recognized", "ingest-pair", "ingest-aligned")


def staged_data(staged: Staged, place: tuple[str, str] | None, shelf: Shelf, language: Language) -> Row:
    """An uploaded file: how it ended, what was lost, what it would replace, and what would come of it."""
    words = prompts.words(language)
    state, edition = staged.state, staged.edition
    known = shelf.editions.get(place) if place else None
    row: Row = {
        "lang": language,
        "file": state.file,
        "state": state.state,
        "label": words[f"state-{state.state}"],
        "remarks": [said(state.reason, language)] if state.reason else [],
        "losses": [],
        "replaces": words["library-replaces"].format(edition=_edition_name(known, language), file=known.file)
        if known
        else "",
        "preview": None,
    }
    if edition is None:
        return row
    row["remarks"] = [*_notes(state.notes, words), counts(edition, words)]
    row["losses"] = losses(edition, language)
    row["preview"] = preview(edition, language)
    return row


def _notes(notes: Sequence[Note], words: dict[str, str]) -> list[str]:
    return [words[key.replace("ingest", "library", 1)].format(**values) for key, values in notes if key in _NOTED]


def counts(edition: Edition, words: dict[str, str], passages: int | None = None) -> str:
    """How many pages, sections and passages an edition has."""
    if passages is None:
        passages = len(cut_passages(edition.document.text, edition.outline))
    values = {
        "pages": len(edition.document.pages),
        "sections": len(edition.outline.sections),
        "passages": passages,
    }
    return words["library-counts-paged" if values["pages"] else "library-counts"].format(**values)


def losses(edition: Edition, language: Language) -> list[str]:
    """What of a file is not in its text: pages, hidden words, bodies of tables and figures, page furniture."""
    words = prompts.words(language)
    found = loss_sentences(edition.document.losses, language)
    titles = {section.anchor: section.title for section in edition.outline.sections}
    if bare := without_body(edition.outline.sections):
        named = words["list-comma"].join(titles[anchor] or anchor for anchor in bare[:8])
        found.append(words["library-bodiless"].format(count=len(bare), named=named))
    if edition.outline.furniture:
        found.append(words["library-furniture"].format(count=len(edition.outline.furniture)))
    return found


def preview(edition: Edition, language: Language) -> Row:
    """The outline, each section with its passages."""
    words = prompts.words(language)
    passages: dict[str, list[str]] = {}
    for passage in cut_passages(edition.document.text, edition.outline):
        passages.setdefault(passage.anchor, []).append(passage.text)
    depths: dict[str | None, int] = {None: -1}
    rows: list[Row] = []
    for section in edition.outline.sections:
        depths[section.anchor] = depths.get(section.parent, -1) + 1
        if len(rows) < PREVIEWED:
            texts = passages.get(section.anchor, [])
            rows.append({"anchor": section.anchor, "depth": min(depths[section.anchor], 6), "texts": texts})
    rest = len(edition.outline.sections) - len(rows)
    return {
        "label": words["library-preview"],
        "lang": edition.lang,
        "sections": rows,
        "rest": words["library-preview-rest"].format(count=rest) if rest else "",
    }


def shelf_data(library: Documents, build: Build, language: Language, findings: Mapping[str, Row]) -> Row:
    """The published works with their editions, what does not fit together in them, and what can be done to each."""
    words = prompts.words(language)
    passages = Counter((place.work, place.edition.id) for place in build.places)
    works = sorted(library.works.values(), key=lambda work: (work.role, work.title(language)))
    labels = ("edit", "replace", "remove", "remove-sure", "keep", "remove-work")
    return {
        "lang": language,
        "works": [
            {**_work(work, library.editions[work.id], passages, language), "findings": findings.get(work.id)}
            for work in works
        ],
        "empty": words["library-empty"],
        "words": {name: words[f"library-{name}"] for name in labels},
    }


def self_check(build: Build, work: str, language: Language) -> Row | None:
    """What does not fit together within a work, each with its quotes; None where nothing is found.

    A text too long to be looked through while a page waits is said to be that.
    """
    words = prompts.words(language)
    if len(checked_edition(build, work).document.text) > READ_WHOLE:
        return {"label": words["library-unchecked"].format(command=f"python -m chat selfcheck {work}"), "rows": []}
    rows = [
        {
            "text": inconsistency_message(found, language),
            "quotes": [[place.quote, place.edition.lang] for place in found.places],
        }
        for found in grouped(selfcheck(build, work))
    ]
    return {"label": words["library-findings"].format(count=len(rows)), "rows": rows} if rows else None


def _work(work: Work, editions: Sequence[Edition], passages: Counter[tuple[str, str]], language: Language) -> Row:
    words = prompts.words(language)
    themes = dict.fromkeys(theme for found in work.themes.values() for theme in found)
    details = [
        work.author,
        format_date(work.date, language) if work.date else "",
        *(words[f"theme-{theme}"] for theme in themes),
        words["kind-glossary"] if work.role == "glossary" else "",
        words["library-private"] if work.private_to else "",
    ]
    return {
        "id": work.id,
        "title": work.title(language),
        "details": words["details-comma"].join(part for part in details if part),
        "editions": [
            {
                "id": edition.id,
                "name": _edition_name(edition, language),
                "file": edition.file,
                "counts": counts(edition, words, passages[edition.work, edition.id] or None),
                "losses": losses(edition, language),
            }
            for edition in editions
        ],
    }


def _edition_name(edition: Edition, language: Language) -> str:
    words = prompts.words(language)
    return words["edition"].format(lang=words[f"lang-{edition.lang}"], kind=words[f"kind-{edition.kind}"])
