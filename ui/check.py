"""The Check page: a claim or a paragraph is pasted; a verdict for each claim with the quotes that decide it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

import prompts
from chat.unforeseen import unexpected
from ingest.document import Language, Refusal
from ui import text
from ui.callback import once
from ui.documents import Documents, documents_of, open_assistant
from ui.errors import said
from ui.language import chosen_language
from ui.masthead import standing_line
from ui.point_cards import source_row
from ui.reader import owner

if TYPE_CHECKING:
    from chat.assistant import Assistant
    from chat.claims import Check, Part, Reason

Row = dict[str, object]
_FOUND = "check-found"
_verdicts = text.component("check")


def page() -> None:
    """The whole page, top to bottom."""
    language = chosen_language()
    try:
        assistant = open_assistant(language)
    except Refusal as refusal:
        text.problem(said(refusal, language), language)
        return
    library = documents_of(assistant)
    words = prompts.words(language)
    st.text_area(words["check-claim"], key="check-claim", placeholder=words["check-example"], height=140)
    if st.button(words["check-now"], type="primary", key="check-now"):
        with st.spinner(words["looking"]):
            once(f"check {st.session_state['check-claim']}", partial(_check, assistant))
    found = st.session_state.get(_FOUND)
    if found is not None and not isinstance(found, Refusal) and library.lacks(c.work for c in found.citations):
        found = st.session_state[_FOUND] = Refusal("found-withheld")
    if isinstance(found, Refusal):
        text.problem(said(found, language), language)
    elif found is not None:
        _verdicts(key="check-verdicts", data=check_data(found, library, language))
    with st.bottom:
        standing_line(library.documents, language)


def _check(assistant: Assistant) -> None:
    st.session_state[_FOUND] = _checked(assistant, st.session_state["check-claim"])


def _checked(assistant: Assistant, claim: str) -> Check | Refusal:
    try:
        return assistant.check(claim, user=owner())
    except Refusal as refusal:
        return refusal
    except Exception as error:  # noqa: BLE001 - the door: logged, and shown with its id
        return unexpected(error)


def check_data(found: Check, library: Documents, language: Language) -> Row:
    """What the component draws: each claim with its verdict, the reasons side by side, the quotes."""
    from chat.claims_file import judge_line

    words = prompts.words(language)
    simplified = "zh-Hans" in (found.language, language)
    sources = {citation.number: source_row(citation, library, language, simplified) for citation in found.citations}

    def part(one: Part) -> Row:
        return {
            "text": one.text,
            "verdict": one.verdict,
            "label": words[f"verdict-{one.verdict}"],
            "reasons": [_reason(reason, language, simplified) for reason in one.reasons],
            "quotes_label": words[one.citations_label],
            "sources": [sources[number] for number in one.citations if number in sources],
        }

    return {
        "lang": found.language,
        "page_lang": language,
        "notice": found.notice,
        "judge": judge_line(found, language),
        "parts": [part(one) for one in found.parts],
        "words": {"original": words["point-original"]},
    }


def _reason(reason: Reason, language: Language, simplified: bool) -> Row:
    from chat.claims_file import shown_sides

    words = prompts.words(language)
    claim_says, document_says = shown_sides(reason, "zh-Hans" if simplified else language)
    within = reason.type == "document-disagrees"
    sides = ("check-here", "check-there") if within else ("check-claim-says", "check-document-says")
    return {
        "label": words[reason.label],
        "sides": [words[side] for side in sides],
        "claim": claim_says,
        "document": document_says,
        "number": reason.citation,
    }
