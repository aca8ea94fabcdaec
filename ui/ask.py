"""The Ask page: a conversation, the source beside it, and at the side the reader's other conversations."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import prompts
from chat.conversation import Conversation, Exchange
from chat.settings import read_settings
from ingest.document import Language, Refusal
from ui import address, asking, text
from ui.answers import show_exchange, show_follow_ups
from ui.callback import shown, whole
from ui.conversations import show_conversations
from ui.documents import (
    Documents,
    documents_of,
    listed_documents,
    loading,
    open_assistant,
    open_desk,
    open_history,
)
from ui.errors import said
from ui.language import chosen_language
from ui.masthead import about, standing_line
from ui.panel import show_panel
from ui.reader import owner
from ui.scope import show_scope
from ui.suggestions import suggestions

_AT_ONCE = 0.9
"""Seconds for which the page waits before it shows a growing answer: without a model answers take a tenth of that."""

_REFUSED = "question-refused"
"""In the session: what the last question was refused for, and in which conversation."""

_UNASKED = "question-unasked"
"""In the session: the last question where it could not be asked, and in which conversation; its box is empty then."""

_POLL = 0.3
_LOOK = 0.05
_FOLLOW_UPS = 5.0
"""Seconds for which a drawn page waits for the questions that go on from its last answer; they take a quarter."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that the page shows, read once for a drawing."""

    language: Language
    library: Documents
    conversation: Conversation | None
    exchanges: Sequence[Exchange]
    model: str = ""
    """Who answers now; empty: the documents alone."""


def page() -> None:
    """The whole page, top to bottom."""
    language = chosen_language()
    try:
        listed = listed_documents() if loading() and not address.here().conversation else None
        library = listed or documents_of(open_assistant(language))
    except Refusal as refusal:
        text.problem(said(refusal, language), language)
        return
    address.settle()
    scene = _scene(library, language)
    show_conversations(scene.conversation, scene.library, language)
    if not scene.exchanges:
        about(library, language)
        suggestions(library.works, language, asking.ask_once)
    try:
        drawn = [_show(exchange, scene) for exchange in scene.exchanges]
        _show_unasked()
        _bottom(scene)
    except Refusal as refusal:
        if refusal.key != "conversation-unknown":
            raise
        st.rerun()  # deleted in another window meanwhile: drawn again, the page says so
    shown()
    if drawn:
        _go_on(drawn, language)
    elif listed:
        _until_loaded(language)


def _until_loaded(language: Language) -> None:
    """A first screen stands before the index is loaded; where that fails, the page says so instead."""
    try:
        documents_of(open_assistant(language))
    except Refusal:
        st.rerun()


def _scene(library: Documents, language: Language) -> _Scene:
    wanted = address.here().conversation
    if not wanted:
        return _Scene(language, library, None, ())
    try:
        history = open_history()
        conversation = history.conversation(owner(), wanted)
        exchanges = history.exchanges(owner(), wanted)
        asking.keep_in_view(exchanges)
        return _Scene(language, library, conversation, exchanges, read_settings().chat_model)
    except Refusal as refusal:
        text.problem(said(refusal, language), language)
        return _Scene(language, library, None, ())


def _show(exchange: Exchange, scene: _Scene) -> tuple[Exchange, DeltaGenerator | None]:
    """A question, what became of it, and the panel where it is open on it: as drawn, and the place to go on from."""
    with st.chat_message("user", avatar=":material/person:"):
        text.plain(exchange.question, key=text.key_of("question", exchange.id))
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        if exchange.state == "writing":
            open_desk().wait(owner(), exchange.id, _AT_ONCE)
            exchange = asking.as_it_stands(exchange.id)
        show_exchange(exchange, exchange.id == scene.exchanges[-1].id, scene.model, scene.library, scene.language)
        below = _below(exchange, exchange.id == scene.exchanges[-1].id, scene.language)
    place = address.place_of(address.here(), scene.exchanges, scene.library, scene.language)
    if place and place.exchange == exchange.position:
        with st.container():
            show_panel(place, exchange.answer, scene.library, scene.language)
    else:
        st.empty()  # what comes after keeps its place, whether the panel is open or not
    return exchange, below


