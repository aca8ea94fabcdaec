"""The address of a conversation and of what is open beside it; whatever is typed there, the page shows something."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from chat.answer import Answer
from chat.conversation import Exchange
from tests.browser.gallery import answer, library
from ui.address import Address, place_of, section_about
from ui.read import Spot
from ui.source import Place

pytestmark = pytest.mark.usefixtures("without_packages")

ADDRESSES = [
    pytest.param({"c": "x"}, Address("x"), id="conversation"),
    pytest.param({"c": "x", "s": "2.13"}, Address("x", 2, 13), id="citation"),
    pytest.param({"c": "x", "s": "2.13", "at": "3"}, Address("x", 2, 13, at="3"), id="stepped on"),
    pytest.param({"c": "x", "s": "2", "work": "w", "at": "3"}, Address("x", 2, None, "w", "3"), id="section"),
    pytest.param({"about": "w/3"}, Address(about="w/3"), id="about"),
    pytest.param({}, Address(), id="nothing"),
    *(
        pytest.param({"c": "x", "s": odd}, Address("x"), id=repr(odd))
        for odd in ("0", "0.1", "1.0", "-1", "1.", ".1", "1.1.1", "a", "1.a", "１.１", "9999999", "<b>", "1.1 ", "{0}")
    ),
]


def page_with(asked: dict[str, str], script: str) -> AppTest:
    page = AppTest.from_string(script)
    page.query_params.update(asked)
    return page.run()


@pytest.mark.parametrize(("asked", "address"), ADDRESSES)
def test_what_can_be_read_of_an_address_is_read(asked: dict[str, str], address: Address) -> None:
    script = "import streamlit as st\nfrom ui import address\nst.session_state['read'] = address.here()"
    page = page_with(asked, script)
    assert not page.exception
    assert page.session_state["read"] == address


@pytest.mark.parametrize(("asked", "address"), ADDRESSES[:5])
def test_an_address_moved_to_is_the_address_read_and_the_language_stays(
    asked: dict[str, str], address: Address
) -> None:
    script = f"from ui import address\naddress.move(address.{address!r})"
    page = page_with({"lang": "zh-Hans", "c": "before"}, script)
    assert not page.exception
    assert page.query_params == {"lang": "zh-Hans", **asked}


EXCHANGES = [
    Exchange("t0", 0, "Q", "whole", answer()),
    Exchange("t1", 1, "Q", "failed"),
    Exchange("t2", 2, "Q", "whole", Answer("Q", "en", "not_covered", "")),
]
PLACES = [
    pytest.param(Address("c", 1, 1), Place(0, "work", "en-original", "1", 1), id="citation"),
    pytest.param(Address("c", 1, 1, at="1.p1"), Place(0, "work", "en-original", "1.p1", 1), id="stepped on"),
    pytest.param(Address("c", 1, 1, at="9"), Place(0, "work", "en-original", "1", 1), id="to nowhere"),
    pytest.param(Address("c", 3, None, "work", "1"), Place(2, "work", "en-original", "1"), id="section"),
    pytest.param(Address("c", 1, 7), None, id="no such citation"),
    pytest.param(Address("c", 2, 1), None, id="no answer"),
    pytest.param(Address("c", 4, 1), None, id="no such turn"),
    pytest.param(Address("c", 3, None, "gone", "1"), None, id="no such work"),
    pytest.param(Address("c", 3, None, "work", "9"), None, id="no such section"),
    pytest.param(Address("c"), None, id="nothing open"),
]


@pytest.mark.parametrize(("address", "place"), PLACES)
def test_what_stands_open_is_what_the_address_names_if_there_is_such(address: Address, place: Place | None) -> None:
    assert place_of(address, EXCHANGES, library(), "en") == place


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ("work/1", "§1"),
        ("work/1.p1", "§1"),
        ("work/9", None),
        ("gone/1", None),
        ("work", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_section_asked_about_is_named_if_there_is_such(about: str, name: str | None) -> None:
    section = section_about(Address(about=about), library())
    assert (section.name if section else None) == name


MOVING = """
import streamlit as st
from ui import address
if st.session_state.pop("moves", False):
    address.move(address.Address("c", 1, 1))
address.settle()
st.session_state["read"] = address.here()
"""


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        pytest.param({"c": "c"}, Address("c", 1, 1), id="before the browser heard of the move"),
        pytest.param({"c": "c", "lang": "en"}, Address("c", 1, 1), id="so, and the language changed"),
        pytest.param({"c": "c", "s": "1.1"}, Address("c", 1, 1), id="after it"),
        pytest.param({"c": "d"}, Address("d"), id="another place"),
        pytest.param({}, Address(), id="the start"),
    ],
)
def test_a_browser_that_has_not_heard_of_a_move_is_taken_along(asked: dict[str, str], read: Address) -> None:
    page = AppTest.from_string(MOVING)
    page.query_params["c"] = "c"
    page.session_state["moves"] = True
    page.run()
    assert page.session_state["read"] == Address("c", 1, 1)
    page.query_params = asked
    page.run()
    assert page.session_state["read"] == read


READING = """
import streamlit as st
from ui import address, read
for change in st.session_state.pop("changes", []):
    read._move(change(read._here()))
address.settle()
st.session_state["read"] = read._here()
"""


def test_a_second_click_before_the_browser_heard_of_the_first_keeps_what_that_chose() -> None:
    """The Read page: the edition beside is chosen, then a section, both from the address before."""
    page = AppTest.from_string(READING)
    page.query_params = {"work": "w", "at": "1"}
    page.session_state["changes"] = [lambda spot: replace(spot, beside="none")]
    page.run()
    page.query_params = {"work": "w", "at": "1"}
    page.session_state["changes"] = [lambda spot: replace(spot, at="2")]
    page.run()
    assert not page.exception
    assert page.session_state["read"] == Spot("w", "2", "none")


def test_a_search_before_the_browser_heard_of_a_section_stays_at_the_section() -> None:
    page = AppTest.from_string(READING)
    page.query_params = {"work": "w"}
    page.session_state["changes"] = [lambda spot: replace(spot, at="2")]
    page.run()
    page.query_params = {"work": "w"}
    page.run()
    assert page.session_state["read"] == Spot("w", "2")
    page.query_params = {"work": "v"}
    page.run()
    assert page.session_state["read"] == Spot("v")
