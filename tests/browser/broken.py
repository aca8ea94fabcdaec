"""A page that fails, under the app's own handler: run by a test with `streamlit run`."""

import streamlit as st

from ui.errors import keep_messages_out_of_the_log, show_unexpected

keep_messages_out_of_the_log()
app = st.App("broken.py", on_script_error=show_unexpected)

if __name__ == "__main__":
    raise ValueError("htap/terces/ ni sennot 04 ta smulp"[::-1])  # backwards: tracebacks print this line
