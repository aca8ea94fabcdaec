"""The pages and what is around them: the language switch, and a new conversation. Run by app.py."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

import prompts
from ui import ask
from ui.language import chosen_language, language_switch
from ui.masthead import brand

_ICON = Path(__file__).parent / "assets" / "icon.svg"

st.set_page_config(page_title="Footnote", page_icon=str(_ICON), layout="centered")

# Streamlit's own parts: less room below the question box, and on a phone none for icons.
_STYLE = """<style>
[data-testid="stBottomBlockContainer"] { padding-bottom: 0.75rem; }
@media (max-width: 640px) {
  [data-testid="stChatMessage"] > :first-child { display: none; }
}
</style>"""

st.html(_STYLE)
language = chosen_language()
words = prompts.words(language)
pages = st.navigation([st.Page(ask.page, title=words["page-ask"], default=True)], position="hidden")

with st.container(horizontal=True, vertical_alignment="center"):
    brand(language)
    if ask.has_conversation():
        st.button(words["new-conversation"], type="tertiary", icon=":material/add:", on_click=ask.new_conversation)
    language_switch()

pages.run()
