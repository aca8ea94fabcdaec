"""One way onto the page: foreign words go through our own components, which never make markup of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.case("O2")

UI = Path(__file__).parents[1] / "ui"
INTERPRETING = {"markdown", "write", "title", "header", "subheader", "caption", "info", "warning", "error", "success"}
INTERPRETING |= {"latex", "html", "toast", "image", "link_button", "expander", "exception", "code", "metric", "pills"}
INTERPRETING |= {"button", "segmented_control", "radio", "selectbox", "checkbox", "spinner", "chat_input", "status"}
"""Calls of Streamlit that interpret the text they get first."""


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.name)
def test_streamlit_interprets_our_own_words_only(path: Path) -> None:
    for call in calls(path):
        function = ast.unparse(call.func)
        first = ast.unparse(call.args[0]) if call.args else "''"
        ours = re.fullmatch(
            r"'.*'|_?[A-Z_]+|_style\(language\)|(prompts\.)?words(\(\w+\))?\['[\w-]+'\]", first, re.DOTALL
        )
        interprets = function.startswith("st.") and function.removeprefix("st.") in INTERPRETING
        assert not interprets or ours, f"{path.name}:{call.lineno} {function} interprets {first}"
        assert not any(keyword.arg == "unsafe_allow_html" for keyword in call.keywords), f"{path.name}:{call.lineno}"


@pytest.mark.parametrize("path", sorted(UI.rglob("*.js")), ids=lambda path: path.name)
def test_components_set_text_and_never_markup(path: Path) -> None:
    script = path.read_text("utf-8")
    banned = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\b|Function\("
    )
    assert not re.search(banned, script)
    assert not re.search(r"\.(href|src|srcdoc)\b|\"(img|iframe|script)\"", script), "no images"
    if path.name == "page.js":
        assert script.count("href") == 2
        assert "href: `${page}?${new URLSearchParams(place)}` }" in script, "a place in one of our pages"
        assert "href: address, download: file.name" in script, "a file from memory"
        assert "const address = URL.createObjectURL(" in script
    else:
        assert not re.search(r"createElement|href|\"a\"", script), "elements and links are made in page.js"
        pages = re.findall(r"placeLink\(\{.*?\}, (\S+),", script, re.DOTALL)
        assert set(pages) <= {'"read"'}, "links lead to our own pages, by name"
        assert len(pages) == script.count("placeLink(")
