"""The pages and their addresses. A new page is a module of ui with `page()`, a name here and the word `page-NAME`."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

import prompts
from chat.access import Person
from ingest.document import Language
from ui import text
from ui.language import chosen_language

NAMES = ("ask", "read", "points", "check", "library")
"""In the order of the navigation; each is a module of ui with `page()`. The first is the start page, at `/`."""


EDITORS = ("library",)
"""Pages that only editors are shown the way to; who opens one all the same is told why there is nothing."""


def navigate(language: Language, who: Person | None) -> StreamlitPage:
    """The page that the address names, with the navigation above it; none for who is not let in."""
    words = prompts.words(language)
    pages = {
        name: st.Page(
            partial(_draw, name),
            title=words[f"page-{name}"],
            url_path=name,
            default=name == NAMES[0],
            visibility="hidden" if who and name in EDITORS and not who.edits else "visible",
        )
        for name in NAMES
    }
    return st.navigation([*pages.values(), *_page_of_strays()], position="top" if who else "hidden")


def _page_of_strays() -> list[StreamlitPage]:
    """A page of ours for an address that has none: Streamlit would speak of it in English and show the first page."""
    context = get_script_run_ctx()
    name = context.pages_manager.intended_page_name if context else None
    if not name or name in NAMES or "/" in name:
        return []
    return [st.Page(_say_that_there_is_none, title="Footnote", url_path=name, visibility="hidden")]


def _say_that_there_is_none() -> None:
    language = chosen_language()
    text.problem(prompts.words(language)["page-unknown"], language)


def _draw(name: str) -> None:
    """A page's module is loaded when it is opened, so that the first paint waits for no other."""
    import_module(f"ui.{name}").page()
