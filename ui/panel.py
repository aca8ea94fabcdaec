"""The source panel: a cited section as it stands in its edition, the quote marked, other editions beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import streamlit as st

import prompts
from chat.answer import Answer, Citation
from ingest.document import Edition, Language
from ui import address, text
from ui.documents import Documents, edition_details
from ui.source import (
    Column,
    Paragraph,
    Place,
    Span,
    beside,
    citation_numbered,
    coarse_anchor,
    column,
    label_language,
    neighbours,
    section_label,
    still_there,
)

Row = dict[str, object]

_KEY = "panel"
_panel = text.component("panel")

# Beside an open panel the conversation gives way; on narrow screens the panel stands below the answer instead.
_ROOM = """<style>
@media (min-width: 1180px) {
  [data-testid="stMain"] { margin-right: min(46vw, 54rem); width: auto; }
}
</style>"""


def show_panel(
    place: Place,
    answer: Answer | None,
    library: Documents,
    language: Language,
    on_go: Callable[[str], None] = address.step_to,
    on_close: Callable[[], None] = address.close,
) -> None:
    """Draws the panel. The neighbouring sections hand over their anchor."""
    st.html(_ROOM)
    _panel(
        key=_KEY,
        data=panel_data(place, answer, library, language),
        on_go_change=lambda: on_go(str(st.session_state[_KEY].go)),
        on_close_change=on_close,
    )


def panel_data(place: Place, answer: Answer | None, library: Documents, language: Language) -> Row:
    """What the component draws: the edition opened, and beside it the others that have the section."""
    words = prompts.words(language)
    names = ("source-text", "beside", "previous-section", "next-section", "close", "open-in-read")
    labels = {name: words[name] for name in names}
    citation = citation_numbered(answer, place.number)
    base: Row = {"lang": language, "words": labels, "place": f"{place}", "columns": [], "title": "", "note": ""}
    shown, note = _shown(place, answer, citation, library)
    if shown is None:
        return {**base, "note": words["source-gone"]}
    changed = note == "source-changed"
    cited = coarse_anchor(shown, citation.anchor) if citation else None
    place = replace(place, anchor=coarse_anchor(shown, place.anchor) or cited or place.anchor)
    editions = [shown, *beside(library.editions.get(place.work, ()), shown)]
    simplified = "zh-Hans" in ({language, answer.language} if answer else {language})
    columns = [_column(edition, place, None if changed else citation) for edition in editions]
    previous, following = neighbours(shown, place.anchor)
    return {
        **base,
        "title": section_label(shown, place.anchor, language, simplified),
        "title_lang": label_language(shown, simplified),
        "note": words[note] if note else "",
        "picture": None if changed else _picture(shown, place, citation, library, language),
        "columns": [_column_data(found, library, language, simplified) for found in columns if found.paragraphs],
        "read": None if note == "source-superseded" else {"work": place.work, "at": _read_at(shown, place, citation)},
        "previous": _link(shown, previous, language, simplified),
        "next": _link(shown, following, language, simplified),
    }


def _shown(
    place: Place, answer: Answer | None, citation: Citation | None, library: Documents
) -> tuple[Edition | None, str]:
    """The edition to show, and what to say of it: where it was replaced, the one that was quoted."""
    now = library.edition(place.work, place.edition)
    if citation is None or answer is None or (now is not None and still_there(now, citation)):
        return now, ""
    quoted = library.quoted(answer.build, citation.work, citation.edition)
    if quoted is not None and still_there(quoted, citation):
        return quoted, "source-superseded"
    return now, "source-changed"


def _picture(
    edition: Edition, place: Place, citation: Citation | None, library: Documents, language: Language
) -> Row | None:
    """The page of a PDF that a quote begins on, while its section is the one shown."""
    if citation is None or citation.edition != edition.id or edition.document.format != "pdf":
        return None
    if coarse_anchor(edition, citation.anchor) != place.anchor:
        return None
    picture = library.picture(edition, citation.start, citation.end)
    if picture is None:
        return None
    label = prompts.words(language)["page-section"].format(page=citation.page or "")
    return {"label": label, **asdict(picture)}


def _read_at(edition: Edition, place: Place, citation: Citation | None) -> str:
    """Where to read on: the cited paragraph, unless the reader has gone on to another section."""
    at_home = citation is not None and coarse_anchor(edition, citation.anchor) == place.anchor
    return citation.anchor if citation is not None and at_home else place.anchor


def _column(edition: Edition, place: Place, citation: Citation | None) -> Column:
    return column(edition, place.anchor, _spans(edition, place, citation), citation.anchor if citation else None)


def _spans(edition: Edition, place: Place, citation: Citation | None) -> list[Span]:
    """Where the quote stands: in the edition cited, and in the original beside it."""
    if citation is None:
        return []
    if edition.id == place.edition:
        return [(citation.start, citation.end)]
    original = citation.original
    there = original is not None and edition.document.text[original.start : original.end] == original.quote
    if original is not None and original.edition == edition.id and there:
        return [(original.start, original.end)]
    return []


def _column_data(found: Column, library: Documents, language: Language, simplified: bool) -> Row:
    words = prompts.words(language)
    edition = found.edition
    details = edition_details(library, edition, language, simplified)
    if found.page:
        details.append(words["page-number"].format(page=found.page))
    return {
        "edition": edition.id,
        "lang": edition.lang,
        "details": words["details-comma"].join(details),
        "paragraphs": [_paragraph(paragraph) for paragraph in found.paragraphs],
    }


def _paragraph(paragraph: Paragraph) -> Row:
    return {
        "runs": [{"text": run.text, "quoted": run.quoted} for run in paragraph.runs],
        "heading": paragraph.heading,
        "depth": paragraph.depth,
        "beside": paragraph.beside,
    }


def _link(edition: Edition, anchor: str | None, language: Language, simplified: bool) -> Row | None:
    return {"anchor": anchor, "label": section_label(edition, anchor, language, simplified)} if anchor else None
