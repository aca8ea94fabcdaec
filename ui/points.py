"""The Talking points page: a topic goes in; points to edit, drop, move and replace come out, and files of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

import prompts
from chat.unforeseen import unexpected
from ingest.document import LANGUAGES, Language, Refusal
from ui import text
from ui.callback import once, whole
from ui.documents import Documents, documents_of, open_assistant
from ui.downloads import made
from ui.errors import said
from ui.language import chosen_language
from ui.masthead import standing_line
from ui.point_cards import board_data
from ui.reader import owner

if TYPE_CHECKING:
    from chat.assistant import Assistant
    from chat.points import Order, TalkingPoints

_FOUND = "points-found"
_OTHER = "other"
_board = text.component("points")


def page() -> None:
    """The whole page, top to bottom."""
    language = chosen_language()
    try:
        assistant = open_assistant(language)
    except Refusal as refusal:
        text.problem(said(refusal, language), language)
        return
    library = documents_of(assistant)
    _form(assistant, language)
    found = st.session_state.get(_FOUND)
    if found is not None and not isinstance(found, Refusal) and _is_withdrawn(found, library):
        found = st.session_state[_FOUND] = Refusal("found-withheld")
    if isinstance(found, Refusal):
        text.problem(said(found, language), language)
    elif found is not None:
        _show(found, assistant, library, language)
    with st.bottom:
        standing_line(library.documents, language)


def _is_withdrawn(points: TalkingPoints, library: Documents) -> bool:
    """Whether a work that points are from is not, or no longer, there for the reader."""
    return library.lacks(span.edition.work for span in points.numbers)


def _form(assistant: Assistant, language: Language) -> None:
    """What is asked for. The three theses are one click away.

    A widget gets its first value as an argument: one put into the session's state is sent once, and lost with a run
    that the next one cuts short.
    """
    from chat.points import AUDIENCES, DEFAULT_COUNT, MAX_COUNT

    words = prompts.words(language)
    st.text_input(words["points-topic"], key="points-topic", placeholder=words["points-example"])
    with st.container(horizontal=True):
        st.button(words["theme-macro"], key="points-macro", on_click=whole(_take_theme), args=("macro",))
        st.button(words["theme-ai"], key="points-ai", on_click=whole(_take_theme), args=("ai",))
        st.button(words["theme-crypto"], key="points-crypto", on_click=whole(_take_theme), args=("crypto",))
    first, second, third = st.columns(3)
    audiences = [*AUDIENCES, _OTHER]
    with first:
        st.selectbox(
            words["points-audience"],
            audiences,
            key="points-audience",
            format_func=lambda a: words[f"audience-{a}"],
            placeholder=words["points-audience"],
        )
    with second:
        st.selectbox(
            words["points-language"],
            LANGUAGES,
            index=LANGUAGES.index(language),
            key="points-language",
            format_func=lambda one: words[f"lang-{one}"],
            placeholder=words["points-language"],
        )
    with third:
        st.number_input(words["points-count"], 1, MAX_COUNT, value=DEFAULT_COUNT, key="points-count")
    if st.session_state["points-audience"] == _OTHER:
        st.text_input(words["points-describe"], key="points-description")
    if st.button(words["points-write"], type="primary", key="points-write"):
        with st.spinner(words["looking"]):
            once(f"points {_asked()}", partial(_write, assistant))


def _take_theme(theme: str) -> None:
    """Puts a thesis in the topic's place, in the language of the points."""
    language = st.session_state.get("points-language", chosen_language())
    st.session_state["points-topic"] = prompts.words(language)[f"theme-{theme}"]


def _write(assistant: Assistant) -> None:
    st.session_state[_FOUND] = _found(assistant)


def _asked() -> Order:
    from chat.points import Order

    state = st.session_state
    audience = state["points-audience"]
    if audience == _OTHER:
        audience = state.get("points-description") or "client"
    return Order(state["points-topic"], audience, state["points-language"], int(state["points-count"]))


def _found(assistant: Assistant) -> TalkingPoints | Refusal:
    try:
        return assistant.points(_asked(), owner())
    except Refusal as refusal:
        return refusal
    except Exception as error:  # noqa: BLE001 - the door: logged, and shown with its id
        return unexpected(error)


def _show(points: TalkingPoints, assistant: Assistant, library: Documents, language: Language) -> None:
    """The points with their quotes, and how they leave the page."""
    data = board_data(points, assistant.build_for(owner()), library, language)
    _board(key="points-board", data=data, on_act_change=lambda: _act(assistant))
    if points.points:
        _export(points, assistant, language)


def _act(assistant: Assistant) -> None:
    """What a click or a keystroke on the board does, before the page is drawn again."""
    from chat.points_edit import dropped, moved, replaced, with_text

    done = cast("Mapping[str, Any]", st.session_state["points-board"].act)
    points: TalkingPoints | Refusal = st.session_state[_FOUND]
    if isinstance(points, Refusal) or _is_withdrawn(points, documents_of(assistant)):
        return
    at = int(done["at"])
    if "text" in done:
        points = with_text(points, at, str(done["text"]), assistant.build_for(owner()))
    what = done["what"]
    if what in ("up", "down"):
        points = moved(points, at, -1 if what == "up" else 1)
    elif what == "drop":
        points = dropped(points, at)
    elif what == "replace":
        points = replaced(points, at)
    st.session_state[_FOUND] = points


def _export(points: TalkingPoints, assistant: Assistant, language: Language) -> None:
    """A button for each kind of file, or why there is none."""
    from chat.export import FILE_FORMATS, handout_bytes
    from chat.points_file import points_handout

    words = prompts.words(language)
    try:
        handout = points_handout(points, assistant.build_for(owner()))
    except Refusal as refusal:
        text.problem(said(refusal, language), language)
        return
    with st.container(horizontal=True, key="points-files"):
        for format_ in FILE_FORMATS:
            st.download_button(
                words[f"points-{format_}"],
                made(partial(handout_bytes, handout, format_), language),
                file_name=f"talking-points.{format_}",
                mime=_MIMES[format_],
                key=f"points-{format_}",
                on_click="ignore",
            )


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MIMES = {
    "md": "text/markdown",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "pptx": f"{_OFFICE}.presentationml.presentation",
}
