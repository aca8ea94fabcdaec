"""The Ask page: a conversation, the source beside it, and at the side the reader's other conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

import prompts
from chat.conversation import Conversation, Exchange
from ingest.document import Language, Refusal
from ui import address, asking, text
from ui.answers import show_exchange
from ui.conversations import show_conversations
from ui.documents import Documents, documents_of, open_assistant, open_desk, open_history
from ui.language import chosen_language
from ui.masthead import about, standing_line
from ui.panel import show_panel
from ui.reader import owner
from ui.scope import show_scope
from ui.suggestions import suggestions

_AT_ONCE = 0.9
"""Seconds for which the page waits before it shows a growing answer: without a model answers take a tenth of that."""

_POLL = 0.3
_DRAWN = "drawn-address"


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that the page shows, read once for a drawing."""

    language: Language
    library: Documents
    conversation: Conversation | None
    exchanges: Sequence[Exchange]


def page() -> None:
    """The whole page, top to bottom."""
    language = chosen_language()
    try:
        library = documents_of(open_assistant(language))
    except Refusal as refusal:
        text.problem(refusal.in_language(language), language)
        return
    scene = _scene(library, language)
    st.session_state[_DRAWN] = address.here()
    show_conversations(scene.conversation, scene.library, language)
    if not scene.exchanges:
        about(library, language)
        suggestions(library.works, language, asking.ask)
    for exchange in scene.exchanges:
        _show(exchange, scene)
    _bottom(scene)


def _scene(library: Documents, language: Language) -> _Scene:
    wanted = address.here().conversation
    if not wanted:
        return _Scene(language, library, None, ())
    try:
        history = open_history()
        conversation = history.conversation(owner(), wanted)
        return _Scene(language, library, conversation, history.exchanges(owner(), wanted))
    except Refusal as refusal:
        text.problem(refusal.in_language(language), language)
        return _Scene(language, library, None, ())


def _show(exchange: Exchange, scene: _Scene) -> None:
    """A question, what became of it, and the panel where it is open on it."""
    with st.chat_message("user", avatar=":material/person:"):
        text.plain(exchange.question)
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        latest = exchange is scene.exchanges[-1]
        if latest or exchange.state == "writing":
            open_desk().wait(exchange.id, _AT_ONCE)
            exchange = asking.as_it_stands(exchange.id)
        if latest and asking.alive(exchange):
            _growing(exchange.id)
        else:
            show_exchange(exchange, latest, scene.library, scene.language)
    slot = st.empty()  # there also while nothing is open, so that what comes after keeps its place
    place = address.place_of(address.here(), scene.exchanges, scene.library, scene.language)
    if place and place.exchange == exchange.position:
        with slot.container():
            show_panel(place, exchange.answer, scene.library, scene.language)


@st.fragment(run_every=_POLL)
def _growing(turn: str) -> None:
    """An answer as far as it is written, drawn again and again by itself; at its end the page is drawn whole."""
    language = chosen_language()
    exchange = asking.as_it_stands(turn)
    show_exchange(exchange, True, documents_of(open_assistant(language)), language)
    if not asking.alive(exchange) or st.session_state.get(_DRAWN) != address.here():
        st.rerun()


def _bottom(scene: _Scene) -> None:
    """What stays in sight: the question box, which works are asked, and what an answer is and is not."""
    from chat.assistant import QUESTION_LIMIT

    words = prompts.words(scene.language)
    latest = asking.as_it_stands(scene.exchanges[-1].id) if scene.exchanges else None
    with st.bottom:
        if latest and latest.state == "writing" and asking.alive(latest):
            stop = partial(open_desk().stop, owner(), latest.id)
            st.button(words["stop"], key="stop", icon=":material/stop_circle:", on_click=stop)
        show_scope(scene.conversation, scene.library, scene.language)
        st.chat_input(
            words["question-placeholder"],
            key="question",
            max_chars=QUESTION_LIMIT,
            on_submit=lambda: asking.ask(st.session_state.question),
        )
        standing_line(scene.library.documents, scene.language)
