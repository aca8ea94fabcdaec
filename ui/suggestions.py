"""Questions to start with: those of the works in the library, three a theme."""

from __future__ import annotations

from collections.abc import Callable, Collection

import streamlit as st

import prompts
from ingest.document import Language
from ui import text

_KEY = "suggestions"
_questions = text.component("questions")


def suggestions(works: Collection[str], language: Language, on_ask: Callable[[str], None]) -> None:
    """Offers the questions of these works; a click hands one over."""
    groups = grouped(works, language)
    if groups:
        words = prompts.words(language)
        _questions(
            key=_KEY,
            data={
                "lang": language,
                "heading": words["suggestions"],
                "groups": [
                    {"theme": words[f"theme-{theme}"], "questions": questions} for theme, questions in groups.items()
                ],
            },
            on_ask_change=lambda: on_ask(st.session_state[_KEY].ask),
        )


def grouped(works: Collection[str], language: Language) -> dict[str, list[str]]:
    """Questions by theme."""
    groups: dict[str, list[str]] = {}
    for name, entry in prompts.entries("suggestions").items():
        work, _, place = name.partition("/")
        if work in works:
            groups.setdefault(place.rpartition("-")[0], []).append(entry[language])
    return groups
