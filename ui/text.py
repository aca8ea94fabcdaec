"""The one way onto the page for words that a document, a person or a model wrote.

They travel as data to our own components, whose assets/page.js makes elements with `textContent` alone: nothing in
the words is markup, a link or an image. Streamlit's own calls get nothing but words from prompts/.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_ASSETS = Path(__file__).parent / "assets"


def component(name: str) -> ComponentRenderer:
    """A component of assets/{name}.js and assets/{name}.css, with what all of them share."""
    script, style = ("\n".join(_read(file, kind) for file in ("page", name)) for kind in ("js", "css"))
    return st.components.v2.component(f"footnote_{name}", html='<div class="root"></div>', css=style, js=script)


def _read(name: str, kind: str) -> str:
    path = _ASSETS / f"{name}.{kind}"
    return path.read_text(encoding="utf-8") if path.exists() else ""


_text = component("text")
_choice = component("choice")


def plain(words: str) -> None:
    """Words as they were typed."""
    _text(data={"kind": "plain", "parts": [words]})


def problem(words: str, language: str) -> None:
    """What went wrong and what to do."""
    _text(data={"kind": "problem", "parts": [words], "lang": language})


def note(words: str, language: str) -> None:
    """What to know before doing something, or what was done."""
    _text(data={"kind": "note", "parts": [words], "lang": language})


def line(parts: Sequence[str], language: str) -> None:
    """Short remarks in a row, in small type."""
    _text(data={"kind": "line", "parts": list(parts), "lang": language})


def choice(
    key: str,
    name: str,
    choices: Sequence[tuple[str, str]],
    chosen: str,
    language: str,
    on_choose: Callable[[str], None],
) -> None:
    """One of several things that documents or persons named, by its id."""
    _choice(
        key=key,
        data={"name": name, "choices": [list(pair) for pair in choices], "chosen": chosen, "lang": language},
        on_choose_change=lambda: on_choose(str(st.session_state[key].choose)),
    )
