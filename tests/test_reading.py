"""What the Read page shows: every word of every edition once, side by side by anchor, the search marked in it."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.document import LANGUAGES, Document, Edition, Language, Outline, Section, Work
from ui import reading
from ui.documents import Documents
from ui.reading import aligned, chapter_of, found, outline_rows, reading_data
from vectorstore.library import Shelf
from vectorstore.words import to_simplified


@pytest.fixture
def library(second_report: Shelf) -> Documents:
    editions = list(second_report.editions.values())
    return Documents(second_report.works, {"second-report": editions})


def shown(library: Documents, at: str = "", beside: str = "", search: str = "", language: Language = "en") -> Any:
    return reading_data(library.works["second-report"], library, at, beside, search, language)


def words_of(data: Any, column: int) -> list[str]:
    cells = [row["cells"][column] for row in data["rows"]]
    return ["".join(run["text"] for run in cell["runs"]) for cell in cells if cell]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_of_both_editions_is_there_once_in_order(library: Documents, language: Language) -> None:
    data = shown(library, language=language)
    editions = {edition.id: edition for edition in library.editions["second-report"]}
    assert len(data["columns"]) == 2
    for number, column in enumerate(data["columns"]):
        edition = editions[column["edition"]]
        text = edition.document.text
        sections = [text[s.start : s.end] for s in edition.outline.sections if s.start < s.end]
        assert sorted(words_of(data, number)) == sorted(sections)
        if number == 0:
            assert words_of(data, number) == sections


def test_the_first_column_is_in_the_reader_s_language(library: Documents) -> None:
    assert shown(library)["columns"][0]["lang"] == "en"
    assert shown(library, language="zh-Hant")["columns"][0]["lang"] == "zh-Hant"
    assert shown(library, language="zh-Hans")["columns"][0]["lang"] == "zh-Hant"


@pytest.mark.parametrize(("beside", "columns"), [("none", 1), ("no-such", 2), ("", 2), ("zh-Hant-original", 2)])
def test_the_other_edition_is_a_choice(library: Documents, beside: str, columns: int) -> None:
    assert len(shown(library, beside=beside)["columns"]) == columns


def test_a_section_that_only_the_other_edition_has_follows_what_it_follows_there() -> None:
    def edition(lang: Language, *anchors: str) -> Edition:
        text = "x" * len(anchors)
        sections = tuple(Section(anchor, "item", None, "", 1, 1, at, at + 1) for at, anchor in enumerate(anchors))
        return Edition("w", lang, "original", "", Document(text, "text"), Outline(sections))

    rows = aligned([edition("en", "1", "3"), edition("zh-Hant", "1", "2", "3", "4")], "")
    assert [anchor for anchor, _ in rows] == ["1", "2", "3", "4"]
    assert [[section is not None for section in sections] for _, sections in rows] == [
        [True, True],
        [False, True],
        [True, True],
        [False, True],
    ]


SEARCHES = [
    pytest.param("Rates fell; RATES rise", "rates", ["Rates", "RATES"], id="any case"),
    pytest.param("運價下跌，运价", "运价", ["運價", "运价"], id="either script"),
    pytest.param("運價下跌，运价", "運價", ["運價", "运价"], id="either script, asked in Traditional"),
    pytest.param("a.b axb", "a.b", ["a.b"], id="no pattern"),
    pytest.param("(x) [y] $5 \\", "(x)", ["(x)"], id="marks are marks"),
    pytest.param("one two three", "three one", ["one", "three"], id="each word"),
    pytest.param("one", "", [], id="nothing asked"),
    pytest.param("one", "   ", [], id="blanks"),
    pytest.param("one", "two", [], id="not there"),
]


@pytest.mark.parametrize(("text", "search", "marked"), SEARCHES)
def test_a_search_finds_places_of_the_text_as_it_is(text: str, search: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in found(text, search)] == marked


def test_the_number_of_places_found_is_that_of_the_marks(library: Documents) -> None:
    data = shown(library, search="2030")
    marks = [run for row in data["rows"] for cell in row["cells"] if cell for run in cell["runs"] if run["found"]]
    assert data["hits"] == f"Places found: {len(marks)}"
    assert shown(library, search="xyzzy")["hits"] == "Nothing found in this document"
    assert shown(library)["hits"] == ""


def test_a_long_work_is_shown_by_chapters_that_lead_on(library: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WHOLE", 100)
    edition = next(edition for edition in library.editions["second-report"] if edition.lang == "en")
    tops = [section.anchor for section in edition.outline.sections if not section.parent]
    seen: list[str] = []
    at: str | None = tops[0]
    while at is not None:
        data = shown(library, at=at)
        anchors = [row["anchor"] for row in data["rows"]]
        assert {chapter_of(edition, anchor) for anchor in anchors if edition.outline.has(anchor)} == {at}
        seen.append(at)
        at = data["next"]["anchor"] if data["next"] else None
    assert seen == tops


def test_captions_are_shown_as_captions_and_in_the_outline(library: Documents) -> None:
    edition = next(edition for edition in library.editions["second-report"] if edition.lang == "en")
    captions = [section.anchor for section in edition.outline.sections if section.kind in ("table", "figure")]
    assert captions
    kinds = {row["anchor"]: row["kind"] for row in shown(library)["rows"]}
    assert {kinds[anchor] for anchor in captions} == {"caption"}
    work = library.works["second-report"]
    assert set(captions) <= {row["anchor"] for row in outline_rows(work, edition, "en")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_in_the_reader_s_script_and_the_text_stays_as_it_is(library: Documents, language: Language) -> None:
    work = library.works["second-report"]
    chinese = next(edition for edition in library.editions["second-report"] if edition.lang == "zh-Hant")
    labels = [row["label"] for row in outline_rows(work, chinese, language)]
    labels += [row["label"] for row in shown(library, beside="none", language=language)["rows"]]
    if language == "zh-Hans":
        assert any("风" in str(label) for label in labels)
        assert all(to_simplified(str(label)) == label for label in labels)
    elif language == "zh-Hant":
        assert any("風" in str(label) for label in labels)
    if language != "en":
        text = chinese.document.text
        sections = [text[s.start : s.end] for s in chinese.outline.sections if s.start < s.end]
        assert words_of(shown(library, beside="none", language=language), 0) == sections


def test_an_outline_says_the_themes_where_they_begin() -> None:
    sections = (
        Section("1", "chapter", None, "One", 1, 1, 0, 1),
        Section("1.1", "item", "1", "Two", 1, 1, 1, 2),
    )
    edition = Edition("w", "en", "original", "", Document("xy", "text"), Outline(sections))
    work = Work("w", {"en": "W"}, themes={"1": ("macro", "ai")})
    assert [row["themes"] for row in outline_rows(work, edition, "en")] == [["Macro", "AI"], []]
    assert [row["depth"] for row in outline_rows(work, edition, "en")] == [0, 1]
