"""The reader's conversations at the side: found, opened, renamed, deleted and taken away as files."""

from __future__ import annotations

import base64
import datetime
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

import prompts
from chat.conversation import Conversation
from ingest.document import Language, Refusal
from ui import address, text
from ui.callback import whole
from ui.documents import Documents, open_history
from ui.language import chosen_language
from ui.reader import own_day, owner

Row = dict[str, object]

_KEY = "conversations"
_SEARCH = "find"
_FILE = "exported"
_TYPES = {
    "md": "text/markdown;charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_list = text.component("conversations")


def show_conversations(open_now: Conversation | None, library: Documents, language: Language) -> None:
    """Draws the list in the sidebar, with a search over titles and what was said."""
    words = prompts.words(language)
    with st.sidebar:
        st.button(
            words["new-conversation"],
            key="new",
            icon=":material/edit_square:",
            width="stretch",
            on_click=whole(address.start_anew),
        )
        search = st.text_input(
            words["search-conversations"],
            key=_SEARCH,
            placeholder=words["search-conversations"],
            label_visibility="collapsed",
        )
        found = open_history().conversations(owner(), search or "")
        _list(
            key=_KEY,
            data=conversations_data(found, open_now, bool(search), language),
            on_show_change=lambda: address.move(address.Address(_asked("show"))),
            on_rename_change=lambda: _rename(st.session_state[_KEY].rename),
            on_delete_change=lambda: _delete(_asked("delete"), open_now),
            on_export_change=lambda: _export(st.session_state[_KEY].export, library),
        )


def conversations_data(
    found: Sequence[Conversation], open_now: Conversation | None, searched: bool, language: Language
) -> Row:
    """What the component draws; a file that was asked for goes along once."""
    words = prompts.words(language)
    names = (
        "conversations",
        "rename",
        "delete",
        "delete-sure",
        "keep",
        "save",
        "more-actions",
        "export-md",
        "export-docx",
    )
    today = own_day(datetime.datetime.now(datetime.UTC))
    return {
        "lang": language,
        "words": {name: words[name] for name in (*names, "export-md", "export-docx")},
        "empty": words["no-conversation-found"] if searched else words["no-conversations"],
        "conversations": [
            {
                "id": conversation.id,
                "title": conversation.title,
                "when": _when(own_day(conversation.changed), today, language),
                "open": open_now is not None and conversation.id == open_now.id,
            }
            for conversation in found
        ],
        "file": st.session_state.pop(_FILE, None),
    }


def _when(day: datetime.date, today: datetime.date, language: Language) -> str:
    from chat.transcript import date_words

    words = prompts.words(language)
    days = (today - day).days
    return words["today"] if days <= 0 else words["yesterday"] if days == 1 else date_words(day, language)


def _asked(name: str) -> str:
    return str(getattr(st.session_state[_KEY], name) or "")


def _rename(wanted: Row) -> None:
    _quietly(lambda: open_history().rename(owner(), str(wanted["id"]), str(wanted["title"])))


def _delete(conversation: str, open_now: Conversation | None) -> None:
    _quietly(lambda: open_history().delete(owner(), conversation))
    if open_now and open_now.id == conversation:
        address.move(address.Address())


def _export(wanted: Row, library: Documents) -> None:
    from chat.export import file_format, handout_bytes
    from chat.transcript import conversation_handout

    with suppress(Refusal):
        history, language = open_history(), chosen_language()
        conversation = history.conversation(owner(), str(wanted["id"]))
        exchanges = history.exchanges(owner(), conversation.id)
        today = own_day(datetime.datetime.now(datetime.UTC))
        handout = conversation_handout(conversation, exchanges, library.works, language, today)
        name = f"footnote-{today.isoformat()}-{conversation.id[:6]}.{wanted['format']}"
        data = handout_bytes(handout, file_format(name))
        st.session_state[_FILE] = {
            "id": secrets.token_hex(4),
            "name": name,
            "type": _TYPES[str(wanted["format"])],
            "base64": base64.b64encode(data).decode(),
        }


def _quietly(change: Callable[[], None]) -> None:
    """What is gone already, from another window, needs no word: the list shows it."""
    with suppress(Refusal):
        change()
