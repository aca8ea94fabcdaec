"""What asking does: the question is kept, its answer begun at the desk, and the address is the conversation's."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import streamlit as st

from chat.answer import Answer
from chat.conversation import Conversation, Exchange, still_asked, turns_before
from ingest.document import Refusal
from ui import address, scope
from ui.callback import once
from ui.documents import documents_of, open_assistant, open_desk, open_history
from ui.language import chosen_language
from ui.reader import owner

_IN_VIEW = "turns-in-view"
"""In the session: the turns that this window shows. Asking ends their answers, and not those asked in another window
meanwhile."""

_SILENCE = datetime.timedelta(seconds=10)
"""After so long without a word saved, an answer that is not written here is taken to be broken off."""


def ask(question: str | None) -> None:
    """Asks in the conversation of the address, or begins one; in the works that are chosen."""
    if not question or not question.strip():
        return
    history, here = open_history(), address.here()
    section = address.section_about(here, documents_of(open_assistant(chosen_language())))
    question = f"{section.name} {question}" if section else question
    conversation = _conversation(here, question, (section.work,) if section else scope.chosen())
    before = history.exchanges(owner(), conversation.id)
    in_view = st.session_state.get(_IN_VIEW, ())
    for exchange in before:
        if exchange.id in in_view:
            open_desk().stop(owner(), exchange.id)
    turn = history.ask(owner(), conversation.id, question).id
    _begin(turn, question, before, conversation.works)
    scope.forget()
    address.move(address.Address(conversation.id))


def ask_once(question: str | None) -> None:
    """Asks what was clicked; clicked again before it is on the page, it is still one question."""
    once(f"ask {question}", partial(ask, question))


def _conversation(here: address.Address, question: str, works: Sequence[str]) -> Conversation:
    """That of the address, else a new one."""
    if here.conversation:
        with suppress(Refusal):
            return open_history().conversation(owner(), here.conversation)
    return open_history().begin(owner(), question, works)


def _begin(turn: str, question: str, before: list[Exchange], works: tuple[str, ...]) -> None:
    from chat.follow_ups import follow_ups

    assistant = open_assistant(chosen_language())
    me, asked = owner(), [*(exchange.question for exchange in before), question]

    known = still_asked(works, assistant.build_for(me).works)

    def follow_up(answer: Answer) -> list[str]:
        return follow_ups(answer, assistant.search(me), asked, known)

    stream = partial(assistant.stream, question, history=turns_before(before), works=known, user=me)
    open_desk().begin(me, turn, stream, follow_up)


def keep_in_view(exchanges: Sequence[Exchange]) -> None:
    """Keeps in mind which turns this window shows."""
    st.session_state[_IN_VIEW] = [exchange.id for exchange in exchanges]


def as_it_stands(turn: str) -> Exchange:
    """A turn with what is written of it so far, or was and could not be saved. Raises Refusal for another's."""
    me, desk = owner(), open_desk()
    exchange = open_history().exchange(me, turn)
    if exchange.state != "writing":
        return exchange
    written = desk.answer(me, turn) or exchange.answer
    if refusal := desk.unsaved(me, turn):
        return replace(exchange, state="failed", answer=written, refusal=refusal)
    return replace(exchange, answer=written)


def alive(exchange: Exchange) -> bool:
    """Whether an answer is still being written."""
    if exchange.state != "writing":
        return False
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    return open_desk().writing(owner(), exchange.id) or now - exchange.saved < _SILENCE
