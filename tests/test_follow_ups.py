"""Questions that go on from an answer, over an invented report: of sections near by, in its language, answerable."""

from __future__ import annotations

from typing import cast

import pytest

import prompts
from chat.answer import Answer, Citation, Outcome
from chat.follow_ups import COUNT, follow_ups, subject_of
from ingest.document import Document, Edition, Language, Outline, Section
from vectorstore.retrieve import Search


def answer(search: Search, anchor: str, language: Language, outcome: str = "answered") -> Answer:
    """One that cites a section of the invented report."""
    edition = next(e for e in search.build.editions.values() if e.work == "second-report" and e.outline.has(anchor))
    section = next(section for section in edition.outline.sections if section.anchor == anchor)
    quote = edition.document.text[section.start : section.end]
    citation = Citation(
        1,
        edition.work,
        edition.id,
        edition.lang,
        edition.kind,
        anchor,
        section.title,
        quote,
        section.start,
        section.end,
    )
    return Answer("Q", language, cast(Outcome, outcome), "", citations=(citation,))


def anchors_with_questions(search: Search) -> list[str]:
    edition = next(e for e in search.build.editions.values() if e.work == "second-report" and e.lang == "en")
    return [s.anchor for s in edition.outline.sections if s.kind in ("bullet", "item", "paragraph")]


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_questions_are_few_different_and_lead_to_sections_that_are_not_cited(
    second_search: Search, language: Language
) -> None:
    offered = 0
    for anchor in anchors_with_questions(second_search):
        questions = follow_ups(answer(second_search, anchor, language), second_search)
        assert len(set(questions)) == len(questions) <= COUNT
        for question in questions:
            first = second_search.hits(question)[:3]
            assert any(hit.anchor != anchor for hit in first)
        offered += len(questions)
    assert offered, "the report has subjects to ask about"


def test_what_was_asked_is_not_offered_again(second_search: Search) -> None:
    for anchor in anchors_with_questions(second_search):
        shown = answer(second_search, anchor, "en")
        if questions := follow_ups(shown, second_search):
            again = follow_ups(shown, second_search, [questions[0].upper()])
            assert questions[0] not in again
            return
    pytest.fail("nothing was offered")


@pytest.mark.parametrize("outcome", ["not_covered", "declined"])
def test_nothing_goes_on_from_what_is_not_in_the_documents(second_search: Search, outcome: str) -> None:
    for anchor in anchors_with_questions(second_search):
        assert follow_ups(answer(second_search, anchor, "en", outcome), second_search) == []


def test_nothing_is_offered_without_citations(second_search: Search) -> None:
    assert follow_ups(Answer("Q", "en", "answered", ""), second_search) == []


SUBJECTS = [
    pytest.param("bullet", "Freight rates: they fall.", "en", "Freight rates", id="first words up to the colon"),
    pytest.param("bullet", "They fall without a colon", "en", "", id="a bullet that names nothing"),
    pytest.param("bullet", "運價：繼續下探。", "zh-Hant", "", id="two characters are a word"),
    pytest.param("bullet", "航線運價：繼續下探。", "zh-Hant", "航線運價", id="Traditional"),
    pytest.param("bullet", "航線運價：繼續下探。", "zh-Hans", "航线运价", id="turned to Simplified"),
    pytest.param("bullet", '"Idle" shipyards: many.', "en", "Idle shipyards", id="without quotation marks"),
    pytest.param("bullet", f"{'long ' * 20}: x", "en", "", id="a sentence is no subject"),
    pytest.param("item", "Shipyards and their owners", "en", "Shipyards and their owners", id="an item's title"),
    pytest.param("item", "Shipyards (part one)", "en", "Shipyards", id="without what is in brackets"),
]


@pytest.mark.parametrize(("kind", "text", "language", "subject"), SUBJECTS)
def test_a_subject_is_what_a_section_says_that_it_is_about(
    kind: str, text: str, language: Language, subject: str
) -> None:
    section = Section("1", kind, None, text, 1, 1, 0, len(text))  # type: ignore[arg-type]
    edition = Edition("w", "zh-Hant", "original", "", Document(text, "text"), Outline((section,)))
    assert subject_of(section, edition, language) == subject


def test_a_question_names_its_subject_in_each_language() -> None:
    assert {
        prompts.message("follow-up", language, subject="X").count("X") for language in ("en", "zh-Hant", "zh-Hans")
    } == {1}
