"""The Library page: add files, see what would come of them, say what they are, publish; change what is published."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

import prompts
from chat import metrics
from chat.unforeseen import unexpected
from ingest.document import LANGUAGES, Language, Refusal
from ui import text
from ui.callback import end_if_closed, once, whole
from ui.documents import documents_of, open_assistant
from ui.errors import said
from ui.language import chosen_language
from ui.library_form import describe
from ui.library_rows import self_check, shelf_data, staged_data
from ui.masthead import standing_line
from ui.reader import owner, person

if TYPE_CHECKING:
    from chat.assistant import Assistant
    from vectorstore.build import Build
    from vectorstore.descriptions import Description
    from vectorstore.embedder import Progress
    from vectorstore.librarian import Librarian
    from vectorstore.uploads import Staged

_STAGED = "library-staged"
_SAID = "library-said"
_DONE = "library-done"
_TARGET = "library-target"
"""The published edition that is being corrected or replaced: what, work, edition."""

_ROUND = "library-round"
"""Counts uploads, so that the next begins with an empty box."""


_OUT_OF_SIGHT = "clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px;"
"""Not gone: a button without words of its own has no name for assistive technology."""


def _uploader_words() -> str:
    """Streamlit's uploader speaks English only: its words are covered by ours, in the language of its container."""
    rules = []
    for language in LANGUAGES:
        zone = f'.st-key-library-drop-{language} [data-testid="stFileUploaderDropzone"]'
        words = prompts.words(language)
        for part, key in (
            ("button [data-testid=stMarkdownContainer]", "browse"),
            ("[data-testid$=Instructions]", "drop"),
        ):
            rules.append(f"{zone} {part} > * {{ {_OUT_OF_SIGHT} }}")
            rules.append(
                f"{zone} {part}::after {{ content: {json.dumps(words[f'library-{key}'], ensure_ascii=False)}; }}"
            )
    return f"<style>{' '.join(rules)}</style>"


_UPLOADER = _uploader_words()
_file = text.component("staged")
_shelf = text.component("shelf")


def page() -> None:
    """The whole page, top to bottom."""
    language = chosen_language()
    try:
        assistant = open_assistant(language)
        librarian = assistant.librarian(person())
    except Refusal as refusal:
        text.problem(said(refusal, language), language)
        return
    parts = [st.container() for _ in range(4)]  # each in its place, whatever the others hold
    with parts[0]:
        _outcome(language)
    with parts[1]:
        _add(librarian, language)
    with parts[2]:
        _review(librarian, language)
    with parts[3]:
        _held(assistant, librarian, language)
    with st.bottom:
        standing_line(documents_of(assistant).documents, language)


def _outcome(language: Language) -> None:
    """What became of the last thing that was done."""
    refusal: Refusal | None = st.session_state.pop(_SAID, None)
    if refusal is not None:
        text.problem(said(refusal, language), language)
    if done := st.session_state.pop(_DONE, ""):
        text.note(prompts.words(language)[done], language)


# Adding


