"""The shell around every page: who may come in, navigation, the language switch and the name. Run by app.py."""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st

import prompts
from ingest.document import Language, Refusal
from ui import text
from ui.callback import failed, shown
from ui.doorway import show_closed, show_who, who_comes
from ui.errors import said
from ui.language import chosen_language, language_switch
from ui.masthead import brand
from ui.pages import navigate

_ASSETS = Path(__file__).parent / "assets"
_STYLE = (_ASSETS / "shell.css").read_text(encoding="utf-8")
_SKIP = '[data-testid="stSkipToContent"]'


def _style(language: Language) -> str:
    """The shell's look. Streamlit's link past the navigation speaks English only: ours stands over its words."""
    words = json.dumps(prompts.words(language)["skip-to-content"], ensure_ascii=False)
    return (
        f"<style>{_STYLE} {_SKIP} {{ font-size: 0; }} {_SKIP}::after {{ content: {words}; font-size: 1rem; }}</style>"
    )


st.set_page_config(
    page_title="Footnote", page_icon=str(_ASSETS / "icon.svg"), layout="centered", initial_sidebar_state=256
)
language = chosen_language()
st.html(_style(language))
who = who_comes()
page = navigate(language, None if isinstance(who, Refusal) else who)
language_switch()
masthead = "masthead-closed" if isinstance(who, Refusal) else "masthead"
with st.container(key=masthead, horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    brand(language)
    if not isinstance(who, Refusal):
        show_who(who, language)
if isinstance(who, Refusal):
    show_closed(who, language)
else:
    if refusal := failed():
        with st.bottom:
            text.problem(said(refusal, language), language)
    page.run()
    shown()
