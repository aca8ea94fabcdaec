"""Before every page: who is not signed in sees how to sign in and nothing else; who is, that they are."""

from __future__ import annotations

import streamlit as st

import prompts
from chat.access import Person
from ingest.document import Language, Refusal
from ui import text
from ui.callback import whole
from ui.errors import said
from ui.reader import person, sign_out
from ui.sign_in import is_configured, provider

_who = text.component("who")


def who_comes() -> Person | Refusal:
    """Who acts, or why nobody is let in."""
    try:
        return person()
    except Refusal as refusal:
        return refusal


def show_closed(refusal: Refusal, language: Language) -> None:
    """All that is shown to who is not let in: why, and how to sign in."""
    words = prompts.words(language)
    if refusal.key == "sign-in-first":
        text.note(words["sign-in-why"], language)
    else:
        text.problem(said(refusal, language), language)
    if refusal.key == "not-admitted":
        st.button(words["sign-out"], key="sign-out", on_click=whole(sign_out))
    elif refusal.key != "access-unreadable" and st.button(words["sign-in"], type="primary", key="sign-in"):
        st.login(provider())


def show_who(who: Person, language: Language) -> None:
    """The name and role of who is signed in, with the way out; else that this is one local user."""
    words = prompts.words(language)
    if not is_configured():
        _who(key="who", data={"lang": language, "words": words["local-user"], "name": ""}, width="content")
        return
    with st.container(horizontal=True, key="who-signed-in", width="content", vertical_alignment="center"):
        data = {"lang": language, "words": words[f"role-{who.role}"], "name": who.name}
        _who(key="who", data=data, width="content")
        st.button(words["sign-out"], key="sign-out", on_click=whole(sign_out), type="tertiary")
