"""The shell around every page: who may come in, navigation, the language switch and the name. Run by app.py."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ingest.document import Refusal
from ui.doorway import show_closed, show_who, who_comes
from ui.language import chosen_language, language_switch
from ui.masthead import brand
from ui.pages import navigate

_ASSETS = Path(__file__).parent / "assets"
_STYLE = f"<style>{(_ASSETS / 'shell.css').read_text(encoding='utf-8')}</style>"

st.set_page_config(
    page_title="Footnote", page_icon=str(_ASSETS / "icon.svg"), layout="centered", initial_sidebar_state=256
)
st.html(_STYLE)
language = chosen_language()
who = who_comes()
page = navigate(language, None if isinstance(who, Refusal) else who)
brand(language)
language_switch()
if isinstance(who, Refusal):
    show_closed(who, language)
else:
    show_who(who, language)
    page.run()