def _add(librarian: Librarian, language: Language) -> None:
    """Where files are chosen. They are read at once they are here, and nothing is published."""
    from ingest.read import MAX_BYTES

    words = prompts.words(language)
    target = _target("replace")
    st.subheader(words["library-add"], anchor=False)
    with st.container():  # what follows keeps its place, so that a file on its way up is not lost
        if target:
            text.note(words["library-replacing"].format(edition="/".join(target)), language)
            st.button(words["library-keep"], key="library-keep", on_click=whole(_forget_target))
    text.note(words["library-kinds"].format(limit=MAX_BYTES // 2**20), language)
    turn = st.session_state.setdefault(_ROUND, 0)
    st.html(_UPLOADER)
    with st.container(key=f"library-drop-{language}"):
        files = st.file_uploader(words["library-choose"], accept_multiple_files=True, key=f"library-files-{turn}")
    with st.expander(words["library-options"]):
        password = st.text_input(words["library-password"], type="password", key="library-password")
        ocr = _can_read_pictures() and st.checkbox(words["library-ocr"], key="library-ocr")
    if st.button(words["library-read"], type="primary", key="library-read", disabled=not files) and files:
        name = f"read {turn} {[file.file_id for file in files]}"
        _do(name, lambda: _stage(librarian, files, target, password, ocr, language), "")


def _stage(
    librarian: Librarian,
    files: list[Any],
    target: tuple[str, str] | None,
    password: str,
    ocr: bool,
    language: Language,
) -> None:
    """Reads the files, saying how many of them are done."""
    from vectorstore.intake import FileState, Wishes
    from vectorstore.uploads import Upload

    words = prompts.words(language)
    bar = st.progress(0.0)
    done = 0

    def tell(ended: FileState | None) -> None:
        nonlocal done
        if ended is not None:
            metrics.FILES.labels(ended.state).inc()
        end_if_closed()
        bar.progress(done / len(files), text=words["library-reading"].format(done=done, total=len(files)))
        done += 1

    tell(None)
    wishes = Wishes(password=password or None, ocr=ocr)
    if target:
        lang, kind = target[1].rsplit("-", 1)
        wishes = Wishes(target[0], cast("Any", lang), cast("Any", kind), password=password or None, ocr=ocr)
    _staged().extend(librarian.stage([Upload(file.name, file.getvalue()) for file in files], wishes, tell))
    st.session_state[_ROUND] += 1
    _forget_target()


def _can_read_pictures() -> bool:
    from importlib.util import find_spec

    return find_spec("rapidocr") is not None


# What was added and waits


def _review(librarian: Librarian, language: Language) -> None:
    """Each file that was read: how it ended, what it is said to be, its preview; then one button for all."""
    staged = _staged()
    if not staged:
        return
    words = prompts.words(language)
    st.subheader(words["library-review"], anchor=False)
    shelf = librarian.shelf
    described: list[tuple[Staged, Description]] = []
    waiting = [one.state.work for one in staged if one.state.work]
    for one in list(staged):
        with st.container(border=True, key=f"library-file-{one.id}"):
            head = st.container()
            place = None
            if one.state.work is not None and one.state.read is not None:
                said = describe(one.id, librarian.description(one), [*shelf.works.values(), *waiting], language)
                described.append((one, said))
                place = said.work, said.edition
            with head:
                _file(key=f"library-state-{one.id}", data=staged_data(one, place, shelf, language))
            st.button(
                words["library-discard"],
                key=f"library-discard-{one.id}",
                on_click=whole(_discard),
                args=(librarian, one),
            )
    if described and st.button(words["library-publish"], type="primary", key="library-publish"):
        name = f"publish {[one.id for one, _ in described]}"
        _do(name, lambda: _publish(librarian, described, language), "library-published")


def _publish(librarian: Librarian, described: list[tuple[Staged, Description]], language: Language) -> None:
    librarian.publish(described, _bar(language))
    published = {one.id for one, _ in described}
    st.session_state[_STAGED] = [one for one in _staged() if one.id not in published]


def _discard(librarian: Librarian, staged: Staged) -> None:
    librarian.discard(staged)
    st.session_state[_STAGED] = [one for one in _staged() if one.id != staged.id]


def _staged() -> list[Staged]:
    staged: list[Staged] = st.session_state.setdefault(_STAGED, [])
    return staged


# What is published


def _held(assistant: Assistant, librarian: Librarian, language: Language) -> None:
    """The works and their editions, with the form for the one that is being corrected."""
    words = prompts.words(language)
    st.subheader(words["library-held"], anchor=False)
    if target := _target("edit"):
        _correct(librarian, target, language)
    library, build = documents_of(assistant), assistant.build_for(owner())
    findings = {
        work.id: found for work in library.documents if (found := _findings(build.id, work.id, language, build))
    }
    data = shelf_data(library, build, language, findings)
    _shelf(key="library-shelf", data=data, on_act_change=_choose)
    if target := _target("remove"):
        _do("/".join(target), lambda: _remove(librarian, target, language), "library-removed")
    text.note(words["library-index-help"], language)
    if st.button(words["library-index"], key="library-index"):
        _do("index", lambda: librarian.index_again(_bar(language)), "library-indexed")


@st.cache_data(show_spinner=False, max_entries=200)
def _findings(build_id: str, work: str, language: Language, _build: Build) -> dict[str, object] | None:  # noqa: ARG001 - the cache's key
    return self_check(_build, work, language)


def _correct(librarian: Librarian, target: tuple[str, str], language: Language) -> None:
    from vectorstore.descriptions import description_of

    words = prompts.words(language)
    shelf = librarian.shelf
    edition = shelf.editions.get(target)
    if edition is None:
        _forget_target()
        return
    with st.container(border=True, key="library-correct"):
        text.note(edition.file, language)
        known = description_of(shelf.works[target[0]], edition)
        said = describe("-".join(target), known, [shelf.works[target[0]]], language, fixed=True)
        with st.container(horizontal=True):
            if st.button(words["library-save"], type="primary", key="library-save"):
                name = f"save {target} {said}"
                _do(name, lambda: librarian.correct(*target, said, _bar(language)), "library-saved", _forget_target)
            st.button(words["library-keep"], key="library-cancel", on_click=whole(_forget_target))


def _remove(librarian: Librarian, target: tuple[str, str], language: Language) -> None:
    _forget_target()
    librarian.remove(target[0], target[1] or None, _bar(language))


def _choose() -> None:
    """What a click on the shelf asks for, before the page is drawn again."""
    act = cast("Mapping[str, str]", st.session_state["library-shelf"].act)
    st.session_state[_TARGET] = act["what"], act["work"], act.get("edition", "")


def _target(what: str) -> tuple[str, str] | None:
    chosen: tuple[str, str, str] | None = st.session_state.get(_TARGET)
    return (chosen[1], chosen[2]) if chosen and chosen[0] == what else None


def _forget_target() -> None:
    st.session_state.pop(_TARGET, None)


# Doing


def _do(name: str, work: Callable[[], None], done: str, after: Callable[[], None] = lambda: None) -> None:
    """Does something that takes a while, and draws the page again with what became of it."""
    once(name, lambda: _try(work, done, after))
    st.rerun()


def _try(work: Callable[[], None], done: str, after: Callable[[], None]) -> None:
    try:
        work()
    except Refusal as refusal:
        st.session_state[_SAID] = refusal
    except Exception as error:  # noqa: BLE001 - the door: logged, and shown with its id
        st.session_state[_SAID] = unexpected(error)
    else:
        st.session_state[_DONE] = done
        after()


def _bar(language: Language) -> Progress:
    label = prompts.words(language)["library-indexing"]
    bar = st.progress(0.0, text=label)

    def step(done: int, total: int) -> None:
        end_if_closed()
        bar.progress(done / max(total, 1), text=label)

    return step
