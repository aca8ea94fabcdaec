"""The form for what a file is: its work, title, author, date, themes, language and kind, as found and as corrected."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

import prompts
from ingest.document import EDITION_KINDS, LANGUAGES, Language, Theme, Work

if TYPE_CHECKING:
    from vectorstore.descriptions import Description

_THEMES: tuple[Theme, ...] = ("macro", "ai", "crypto")
_FIRST, _LAST = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


def describe(
    key: str, known: Description, works: Sequence[Work], language: Language, *, fixed: bool = False
) -> Description:
    """The form, filled with what is known; gives what it says now. `fixed`: the work cannot be another one."""
    from vectorstore.descriptions import TEXT_LIMIT, Description

    words = prompts.words(language)
    names = {work.id: work.title(language) for work in works}
    ids = list(dict.fromkeys([known.work, *names]))
    work = known.work
    if not fixed:
        work = st.selectbox(
            words["library-work"],
            ids,
            format_func=lambda id_: f"{names.get(id_, id_)} ({id_})",
            placeholder=words["library-work"],
            key=f"library-work-{key}",
        )
    title = st.text_input(words["library-title"], known.title, TEXT_LIMIT, key=f"library-title-{key}")
    first, second = st.columns(2)
    with first:
        author = st.text_input(words["library-author"], known.author, TEXT_LIMIT, key=f"library-author-{key}")
        lang = st.selectbox(
            words["library-language"],
            LANGUAGES,
            LANGUAGES.index(known.lang),
            format_func=lambda one: words[f"lang-{one}"],
            placeholder=words["library-language"],
            key=f"library-lang-{key}",
        )
    with second:
        date = st.date_input(
            words["library-date"],
            known.date,
            min_value=_FIRST,
            max_value=_LAST,
            format="YYYY-MM-DD",
            key=f"library-date-{key}",
        )
        kind = st.selectbox(
            words["library-kind"],
            EDITION_KINDS,
            EDITION_KINDS.index(known.kind),
            format_func=lambda one: words[f"kind-{one}"],
            placeholder=words["library-kind"],
            key=f"library-kind-{key}",
        )
    themes = st.pills(
        words["library-themes"],
        _THEMES,
        selection_mode="multi",
        default=list(known.themes),
        format_func=lambda one: words[f"theme-{one}"],
        key=f"library-themes-{key}",
    )
    private = st.radio(
        words["library-readers"],
        (False, True),
        int(known.private),
        format_func=lambda one: words["library-private" if one else "library-everyone"],
        horizontal=True,
        key=f"library-readers-{key}",
    )
    return Description(
        work,
        title,
        author,
        date,
        tuple(theme for theme in _THEMES if theme in themes),
        lang,
        kind,
        private,
    )
