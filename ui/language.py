"""The language of the page: from its address, else the browser's locale, else English; switched in place."""

from __future__ import annotations

from typing import cast

import streamlit as st

import prompts
from ingest.document import LANGUAGES, Language
from ui.callback import whole

_KEY = "lang"
_NAMES: dict[Language, str] = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}


def chosen_language() -> Language:
    """What was chosen on the page, else stands in its address, else suits the browser."""
    for value in (st.session_state.get(_KEY), st.query_params.get(_KEY)):
        if value in LANGUAGES:
            return cast(Language, value)
    return language_of_locale(st.context.locale or "")


def language_switch() -> Language:
    """Three names to choose from; the choice is kept in the address.

    The first value is an argument: one put into the session's state is sent once, and lost with a run that the next
    one cuts short.
    """
    language = chosen_language()
    with st.container(key="language"):
        st.segmented_control(
            prompts.words(language)["language"],
            LANGUAGES,
            default=language,
            format_func=_NAMES.__getitem__,
            key=_KEY,
            required=True,
            label_visibility="collapsed",
            on_change=whole(_keep_in_address),
        )
    return chosen_language()


def _keep_in_address() -> None:
    st.query_params[_KEY] = st.session_state[_KEY]


def language_of_locale(locale: str) -> Language:
    """zh-TW, zh-HK, zh-MO and any locale that names the script Hant read Traditional; other Chinese Simplified."""
    parts = locale.replace("_", "-").lower().split("-")
    if parts[0] == "yue":
        return "zh-Hans" if {"hans", "cn"} & set(parts) else "zh-Hant"
    if parts[0] != "zh":
        return "en"
    if "hans" in parts:
        return "zh-Hans"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"
