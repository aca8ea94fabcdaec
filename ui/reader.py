"""Who is reading: from the server's own sign-in, never from the page; asked anew at every action."""

from __future__ import annotations

import datetime

import streamlit as st

from chat.access import LOCAL, Access, Person
from ui.sign_in import is_configured


@st.cache_resource(show_spinner=False)
def open_access() -> Access:
    """Who may come in, for all."""
    from chat.settings import read_settings

    return Access.at(read_settings())


def person() -> Person:
    """Who acts now. Raises Refusal for who is not, or no longer, let in."""
    return open_access().admit(st.user.to_dict()) if is_configured() else LOCAL


def owner() -> str:
    """The reader whose conversations are shown. Raises Refusal as `person` does."""
    return person().owner


def own_day(moment: datetime.datetime) -> datetime.date:
    """The day that a moment in UTC lies on where the reader is, as their browser says."""
    minutes = st.context.timezone_offset or 0
    return (moment - datetime.timedelta(minutes=minutes)).date()


def sign_out() -> None:
    """Ends this sign-in in every window, and takes the browser to the sign-in server to end it there."""
    open_access().end(st.user.to_dict())
    st.logout()
