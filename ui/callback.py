"""What a click sets going is done whole, even where the reader has clicked again meanwhile; where it cannot be done,
the page stands as before and says why."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st
from streamlit import runtime
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequests,
    ScriptRequestType,
    _coalesce_widget_states,
)

from chat.unforeseen import unexpected
from ingest.document import Refusal

P = ParamSpec("P")

_FAILED = "failed-callback"
"""In the session: why the last click came to nothing, and on which page."""

_ACTS = "acts"
"""In the session: what was clicked and is not shown yet, by name, each with the end of its doing."""

_LOOK = 0.05


def keep_clicks() -> None:
    """Hands on a click whose script has not begun when the next one comes.

    Streamlit ends that script for the new one's sake, and what was clicked with it: a browser says it only once.
    """
    as_before = AppSession.request_rerun

    def request_rerun(self: AppSession, client_state: ClientState | None) -> None:
        runner = self._scriptrunner
        if client_state is not None and runner is not None:
            take_along(runner._requests, client_state)
        as_before(self, client_state)

    AppSession.request_rerun = request_rerun  # type: ignore[method-assign]


def take_along(requests: ScriptRequests, fresh: ClientState) -> None:
    """Adds to what a browser says now what waits to be begun on the same page, and ends the waiting.

    What has begun is not added, for its callbacks may have run.
    """
    if fresh.fragment_id:
        return
    with requests._lock:
        waiting = requests._rerun_data
        if requests._state is not ScriptRequestType.RERUN or waiting.page_script_hash != fresh.page_script_hash:
            return
        requests._state = ScriptRequestType.STOP
    both = _coalesce_widget_states(waiting.widget_states, fresh.widget_states)
    if both is not None:
        fresh.widget_states.CopyFrom(both)


def whole(act: Callable[P, None]) -> Callable[P, None]:
    """`act` as a callback that no later click cuts short.

    When the browser asks again, Streamlit stops the script of the click before at its next call, in the middle of a
    callback too: the click is lost, or half done. The later click waits for it here, and is not lost either. After an
    error in a callback Streamlit would draw no page, and all that the reader has there would be gone.
    """

    @wraps(act)
    def done(*args: P.args, **kwargs: P.kwargs) -> None:
        st.session_state.pop(_FAILED, None)
        with _undisturbed():
            try:
                act(*args, **kwargs)
            except Refusal as refusal:
                st.session_state[_FAILED] = _page(), refusal
            except Exception as error:  # noqa: BLE001 - the door: logged, and shown with its id
                st.session_state[_FAILED] = _page(), unexpected(error)

    return done


def failed() -> Refusal | None:
    """Why the last click on this page came to nothing."""
    where, refusal = st.session_state.get(_FAILED, (None, None))
    return refusal if where == _page() else None


def _page() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""


def once(name: str, act: Callable[[], None]) -> None:
    """Does `act` whole, and not again until its outcome is drawn (`shown`): `name` says what is done, and to what.

    Who sees nothing happen clicks again, and Streamlit begins another script for each click beside those that run:
    it waits here for the end of the first, and does nothing.
    """
    acts: dict[str, threading.Event] = st.session_state.setdefault(_ACTS, {})
    done = threading.Event()
    earlier = acts.setdefault(name, done)  # in one step: of two scripts at once one is the first
    if earlier is not done:
        while not earlier.wait(_LOOK):
            st.session_state.get(_ACTS)  # a click on something else ends the waiting here
        return
    try:
        with _undisturbed():
            act()
    except BaseException:
        acts.pop(name, None)
        raise
    finally:
        done.set()


def shown() -> None:
    """The page is drawn with all that was done: what is clicked from now on is meant anew."""
    acts: dict[str, threading.Event] = st.session_state.setdefault(_ACTS, {})
    for name, done in list(acts.items()):
        if done.is_set():
            acts.pop(name, None)


def end_if_closed() -> None:
    """Ends what is done undisturbed where nobody waits for it any more: its window is closed."""
    context = get_script_run_ctx()
    if context and runtime.exists() and not runtime.get_instance().is_active_session(context.session_id):
        raise StopException


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Streamlit looks for what the browser asks only while its runner is marked as executing."""
    context = get_script_run_ctx()
    runner: Any = getattr(context.yield_check, "__self__", None) if context else None
    if not getattr(runner, "_execing", False):
        yield
        return
    runner._execing = False
    try:
        yield
    finally:
        runner._execing = True
