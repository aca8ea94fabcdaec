"""Above the question box: which works are asked, a choice, and the section that the next question is about."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import streamlit as st

import prompts
from chat.conversation import Conversation
from ingest.document import Language, Refusal
from ui import address, text
from ui.documents import Documents, open_history
from ui.reader import owner

_KEY = "scope"
_CHOSEN = "chosen-works"
_scope = text.component("scope")


def chosen() -> tuple[str, ...]:
    """The works chosen before a conversation has begun; none for all."""
    works: tuple[str, ...] = st.session_state.get(_CHOSEN, ())
    return works


def forget() -> None:
    st.session_state.pop(_CHOSEN, None)


def show_scope(conversation: Conversation | None, library: Documents, language: Language) -> None:
    """Draws the choice where there is one, and the section where there is one."""
    section = address.section_about(address.here(), library, language)
    if len(library.documents) < 2 and section is None:
        return
    asked = (conversation.works if conversation else chosen()) or tuple(work.id for work in library.documents)
    words = prompts.words(language)
    documents = library.documents if len(library.documents) > 1 and section is None else []
    data = {
        "lang": language,
        "section": section.label if section else "",
        "documents": [{"id": work.id, "title": work.title(language), "asked": work.id in asked} for work in documents],
        "words": {name: words[name] for name in ("asking-about", "asking-all", "asking-some", "remove", "asked-works")},
    }
    _scope(
        key=_KEY,
        data=data,
        on_choose_change=lambda: _choose(conversation, library, st.session_state[_KEY].choose or ()),
        on_free_change=lambda: address.move(replace(address.here(), about="")),
    )


def _choose(conversation: Conversation | None, library: Documents, works: Sequence[str]) -> None:
    known = [work.id for work in library.documents]
    picked = tuple(work for work in known if work in works)
    picked = () if len(picked) in (0, len(known)) else picked
    if conversation:
        with suppress(Refusal):  # deleted in another window: the page says so
            open_history().choose_works(owner(), conversation.id, picked)
    else:
        st.session_state[_CHOSEN] = picked
