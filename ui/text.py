"""The one way onto the page for words that a document, a person or a model wrote.

They travel as data to our own components, whose assets/page.js makes elements with `textContent` alone: nothing in
the words is markup, a link or an image. Streamlit's own calls get nothing but words from prompts/.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.callback import whole

if TYPE_CHECKING:
    from streamlit.components.v2.bidi_component import BidiComponentResult

_ASSETS = Path(__file__).parent / "assets"


def component(name: str) -> Callable[..., BidiComponentResult]:
    """A component of assets/{name}.js and assets/{name}.css, with what all of them share; its callbacks are whole."""
    script, style = ("\n".join(_read(file, kind) for file in ("page", name)) for kind in ("js", "css"))
    draw = st.components.v2.component(f"footnote_{name}", html='<div class="root"></div>', css=style, js=script)

    def drawn(**given: Any) -> BidiComponentResult:
        callbacks = {event: whole(act) for event, act in given.items() if event.startswith("on_")}
        return draw(**{**given, **callbacks})

    return drawn


def _read(name: str, kind: str) -> str:
    path = _ASSETS / f"{name}.{kind}"
    return path.read_text(encoding="utf-8") if path.exists() else ""


_text = component("text")
_choice = component("choice")


# Streamlit refuses the same element twice on a page: what may be said twice there has a key.


def key_of(part: str, turn: str) -> str:
    """The key of a part of the page that is a turn's. Streamlit allows no two underscores in a row, random ids have
    them at times."""
    return f"{part}-{turn.replace('_', '.')}"


def plain(words: str, key: str) -> None:
    """Words as they were typed."""
    _text(data={"kind": "plain", "parts": [words]}, key=key)


def problem(words: str, language: str, key: str | None = None) -> None:
    """What went wrong and what to do."""
    _text(data={"kind": "problem", "parts": [words], "lang": language}, key=key)


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
