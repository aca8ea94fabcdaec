"""The Read page: a work as it is, its editions side by side, its outline at the side; every anchor has an address."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

import prompts
from ingest.document import Language, Refusal, Work
from ui import address, text
from ui.documents import Documents, documents_of, open_assistant
from ui.errors import said
from ui.language import chosen_language
from ui.masthead import standing_line
from ui.reading import outline_rows, reading_data
from ui.source import label_language, reading_edition

_TEXT, _OUTLINE, _WORK = "reading", "outline", "read-work"
_SEARCH = "find-in-work"
_reading = text.component("reading")
_outline = text.component("outline")


@dataclass(frozen=True, slots=True)
class Spot:
    """`/read?work=WORK&at=ANCHOR`, and the second edition where one was chosen."""

    work: str = ""
    at: str = ""
    beside: str = ""


def page() -> None:
    """The whole page, top to bottom."""
    language = chosen_language()
    try:
        library = documents_of(open_assistant(language))
    except Refusal as refusal:
        text.problem(said(refusal, language), language)
        return
    address.settle()
    spot, words = _here(), prompts.words(language)
    work = library.works.get(spot.work)
    if spot.work and work is None:
        text.problem(words["source-gone"], language)
    elif work and spot.at and not any(edition.outline.has(spot.at) for edition in library.editions[work.id]):
        text.problem(words["section-unknown"], language)
    work = work or next(iter(library.documents or library.works.values()), None)
    if work is None:
        return
    with st.sidebar:
        _choose_work(work, library, language)
        search = st.text_input(
            words["search-in-document"],
            key=_SEARCH,
            placeholder=words["search-in-document"],
            label_visibility="collapsed",
        )
        _show_outline(work, spot, library, language)
    _show_text(work, spot, search or "", library, language)
    with st.bottom:
        standing_line(library.documents, language)


def _choose_work(work: Work, library: Documents, language: Language) -> None:
    """A list of the works where there are several; their titles are foreign words."""
    if len(library.works) < 2:
        return
    words = prompts.words(language)
    text.choice(
        _WORK,
        words["document"],
        [(other.id, other.title(language)) for other in library.works.values()],
        work.id,
        language,
        lambda chosen: _move(Spot(chosen)),
    )


def _show_outline(work: Work, spot: Spot, library: Documents, language: Language) -> None:
    edition = reading_edition(library.editions[work.id], language)
    words = prompts.words(language)
    _outline(
        key=_OUTLINE,
        data={
            "lang": language,
            "title": words["outline"],
            "work": work.id,
            "at": spot.at,
            "text_lang": label_language(edition, language == "zh-Hans"),
            "rows": outline_rows(work, edition, language),
        },
        on_go_change=lambda: _move(replace(_here(), work=work.id, at=str(st.session_state[_OUTLINE].go))),
    )


def _show_text(work: Work, spot: Spot, search: str, library: Documents, language: Language) -> None:
    _reading(
        key=_TEXT,
        data=reading_data(work, library, spot.at, spot.beside, search, language),
        on_go_change=lambda: _move(replace(_here(), work=work.id, at=str(st.session_state[_TEXT].go))),
        on_beside_change=lambda: _move(replace(_here(), work=work.id, beside=str(st.session_state[_TEXT].beside))),
    )


def _here() -> Spot:
    asked = address.place()
    return Spot(asked.get("work", ""), asked.get("at", ""), asked.get("beside", ""))


def _move(to: Spot) -> None:
    """Changes the address in one step of the browser's history."""
    address.go({"work": to.work, "at": to.at, "beside": to.beside})
