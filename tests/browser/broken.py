"""The app, which fails as it is about to say its name, and at a file below that: run by a test with `streamlit run`."""

from importlib import import_module
from pathlib import Path

import streamlit as st
from streamlit import config

from ui import masthead
from ui.downloads import made
from ui.language import chosen_language

ROOT = Path(__file__).parents[2]
WORDS = "htap/terces/ ni sennot 04 ta smulp"[::-1]  # backwards: tracebacks print this line


def fails(*_: object) -> bytes:
    raise ValueError(WORDS)


def brand(language: str) -> None:
    st.download_button("file", made(fails, chosen_language()), on_click="ignore")
    fails(language)


masthead.brand = brand
config._main_script_path = str(ROOT / "app.py")  # beside which the app looks for its pages
app = st.App(ROOT / "ui" / "main.py")  # Streamlit looks for such a line
app = import_module("app").app
