"""What the source panel shows: the words of an edition as they are, the quote marked where it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.document import Document, Edition, Outline, Page, Section, coarse_anchors
from ingest.page_picture import Box, PagePicture
from tests.browser.gallery import HOSTILE, answer, library
from ui.panel import panel_data
from ui.source import (
    Place,
    beside,
    coarse_anchor,
    column,
    neighbours,
    page_at,
    reading_edition,
    section_label,
)
from vectorstore.library import Shelf, read_corpus
from vectorstore.words import to_simplified

CORPUS = Path(__file__).parents[1] / "corpus"
EDITIONS = list(read_corpus(CORPUS, Shelf({}, {})).editions.values())
DIGESTS = [edition for edition in EDITIONS if edition.work == "triple-game"]
by_id = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: f"{edition.work}/{edition.id}")


@by_id
def test_every_section_can_be_quoted_and_the_mark_is_exactly_the_quote(edition: Edition) -> None:
    text = edition.document.text
    for section in edition.outline.sections:
        middle = (section.start + section.end) // 2
        for start, end in ((section.start, section.end), (section.start, middle), (middle, section.end)):
            if start == end:
                continue
            shown = column(edition, coarse_anchors(edition.outline.sections)[section.anchor], [(start, end)], None)
            runs = [run for paragraph in shown.paragraphs for run in paragraph.runs]
            assert "".join(run.text for run in runs if run.quoted) == text[start:end]


@by_id
def test_going_from_section_to_section_passes_every_section_once(edition: Edition) -> None:
    coarse = coarse_anchors(edition.outline.sections)
    anchor: str | None = coarse[edition.outline.sections[0].anchor]
    seen = []
    while anchor is not None:
        seen.append(anchor)
        before, after = neighbours(edition, anchor)
        assert before == (seen[-2] if len(seen) > 1 else None)
        anchor = after
    assert seen == list(dict.fromkeys(coarse.values()))


def test_a_quote_over_two_sections_is_marked_in_both() -> None:
    edition = DIGESTS[0]
    first, second = edition.outline.sections[-2:]
    anchor = coarse_anchors(edition.outline.sections)[first.anchor]
    shown = column(edition, anchor, [(first.start + 3, second.end)], None)
    marked = [run.text for paragraph in shown.paragraphs for run in paragraph.runs if run.quoted]
    assert marked == [
        edition.document.text[first.start + 3 : first.end],
        edition.document.text[second.start : second.end],
    ]


def test_labels_name_the_item_the_page_or_the_front_matter() -> None:
    english = next(edition for edition in DIGESTS if edition.lang == "en")
    assert section_label(english, "6.1.b1.b1", "en").startswith("§6.1 Capital migration")
    assert section_label(english, "0.date", "zh-Hant") == "標題、日期與作者"
    assert section_label(english, "9.9", "en") == "§9.9"
    assert coarse_anchor(english, "9.9") is None
    paged = Section("p12", "page", None, "12", 1, 1, 0, 5)
    edition = Edition("w", "en", "original", "f", Document("Words", "pdf", (Page("12", 0),)), Outline((paged,)))
    assert section_label(edition, "p12", "zh-Hans") == "第 12 页"


def test_a_reader_of_simplified_finds_their_way_in_simplified_and_the_quote_as_it_stands() -> None:
    chinese = next(edition for edition in DIGESTS if edition.lang == "zh-Hant")
    shelf = replace(library(), editions={"triple-game": [chinese]})
    section = next(section for section in chinese.outline.sections if section.anchor == "6.1.b1.b1")
    citation = replace(
        answer().citations[0], work="triple-game", edition=chinese.id, anchor=section.anchor, start=section.start,
        end=section.end, quote=chinese.document.text[section.start : section.end],
    )  # fmt: skip
    place = Place(0, "triple-game", chinese.id, "6.1", 1)
    for page, reply in (("zh-Hans", "en"), ("en", "zh-Hans")):
        data = panel_data(place, replace(answer(), language=reply, citations=(citation,)), shelf, page)  # type: ignore[arg-type]
        labels = [data["title"], data["previous"]["label"], data["next"]["label"]]  # type: ignore[index]
        assert all(to_simplified(str(label)) == label for label in labels)
        assert str(labels[0]).startswith("§6.1 资金")
        assert data["title_lang"] == "zh-Hans"
        assert citation.quote in str(data["columns"])
    kept = panel_data(place, replace(answer(), citations=(citation,)), shelf, "zh-Hant")
    assert str(kept["title"]).startswith("§6.1 資金")
    assert kept["title_lang"] == "zh-Hant"


def test_a_page_is_the_last_that_begins_before_the_place() -> None:
    document = Document("x" * 30, "pdf", (Page("iv", 0), Page("1", 10), Page("2", 20)))
    edition = Edition("w", "en", "original", "f", document, Outline(()))
    assert [page_at(edition, at) for at in (0, 9, 10, 25)] == ["iv", "iv", "1", "2"]
    assert page_at(replace(edition, document=Document("x", "text")), 0) == ""


def test_the_original_stands_beside_and_a_reader_gets_their_language() -> None:
    english, chinese = sorted(DIGESTS, key=lambda edition: edition.lang)
    original = replace(chinese, kind="original")
    editions = [original, english, chinese]
    assert beside(editions, english) == [original, chinese]
    assert beside(editions, original) == [english, chinese]
    assert reading_edition(editions, "zh-Hans") == original
    assert reading_edition(editions, "en") == english


def test_a_document_that_changed_after_the_answer_is_shown_without_a_mark_and_says_so() -> None:
    place, drawn = Place(0, "work", "en-original", "1", 1), answer()
    assert panel_data(place, drawn, library(), "en")["note"] == ""
    moved = replace(drawn.citations[0], start=drawn.citations[0].start - 1)
    changed = panel_data(place, replace(drawn, citations=(moved,)), library(), "en")
    assert "has changed" in str(changed["note"])
    assert "'quoted': True" not in str(changed["columns"])
    assert HOSTILE in str(changed["columns"][0]["paragraphs"][0]["runs"][0]["text"])  # type: ignore[index]


def test_a_text_that_was_replaced_is_shown_as_it_was_quoted_and_says_so() -> None:
    place, drawn = Place(0, "work", "en-original", "1", 1), replace(answer(), build="b1")
    quoted = library().edition("work", "en-original")
    assert quoted is not None
    newer = replace(quoted, document=replace(quoted.document, text="x" * len(quoted.document.text)))
    asked: list[tuple[str, str, str]] = []

    def archive(build: str, work: str, edition: str) -> Edition:
        asked.append((build, work, edition))
        return quoted

    now = replace(library(), editions={"work": [newer]}, quoted=archive)
    data = panel_data(place, drawn, now, "en")
    assert str(data["note"]).startswith("Superseded")
    assert asked == [("b1", "work", "en-original")]
    assert "'quoted': True" in str(data["columns"])
    assert data["read"] is None
    gone = replace(now, editions={"work": []})
    assert str(panel_data(place, drawn, gone, "en")["note"]).startswith("Superseded")
    assert panel_data(place, drawn, replace(gone, quoted=lambda *_: None), "en")["columns"] == []


def test_a_page_is_shown_beside_the_text_only_for_the_quote_of_a_pdf() -> None:
    place, drawn = Place(0, "work", "en-original", "1", 1), answer()
    text = library().edition("work", "en-original")
    assert text is not None
    pdf = replace(text, document=replace(text.document, format="pdf"))
    picture = PagePicture("iVBORw0=", 10, 20, (Box(0.1, 0.2, 0.3, 0.04),))
    shown = replace(library(), editions={"work": [pdf]}, picture=lambda *_: picture)
    data = panel_data(place, drawn, shown, "en")
    drawn_page = data["picture"]
    assert isinstance(drawn_page, dict)
    assert (drawn_page["png"], drawn_page["width"], drawn_page["height"]) == ("iVBORw0=", 10, 20)
    assert drawn_page["boxes"] == ({"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.04},)
    assert panel_data(place, drawn, replace(shown, picture=lambda *_: None), "en")["picture"] is None
    assert panel_data(place, drawn, replace(library(), picture=lambda *_: picture), "en")["picture"] is None
    assert panel_data(replace(place, number=None), drawn, shown, "en")["picture"] is None


def test_a_document_that_is_gone_says_so() -> None:
    data = panel_data(Place(0, "work", "zh-Hant-original", "1", 1), answer(), library(), "zh-Hant")
    assert data["columns"] == []
    assert "已沒有" in str(data["note"])
