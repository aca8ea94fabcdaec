"""The address of a conversation and of what is open beside it: `/?c=CONVERSATION&s=TURN.CITATION`.

The address is all that the page goes by, so that a reload, the way back and a shared link come to the same place.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from chat.conversation import Exchange
from ingest.document import Language
from ui.documents import Documents
from ui.source import Place, citation_numbered, coarse_anchor, reading_edition, section_label

_MOVED = "moved-address"
_UNDERWAY = 5.0
"""Seconds within which an empty address is that of a browser that has not heard of a move, and not of one that began
anew from the navigation. Any other address that the page has moved on from is out of date, however late it comes."""
_REMEMBERED = 8
"""Addresses moved on from that are known as such."""

_OPEN = re.compile(r"([1-9]\d{0,5})(?:\.([1-9]\d{0,5}))?")


@dataclass(frozen=True, slots=True)
class Address:
    """`turn` counts from 1 as on the page; `about` is a section `WORK/ANCHOR` that the next question is about."""

    conversation: str = ""
    turn: int = 0
    number: int | None = None
    work: str = ""
    at: str = ""
    about: str = ""

    def closed(self) -> Address:
        return Address(self.conversation, about=self.about)


def here() -> Address:
    """The address of this page; what cannot be read of it counts as absent."""
    asked = place()
    opened = _OPEN.fullmatch(asked.get("s", ""))
    turn, number = (int(opened[1]), int(opened[2]) if opened[2] else None) if opened else (0, None)
    return Address(asked.get("c", ""), turn, number, asked.get("work", ""), asked.get("at", ""), asked.get("about", ""))


def move(to: Address) -> None:
    """Changes the address in one step of the browser's history."""
    opened = f"{to.turn}.{to.number}" if to.number else str(to.turn or "")
    go({"c": to.conversation, "s": opened, "work": to.work, "at": to.at, "about": to.about})


def go(to: dict[str, str]) -> None:
    """The same for a page with an address of its own kind; what is empty is left out."""
    before = place()
    wanted = {name: value for name, value in to.items() if value}
    if wanted != before:
        earlier = [left for left in (*_moved().left, before) if left != wanted]
        st.session_state[_key()] = _Move(wanted, tuple(earlier[-_REMEMBERED:]), time.monotonic())
        _write(wanted)


def settle() -> None:
    """Writes the last move again where the browser asked before it had heard of it; the way back is followed."""
    if _of_the_past():
        st.session_state.pop(_key(), None)
    elif place() != _written():
        _write(place())


@dataclass(frozen=True, slots=True)
class _Move:
    """The last move of this visit: whereto, the addresses `left` before it, latest last, and when."""

    to: dict[str, str]
    left: tuple[dict[str, str], ...] = ()
    when: float = 0.0


def _moved() -> _Move:
    return st.session_state.get(_key()) or _Move({})


def _key() -> str:
    """Each page remembers its own moves: an address may mean one place here and another there."""
    context = get_script_run_ctx()
    return f"{_MOVED}-{context.page_script_hash if context else ''}"


def place() -> dict[str, str]:
    """Where the reader is, the language apart: what the address says, unless the page has moved on from there.

    A browser sends its address with every click, and clicks come before it has heard of the move by the one before.
    """
    written, moved = _written(), _moved()
    fresh = written or time.monotonic() - moved.when <= _UNDERWAY
    return moved.to if written in moved.left and fresh and not _of_the_past() else written


def _of_the_past() -> bool:
    """Whether the reader went back or forward in the browser's history."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _written() -> dict[str, str]:
    return {name: value for name, value in st.query_params.to_dict().items() if name != "lang"}


def _write(place: dict[str, str]) -> None:
    language = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    st.query_params.from_dict({**language, **place})


def open_citation(turn: int, number: int) -> None:
    move(replace(here().closed(), turn=turn, number=number))


def open_section(turn: int, work: str, at: str) -> None:
    move(replace(here().closed(), turn=turn, work=work, at=at))


def step_to(at: str) -> None:
    """Another section of the document that is open."""
    move(replace(here(), at=at))


def start_anew() -> None:
    move(Address())


def close() -> None:
    move(here().closed())


@dataclass(frozen=True, slots=True)
class Subject:
    """A section that the next question is about, and how the question names it."""

    work: str
    label: str
    name: str


def section_about(address: Address, library: Documents, language: Language = "en") -> Subject | None:
    """The section that the address asks about, if there is one."""
    work, _, anchor = address.about.partition("/")
    editions = library.editions.get(work)
    edition = reading_edition(editions, language) if editions else None
    place = coarse_anchor(edition, anchor) if edition else None
    if edition is None or place is None:
        return None
    label = section_label(edition, place, language)
    return Subject(work, label, f"§{place}" if re.fullmatch(r"\d+(\.\d+)*", place) else f"{label}:")


def place_of(address: Address, exchanges: Sequence[Exchange], library: Documents, language: Language) -> Place | None:
    """What stands open beside the conversation, if the address names something that there is."""
    if not 1 <= address.turn <= len(exchanges):
        return None
    position = address.turn - 1
    answer = exchanges[position].answer
    if address.number is None:
        editions = library.editions.get(address.work)
        if not editions:
            return None
        edition = reading_edition(editions, answer.language if answer else language)
        return Place(position, address.work, edition.id, address.at) if edition.outline.has(address.at) else None
    citation = citation_numbered(answer, address.number)
    if citation is None:
        return None
    cited = library.edition(citation.work, citation.edition)
    at = address.at if cited and cited.outline.has(address.at) else ""
    anchor = at or (coarse_anchor(cited, citation.anchor) if cited else None) or citation.anchor
    return Place(position, citation.work, citation.edition, anchor, address.number)
