"""What became of a question: the answer with what can be done about it, as far as it got, or a refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

import streamlit as st

import prompts
from chat.answer import Answer
from chat.conversation import REASONS, Exchange, Feedback, Verdict
from ingest.document import Language, Refusal
from ui import address, asking, text
from ui.chips import Row, show_answer
from ui.documents import Documents, open_history
from ui.errors import said
from ui.reader import owner

_follow_ups = text.component("follow_ups")


def show_exchange(exchange: Exchange, latest: bool, model: str, library: Documents, language: Language) -> None:
    """Draws it; the latest in view. `model` answers now."""
    turn = exchange.position + 1
    if exchange.refusal:
        text.problem(said(exchange.refusal, language), language, key=text.key_of("refusal", exchange.id))
    show_answer(
        _shown(exchange),
        library,
        language,
        key=text.key_of("answer", exchange.id),
        latest=latest,
        on_cite=partial(address.open_citation, turn),
        on_open=partial(address.open_section, turn),
        more=more_data(exchange, model, library, language),
        on_more={
            "again": lambda _: asking.ask_once(exchange.question),
            "feedback": partial(_take_feedback, exchange.id),
        },
    )


def more_data(exchange: Exchange, model: str, library: Documents, language: Language) -> Row:
    """What stands below an answer; nothing to do while it grows. `model` answers now; empty: the documents alone."""
    from chat.transcript import answer_text

    words = prompts.words(language)
    writing = exchange.state == "writing" and asking.alive(exchange)
    answer = exchange.answer
    names = ("copy", "copied", "ask-again", "good-answer", "bad-answer", "what-is-wrong", "note", "send", "thanks")
    return {
        "state": "writing" if writing else "stopped" if exchange.state in ("stopped", "writing") else exchange.state,
        "state_label": "" if writing or exchange.state in ("whole", "failed") else words["state-stopped"],
        "waiting": words["looking"] if writing and not (answer and answer.statements) else "",
        "more_words": {name: words[name] for name in (*names, "cancel")},
        "copy": answer_text(answer, library.works, language) if answer and not writing else "",
        "reasons": [[reason, words[f"reason-{reason}"]] for reason in REASONS],
        "feedback": _feedback(exchange.feedback),
        "writer": _writer(answer, model, language) if answer and not writing else "",
    }


def show_follow_ups(exchange: Exchange, language: Language) -> None:
    """Draws the questions that go on from an answer."""
    key = text.key_of("follow-ups", exchange.id)
    answer = exchange.answer
    _follow_ups(
        key=key,
        data={
            "heading": prompts.words(language)["go-on"],
            "page_lang": language,
            "lang": answer.language if answer else language,
            "questions": list(exchange.follow_ups),
        },
        on_ask_change=lambda: asking.ask_once(str(st.session_state[key].ask)),
    )


def _shown(exchange: Exchange) -> Answer:
    """The answer as it is drawn; the notice of a part is said by its state."""
    answer = exchange.answer or Answer(exchange.question, "en", "answered", "")
    if exchange.state == "whole":
        return answer
    return replace(answer, outcome="answered", notice="")


def _writer(answer: Answer, model: str, language: Language) -> str:
    """Who wrote it, where that is not `model`, who is said at the foot of the page to answer."""
    if (answer.model or "") == model or not answer.statements:
        return ""
    words = prompts.words(language)
    return words["by-model"].format(model=answer.model) if answer.model else words["by-quotes"]


def _feedback(given: Feedback | None) -> Row | None:
    return {"verdict": given.verdict, "reason": given.reason, "note": given.note} if given else None


def _take_feedback(turn: str, given: Row) -> None:
    reason = given.get("reason")
    verdict: Verdict = "bad" if given.get("verdict") == "bad" else "good"
    known = next((known for known in REASONS if known == reason), None)
    with suppress(Refusal):  # deleted in another window: the page says so
        open_history().give_feedback(owner(), turn, Feedback(verdict, known, str(given.get("note") or "")))
