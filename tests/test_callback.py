"""What a click sets going is done whole, even where the reader clicks again meanwhile, or the page says why not."""

from __future__ import annotations

import threading

import pytest
import streamlit as st
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType
from streamlit.testing.v1 import AppTest

from ui import callback
from ui.callback import once, shown, take_along

SCRIPT = """
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from ui.callback import whole

def act():
    get_script_run_ctx().script_requests.request_stop()  # as when the browser asks again
    st.query_params["first"] = "done"
    st.session_state["second"] = "done"

st.button("act", on_click={act})
st.text("drawn")
"""

FAILING = """
import streamlit as st
from ui.callback import failed, whole

def fails_once():
    st.session_state.times = st.session_state.get("times", 0) + 1
    if st.session_state.times == 1:
        raise ValueError("secret plums")

st.button("act", on_click=whole(fails_once))
why = failed()
st.text(why.key if why else "drawn")
"""

pytestmark = pytest.mark.usefixtures("without_packages")


@pytest.mark.parametrize(("act", "done"), [("whole(act)", True), ("act", False)], ids=["whole", "cut short without it"])
def test_a_callback_amid_which_the_browser_asks_again_is_done_to_its_end(act: str, done: bool) -> None:
    page = AppTest.from_string(SCRIPT.replace("{act}", act)).run()
    page.button[0].click().run()
    assert ("second" in page.session_state) is done


def test_the_script_of_the_earlier_click_still_ends_at_its_next_call() -> None:
    page = AppTest.from_string(SCRIPT.replace("{act}", "whole(act)")).run()
    page.session_state["third"] = ""
    page.button[0].click().run()
    assert [words.value for words in page.text] == []


def test_after_a_callback_that_failed_the_page_is_drawn_and_knows_why() -> None:
    page = AppTest.from_string(FAILING).run()
    for words in ("unexpected", "drawn"):
        page.button[0].click().run()
        assert [text.value for text in page.text] == [words]


@pytest.mark.parametrize(
    ("begun", "page", "fragment", "clicked"),
    [
        pytest.param(False, "page", "", ["first", "second"], id="waiting: both"),
        pytest.param(True, "page", "", ["second"], id="begun: its own script does the first"),
        pytest.param(False, "other", "", ["second"], id="on another page the first is not meant"),
        pytest.param(False, "page", "part", ["second"], id="a part of the page ends no script"),
    ],
)
def test_a_click_that_waits_goes_along_with_the_next(begun: bool, page: str, fragment: str, clicked: list[str]) -> None:
    requests = ScriptRequests()
    first = WidgetStates(widgets=[WidgetState(id="first", trigger_value=True)])
    requests.request_rerun(RerunData(widget_states=first, page_script_hash="page"))
    if begun:
        requests.on_scriptrunner_ready()
    fresh = ClientState(page_script_hash=page, fragment_id=fragment)
    fresh.widget_states.widgets.append(WidgetState(id="second", trigger_value=True))
    take_along(requests, fresh)
    assert sorted(state.id for state in fresh.widget_states.widgets) == clicked
    taken = clicked == ["first", "second"]
    assert taken == (requests.on_scriptrunner_ready().type is ScriptRequestType.STOP and not begun)


@pytest.mark.case("C4")
def test_what_is_clicked_by_many_scripts_at_once_is_done_once_until_it_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(st, "session_state", {})
    go_on, done = threading.Event(), []

    def act() -> None:
        assert go_on.wait(10)
        done.append("act")

    def click() -> None:
        once("act", act)
        assert done == ["act"], "who clicked again goes on when it is done"

    scripts = [threading.Thread(target=click) for _ in range(3)]
    for script in scripts:
        script.start()
    shown()  # a page that is drawn meanwhile shows nothing of it
    once("other", lambda: done.clear())
    go_on.set()
    for script in scripts:
        script.join(10)
    once("act", act)
    assert done == ["act"]
    shown()
    once("act", act)
    assert done == ["act", "act"]


@pytest.mark.case("C4")
def test_what_fails_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    with pytest.raises(ZeroDivisionError):
        once("act", lambda: 1 // 0)
    done: list[str] = []
    once("act", lambda: done.append("act"))
    assert done == ["act"]


LONG = """
import streamlit as st
from ui.callback import end_if_closed, once

def act():
    st.session_state["begun"] = True
    end_if_closed()
    st.session_state["done"] = True

once("act", act)
"""


@pytest.mark.case("C4")
@pytest.mark.parametrize("open_", [True, False])
def test_what_takes_long_ends_where_its_window_is_closed(monkeypatch: pytest.MonkeyPatch, open_: bool) -> None:
    class Runtime:
        exists = staticmethod(lambda: True)
        get_instance = classmethod(lambda runtime: runtime)
        is_active_session = staticmethod(lambda _session: open_)

    monkeypatch.setattr(callback, "runtime", Runtime)
    page = AppTest.from_string(LONG).run()
    assert "begun" in page.session_state
    assert ("done" in page.session_state) is open_