def _show_unasked() -> None:
    """A question that could not be asked; why stands at the foot of the page."""
    where, question = st.session_state.get(_UNASKED, (None, ""))
    if question and where == address.here().conversation:
        with st.chat_message("user", avatar=":material/person:"):
            text.plain(question, key="unasked")


def _below(exchange: Exchange, latest: bool, language: Language) -> DeltaGenerator | None:
    """The next questions where they are known; else the place for them."""
    if latest and exchange.follow_ups:
        show_follow_ups(exchange, language)
        return None
    return st.empty()


def _go_on(drawn: Sequence[tuple[Exchange, DeltaGenerator | None]], language: Language) -> None:
    """After the page is drawn: answers that grow are looked after, below a whole one come the next questions.

    Nothing that stands on the page is drawn again for them, so that a reader who is at a chip already stays there.
    """
    last, below = drawn[-1]
    if growing := [exchange for exchange, _ in drawn if asking.alive(exchange)]:
        _watch(growing)
    elif below:
        _draw_follow_ups(last, below, language)


def _draw_follow_ups(drawn: Exchange, below: DeltaGenerator, language: Language) -> None:
    until = time.monotonic() + _FOLLOW_UPS
    while not open_desk().wait_for_follow_ups(owner(), drawn.id, _LOOK) and time.monotonic() < until:
        below.empty()  # a click ends the waiting here
    followed = asking.as_it_stands(drawn.id)
    if followed.follow_ups:
        with below:
            show_follow_ups(followed, language)


@st.fragment(run_every=_POLL)
def _watch(growing: Sequence[Exchange]) -> None:
    """Looks after answers, and draws the page again when there is more of one. Itself it draws nothing: what stands
    in a fragment changes hands when the fragment ends, and a click in that moment is lost."""
    for drawn in growing:
        try:
            now = asking.as_it_stands(drawn.id)
        except Refusal:  # deleted, or who asks is let in no longer: the page says which
            st.rerun()
        if (now.state, now.answer) != (drawn.state, drawn.answer) or not asking.alive(now):
            st.rerun()


def _bottom(scene: _Scene) -> None:
    """What stays in sight: the question box, which works are asked, and what an answer is and is not."""
    words = prompts.words(scene.language)
    growing = [one.id for one in scene.exchanges if asking.alive(one) and asking.alive(asking.as_it_stands(one.id))]
    with st.bottom:
        if growing:
            st.button(
                words["stop"], key="stop", icon=":material/stop_circle:", on_click=whole(_stop), args=(owner(), growing)
            )
        show_scope(scene.conversation, scene.library, scene.language)
        where, refusal = st.session_state.get(_REFUSED, (None, None))
        if refusal and where == address.here().conversation:
            text.problem(said(refusal, scene.language), scene.language)
        st.chat_input(words["question-placeholder"], key="question", on_submit=whole(_ask))
        standing_line(scene.library.documents, scene.language)


def _stop(me: str, turns: Sequence[str]) -> None:
    for turn in turns:
        open_desk().stop(me, turn)


def _ask() -> None:
    """A limit of the box itself would drop a longer text that is pasted, without a word."""
    from chat.assistant import check_question

    st.session_state.pop(_REFUSED, None)
    try:
        check_question(st.session_state.question)
    except Refusal as refusal:
        if refusal.key != "question-empty":
            st.session_state[_REFUSED] = address.here().conversation, refusal
        return
    st.session_state[_UNASKED] = address.here().conversation, st.session_state.question
    asking.ask(st.session_state.question)
    del st.session_state[_UNASKED]
