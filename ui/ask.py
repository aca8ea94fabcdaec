"""The Ask page: questions, answers that quote, and beside them the source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

import prompts
from chat.answer import Answer, Turn
from ingest.document import Language, Refusal
from ui import text
from ui.chips import show_answer
from ui.documents import Documents, documents_of, open_assistant
from ui.errors import unexpected
from ui.language import chosen_language
from ui.masthead import about, standing_line
from ui.panel import show_panel
from ui.source import Place, citation_numbered, coarse_anchor, reading_edition
from ui.suggestions import suggestions

if TYPE_CHECKING:
    from chat.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what became of it; neither answer nor refusal while it waits."""

    question: str
    answer: Answer | None = None
    refusal: Refusal | None = None


def page() -> None:
    """The whole page, top to bottom."""
    language = chosen_language()
    try:
        assistant = open_assistant(language)
        library = documents_of(assistant)
    except Refusal as refusal:
        text.problem(refusal.in_language(language), language)
        return
    if _exchanges():
        words = prompts.words(language)
        st.button(words["new-conversation"], type="tertiary", icon=":material/add:", on_click=new_conversation)
    about(library, language)
    _bottom(library, language)
    if not _exchanges():
        suggestions(library.works, language, _ask)
    for number in range(len(_exchanges())):
        _show(number, assistant, library, language)


def new_conversation() -> None:
    st.session_state.pop("exchanges", None)
    st.session_state.pop("place", None)


def has_conversation() -> bool:
    return bool(_exchanges())


def _bottom(library: Documents, language: Language) -> None:
    """What stays in sight: the question box, and what an answer is and is not."""
    from chat.assistant import QUESTION_LIMIT

    with st.bottom:
        st.chat_input(
            prompts.words(language)["question-placeholder"],
            key="question",
            max_chars=QUESTION_LIMIT,
            on_submit=lambda: _ask(st.session_state.question),
        )
        standing_line(library.documents, language)


def _show(number: int, assistant: Assistant, library: Documents, language: Language) -> None:
    """An exchange, answered first where it still waits, and the panel where it is open on it."""
    with st.chat_message("user", avatar=":material/person:"):
        text.plain(_exchanges()[number].question)
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        exchange = _answered(number, assistant, language)
        if exchange.refusal:
            text.problem(exchange.refusal.in_language(language), language)
        if exchange.answer:
            show_answer(
                exchange.answer,
                library,
                language,
                key=f"answer-{number}",
                latest=number == len(_exchanges()) - 1,
                on_cite=partial(_cite, number, library),
                on_open=partial(_open_section, number, library),
            )
    slot = st.empty()  # there also while nothing is open, so that what comes after keeps its place
    place: Place | None = st.session_state.get("place")
    if place and place.exchange == number:
        with slot.container():
            show_panel(place, exchange.answer, library, language, _go, _close)


def _answered(number: int, assistant: Assistant, language: Language) -> Exchange:
    exchanges = _exchanges()
    exchange = exchanges[number]
    if not exchange.answer and not exchange.refusal:
        with st.spinner(prompts.words(language)["looking"]):
            exchange = exchanges[number] = _respond(exchange, _history(exchanges[:number]), assistant)
    return exchange


def _respond(exchange: Exchange, history: list[Turn], assistant: Assistant) -> Exchange:
    try:
        return replace(exchange, answer=assistant.ask(exchange.question, history=history))
    except Refusal as refusal:
        return replace(exchange, refusal=refusal)
    except Exception as error:  # noqa: BLE001 - the door: logged, and shown with its id
        return replace(exchange, refusal=unexpected(error))


def _history(exchanges: list[Exchange]) -> list[Turn]:
    turns = []
    for exchange in exchanges:
        if exchange.answer:
            turns += [Turn("user", exchange.question), Turn("assistant", exchange.answer.text)]
    return turns


def _exchanges() -> list[Exchange]:
    exchanges: list[Exchange] = st.session_state.setdefault("exchanges", [])
    return exchanges


# What a click does, before the page is drawn again


def _ask(question: str | None) -> None:
    if question:
        _exchanges().append(Exchange(question))
        st.session_state.pop("place", None)


def _cite(exchange: int, library: Documents, number: int) -> None:
    citation = citation_numbered(_exchanges()[exchange].answer, number)
    if citation is None:
        return
    edition = library.edition(citation.work, citation.edition)
    anchor = coarse_anchor(edition, citation.anchor) if edition else None
    st.session_state.place = Place(exchange, citation.work, citation.edition, anchor or citation.anchor, number)


def _open_section(exchange: int, library: Documents, work: str, anchor: str) -> None:
    editions = library.editions.get(work)
    if editions:
        answer = _exchanges()[exchange].answer
        edition = reading_edition(editions, answer.language if answer else chosen_language())
        st.session_state.place = Place(exchange, work, edition.id, anchor)


def _go(anchor: str) -> None:
    place: Place = st.session_state.place
    st.session_state.place = replace(place, anchor=anchor)


def _close() -> None:
    st.session_state.pop("place", None)
