"""The pages on a machine so busy that each script begins half a second late: run by a test with `streamlit run`."""

import time
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from ui.callback import keep_clicks

begin = ScriptRunner._run_script_thread


def late(runner: ScriptRunner) -> None:
    time.sleep(0.5)
    begin(runner)


ScriptRunner._run_script_thread = late  # type: ignore[method-assign]
keep_clicks()
app = st.App(Path(__file__).parents[2] / "ui" / "main.py")
