"""What all readers of this process share: the assistant with its index, made on first use, the works and editions in
it, the history of conversations and the desk where answers are written."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import streamlit as st

import prompts
from chat.unforeseen import unexpected
from ingest.document import Edition, Language, Refusal, Work
from ui.reader import owner

if TYPE_CHECKING:
    from chat.assistant import Assistant
    from chat.desk import Desk
    from chat.history import History
    from ingest.page_picture import PagePicture

_indexing = threading.Lock()
_loading = threading.Event()

_IMPATIENCE = 0.0005
"""Seconds after which a thread that computes makes way for one that waits."""


def open_assistant(language: Language) -> Assistant:
    """The assistant, over the bundled works where nothing is indexed yet. Raises Refusal."""
    try:
        return _assistant()
    except Refusal as refusal:
        if refusal.key != "no-index":
            raise
    _index(language)
    return _assistant()


def open_assistant_quietly() -> Assistant:
    """The assistant where there is an index. Raises Refusal, also for none yet; makes none."""
    return _assistant()


def warm_up() -> None:
    """Loads what the first reader would otherwise wait for; what is wrong is told to that reader, who meets it too.

    Whoever serves and draws pages meanwhile gets the interpreter ten times as soon as otherwise. No garbage is
    collected meanwhile: nearly all that is made stays, and looking through it takes a seventh of the time.
    """
    _loading.set()
    gc.disable()
    patience = sys.getswitchinterval()
    sys.setswitchinterval(_IMPATIENCE)
    try:
        import_module("ui.ask")
        open_desk()
        _assistant()
    except Refusal:
        return
    except Exception as error:  # noqa: BLE001 - the door of a thread: logged; the first reader sees an id of their own
        unexpected(error)
    finally:
        gc.enable()
        sys.setswitchinterval(patience)
        _loading.clear()


def loading() -> bool:
    """Whether the index is being loaded: a first screen needs none of it and is drawn meanwhile."""
    return _loading.is_set()


@st.cache_resource(show_spinner=False)
def open_history() -> History:
    """Where conversations are kept."""
    from chat.history import History
    from chat.settings import read_settings

    settings = read_settings()
    return History.at(settings.home, settings.database_url)


@st.cache_resource(show_spinner=False)
def open_desk() -> Desk:
    """Where answers are written."""
    from chat.desk import Desk

    return Desk(open_history(), unexpected)


@st.cache_resource(show_spinner=False)
def _assistant() -> Assistant:
    from chat.assistant import Assistant
    from chat.settings import read_settings

    return Assistant(read_settings())


def _index(language: Language) -> None:
    """Indexes the bundled works before the reader's eyes; a second reader waits for the first one's index."""
    from chat.assistant import ensure_index
    from chat.settings import read_settings

    label = prompts.words(language)["indexing"]
    bar = st.progress(0.0, text=label)

    def step(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), text=label)

    with _indexing:
        ensure_index(read_settings(), step)
    bar.empty()


@dataclass(frozen=True, slots=True)
class Documents:
    """The works and editions of the live build, taken once for a drawing of the page."""

    works: Mapping[str, Work]
    editions: Mapping[str, Sequence[Edition]]
    """By work, the original first."""

    quoted: Callable[[str, str, str], Edition | None] = lambda _build, _work, _edition: None
    """An edition as an answer of a build quoted it."""

    picture: Callable[[Edition, int, int], PagePicture | None] = lambda _edition, _start, _end: None
    """The page on which a quote begins."""

    def lacks(self, works: Iterable[str]) -> bool:
        """Whether any of the works is not, or no longer, there for the reader."""
        return any(work not in self.works for work in works)

    @property
    def documents(self) -> list[Work]:
        """The works that can be asked, glossaries aside."""
        return [work for work in self.works.values() if work.role == "document"]

    def edition(self, work: str, edition: str) -> Edition | None:
        return next((known for known in self.editions.get(work, ()) if known.id == edition), None)


def documents_of(assistant: Assistant) -> Documents:
    """What the reader may see. Raises Refusal for who is not, or no longer, let in."""
    me = owner()
    works = assistant.build_for(me).works
    editions = {work: assistant.editions(work, me) for work in works}
    quoted, picture = partial(assistant.quoted_edition, user=me), partial(assistant.picture, user=me)
    return Documents(works, editions, quoted, picture)


def listed_documents() -> Documents | None:
    """The works and editions that the catalogue lists for the reader, without what is searched; None for none yet.

    Raises Refusal for who is not, or no longer, let in.
    """
    from chat.settings import read_settings
    from vectorstore.catalogue import Catalogue, in_order

    settings, me = read_settings(), owner()
    with closing(Catalogue.at(settings.home, settings.database_url, settings.chroma_url)) as catalogue:
        build = catalogue.live_build()
        if build is None:
            return None
        editions = [catalogue.edition(key) for key in build.editions]
        known = catalogue.works({edition.work for edition in editions})
    works = {id_: work for id_, work in known.items() if work.seen_by(me)}
    return Documents(works, {work: in_order(edition for edition in editions if edition.work == work) for work in works})


def edition_details(library: Documents, edition: Edition, language: Language, simplified: bool) -> list[str]:
    """Which text this is: its work where there are several, its language and kind.

    A reader of Simplified (`simplified`) is told in their own words that a text is in Traditional.
    """
    words = prompts.words(language)
    work = library.works.get(edition.work)
    glossary = work is not None and work.role == "glossary"
    parts = [work.title(language)] if work is not None and (glossary or len(library.documents) > 1) else []
    marked = simplified and edition.lang == "zh-Hant"
    if glossary:
        parts.append(words["kind-glossary"])
    elif not marked:
        lang, kind = words[f"lang-{edition.lang}"], words[f"kind-{edition.kind}"]
        parts.append(words["edition"].format(lang=lang, kind=kind))
    elif edition.kind != "original":
        parts.append(words[f"kind-{edition.kind}"])
    return [*parts, prompts.words("zh-Hans")["traditional"]] if marked else parts
