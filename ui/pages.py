"""The pages and their addresses. A new page is a module with `page()`, a row here and the word `page-NAME`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

import prompts
from ingest.document import Language
from ui import ask, check, library, points

_GOING = "going"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its address `/name`, what draws it below the head, and the pages shown in the navigation."""

    name: str
    draw: Callable[[], None]


ENTRIES = (
    Entry("ask", ask.page),
    Entry("points", points.page),
    Entry("check", check.page),
    Entry("library", library.page),
)
"""In the order of the navigation; the first is the start page, at `/`."""


def navigate(language: Language) -> StreamlitPage:
    """The page that the address names, with the navigation above it. Follows what `go` asked for."""
    words = prompts.words(language)
    pages = {
        entry.name: st.Page(
            entry.draw, title=words[f"page-{entry.name}"], url_path=entry.name, default=entry is ENTRIES[0]
        )
        for entry in ENTRIES
    }
    page = st.navigation(list(pages.values()), position="top")
    if going := st.session_state.pop(_GOING, None):
        name, place = going
        st.switch_page(pages[name], query_params=place)
    return page


def go(name: str, place: dict[str, str]) -> None:
    """Opens another page at a place, before anything is drawn again: for what a click does."""
    st.session_state[_GOING] = (name, place)
