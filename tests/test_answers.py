"""What stands beneath an answer on the page: nothing that is said beside it already."""

from __future__ import annotations

import pytest

from chat.answer import Answer, Citation, SectionLink, Statement
from chat.conversation import Exchange
from ui.answers import more_data
from ui.chips import answer_data
from ui.documents import Documents

SAID = (Statement("Rates fell.", (1,)),)


@pytest.mark.parametrize(
    ("configured", "model", "statements", "written"),
    [
        ("", None, SAID, ""),
        ("", "openai:old", SAID, "Written by openai:old, checked against the documents"),
        ("openai:new", "openai:new", SAID, ""),
        ("openai:new", "openai:old", SAID, "Written by openai:old, checked against the documents"),
        ("openai:new", None, SAID, "Quoted from the documents, not written by AI"),
        ("openai:new", None, (), ""),
    ],
    ids=["quotes", "a model that is gone", "the model", "the model before", "quotes in place of it", "nothing quoted"],
)
def test_who_wrote_is_said_where_it_is_not_who_answers_now(
    configured: str, model: str | None, statements: tuple[Statement, ...], written: str
) -> None:
    """Who answers now stands at the foot of the page already."""
    answer = Answer("Why?", "en", "answered", "Rates fell.", statements, model=model)
    below = more_data(Exchange("turn", 0, "Why?", "whole", answer), configured, Documents({}, {}), "en")
    assert below["writer"] == written


def test_a_section_that_is_quoted_is_not_named_again_as_near() -> None:
    caption = Citation(1, "w", "en-original", "en", "original", "4", "Freight", "Table 2: freight", 0, 16)
    near = tuple(SectionLink("w", anchor, title) for anchor, title in (("4", "Freight"), ("3.1", "Lanes")))
    answer = Answer("What does table 2 say?", "en", "content_missing", "", SAID, (caption,), near)
    assert answer_data(answer, Documents({}, {}), "en")["nearest"] == [
        {"work": "w", "anchor": "3.1", "label": "§3.1 Lanes"}
    ]
