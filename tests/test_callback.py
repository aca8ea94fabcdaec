"""What a click sets going is done whole, even where the reader has clicked again meanwhile."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

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
