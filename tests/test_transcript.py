"""A conversation and an answer as they leave Footnote: every source, whose words, of what date, and what it is not."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

import pytest

import prompts
from chat.answer import Answer, Citation, Quote, SectionLink, Statement
from chat.conversation import Conversation, Exchange, State
from chat.export import to_markdown
from chat.transcript import answer_text, conversation_handout, date_words, source_line
from ingest.document import LANGUAGES, Language, Refusal, Work

DAY = datetime.date(2031, 4, 7)
WORKS = {
    "w": Work("w", {"en": "Three lanes", "zh-Hant": "三條航道"}, "Harbour Research", DAY),
    "g": Work("g", {"en": "Words"}, role="glossary"),
}
CITATION = Citation(
    1,
    "w",
    "en-digest",
    "en",
    "digest",
    "2.1",
    "Freight",
    "rates fell",
    3,
    13,
    "iv",
    Quote("zh-Hant-original", "2.1", "運價下跌", 4, 8),
)
ENTRY = Citation(2, "g", "en-original", "en", "original", "3", "Lane", "a lane", 0, 6)
ANSWER = Answer(
    "Why?",
    "en",
    "answered",
    "",
    (Statement("Rates fell.", (1,)), Statement("By 9%.", (1, 2), "unverified", ("not-verbatim",))),
    (CITATION, ENTRY),
)
CONVERSATION = Conversation("c", "Freight, for Monday", (), datetime.datetime(2031, 4, 8, 9))


def exported(*exchanges: Exchange, language: Language = "en") -> str:
    return to_markdown(conversation_handout(CONVERSATION, exchanges, WORKS, language, DAY)).replace("\\", "")


def exchange(answer: Answer | None = ANSWER, state: State = "whole", refusal: Refusal | None = None) -> Exchange:
    return Exchange("t", 0, "Why did rates fall?", state, answer, refusal)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_has_question_answer_sources_date_and_disclaimer(language: Language) -> None:
    text, words = exported(exchange(), language=language), prompts.words(language)
    title = {"en": "Three lanes", "zh-Hant": "三條航道", "zh-Hans": "三條航道"}[language]
    for said in (
        "# Freight, for Monday",
        "Why did rates fall?",
        "Rates fell.",
        "§2.1 Freight",
        "rates fell",
        "運價下跌",
        title,
        "Harbour Research",
        date_words(DAY, language),
        words["can-be-wrong"],
        words["not-advice"],
        words["answers-by-quotes"],
    ):
        assert said in text, said


def test_a_statement_that_is_not_verified_says_so_in_every_form() -> None:
    warning = prompts.words("en")["unverified"]
    for text in (exported(exchange()), answer_text(ANSWER, WORKS, "en")):
        assert text.count(f"[{warning}: ") == 1
        assert text.index(f"[{warning}: ") < text.index("By 9%.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            {"outcome": "not_covered", "statements": (), "citations": (), "notice": "Not there."},
            "Not there.",
            id="notice",
        ),
        pytest.param({"outcome": "content_missing"}, prompts.words("en")["outcome-content_missing"], id="outcome"),
        pytest.param({"nearest": (SectionLink("w", "3", "Fleets"),)}, "§3 Fleets", id="nearest"),
        pytest.param({"model": "gpt-x"}, "gpt-x", id="model"),
    ],
)
def test_what_became_of_the_question_is_told(change: dict[str, object], said: str) -> None:
    assert said in exported(exchange(replace(ANSWER, **change)))  # type: ignore[arg-type]


def test_a_part_is_told_to_be_a_part_and_a_failure_to_be_one() -> None:
    assert prompts.words("en")["state-stopped"] in exported(exchange(state="stopped"))
    refusal = Refusal("question-too-long", length=5000, limit=4000)
    assert "5,000 characters" in exported(exchange(None, "failed", refusal))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_leaves_says_nothing_of_commands_and_settings(language: Language) -> None:
    for refusal in (Refusal("no-index", home="/srv/x"), Refusal("work-unknown", work="tea")):
        said = exported(exchange(None, "failed", refusal), language=language)
        assert not re.search(r"make run|python -m|/srv/x", said)
    assert "tea" in said


def test_a_copied_answer_has_its_numbers_and_a_line_for_each() -> None:
    body, sources, last = answer_text(ANSWER, WORKS, "en").split("\n\n")
    assert body.splitlines()[0] == "Rates fell. [1]"
    assert body.splitlines()[1].endswith("By 9%. [1][2]")
    first, second = sources.splitlines()
    assert first.startswith("[1] Three lanes")
    assert first.endswith(": “rates fell”")
    assert second.startswith("[2] Words")
    assert prompts.words("en")["not-advice"] in last


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_source_names_work_section_edition_and_page(language: Language) -> None:
    words = prompts.words(language)
    line = source_line(CITATION, WORKS, language)
    assert "§2.1 Freight" in line
    assert words["page-number"].format(page="iv") in line
    assert words["kind-digest"] in line
    assert words["kind-glossary"] in source_line(ENTRY, WORKS, language)


def test_a_work_that_was_removed_is_named_by_its_id() -> None:
    assert source_line(CITATION, {}, "en").startswith("w")
    assert "rates fell" in answer_text(ANSWER, {}, "en")
