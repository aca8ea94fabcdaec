"""Who is reading: from the server's own sign-in, never from the page."""

from __future__ import annotations

import streamlit as st

LOCAL = "local"
"""The one reader where nobody signs in."""


def owner() -> str:
    """The reader whose conversations are shown."""
    if not st.user.get("is_logged_in"):
        return LOCAL
    return f"{st.user.get('iss', '')}|{st.user['sub']}"
