"""The arrays over sections give what a loop over the places would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ingest.document import Document, Edition, Outline, Passage, Section
from ingest.outline import outline_sections
from ingest.passages import cut_passages
from vectorstore.places import Place, keyword_language
from vectorstore.retrieve import Hits, Search
from vectorstore.scope import SectionNames
from vectorstore.sections import Sections

TITLES = {"1": "結論:修復,靜待", "1.1": "Funding gap: who pays (and when)", "2": "二、海運"}


def edition(work: str, lang: str, kind: str) -> Edition:
    """Chapters 1 and 2, items 1.1 and 1.2, a paragraph of three passages; chapter 0 has no words of its own."""
    text, sections = "", []
    for anchor, section_kind, parent, body in (
        ("0", "front", None, ""),
        ("0.title", "title", "0", "Title"),
        ("1", "chapter", None, TITLES["1"]),
        ("1.1", "item", "1", TITLES["1.1"]),
        ("1.1.p1", "paragraph", "1.1", "Freight rates rose by a tenth in the first quarter. " * 60),
        ("1.2", "item", "1", "Costs"),
        ("2", "chapter", None, TITLES["2"]),
        ("2.p1", "paragraph", "2", "A closing word."),
    ):
        sections.append(Section(anchor, section_kind, parent, body, 1, 1, len(text), len(text) + len(body.strip())))
        text += f"{body}\n"
    return Edition(work, lang, kind, f"{lang}.txt", Document(text, "text"), Outline(tuple(sections)))


@pytest.fixture(scope="module")
def places() -> list[Place]:
    """One work in four editions, of which two are English, and a work in English only."""
    shelf = [edition("a", "en", "digest"), edition("a", "en", "translation"), edition("a", "zh-Hant", "original")]
    found: list[Place] = []
    for one in [*shelf, edition("a", "zh-Hans", "translation"), edition("b", "en", "original")]:
        sections = {section.anchor: section for section in one.outline.sections}
        for passage in cut_passages(one.document.text, one.outline):
            section = sections[passage.anchor]
            found.append(Place(len(found), one.work, one, section, passage.anchor, (), passage))
    return found


@pytest.mark.parametrize(
    ("text", "stands_over", "heading"),
    [
        ("Freight turns down", True, True),
        ("六一七停擺與信任", True, True),
        ("Freight turns down", False, False),  # a bullet like others
        ("Freight turned down.", True, False),
        ("「運價回落。」", True, False),
        ("Where to reduce: two classes:", True, False),
        ("Freight fell. Owners wait", True, False),
    ],
)
def test_a_bullet_that_only_names_those_in_it_is_a_heading(text: str, stands_over: bool, heading: bool) -> None:
    section = Section("1.b1", "bullet", "1", text, 1, 1, 0, len(text))
    one = Edition("a", "en", "original", "a.txt", Document(text, "text"), Outline((section,)))
    passage = Passage("1.b1", 0, 0, len(text), text)
    assert Place(0, "a", one, section, "1", (), passage, stands_over).is_heading == heading


@pytest.fixture(scope="module")
def sections(places: list[Place]) -> Sections:
    return Sections(places)


@pytest.fixture(scope="module")
def scores(places: list[Place]) -> np.ndarray:
    return np.random.default_rng(1).uniform(0.7, 0.9, len(places))


def test_every_place_is_in_the_row_of_its_anchor(places: Sequence[Place], sections: Sections) -> None:
    assert len(sections) == len(sections.keys) == 14
    for (work, anchor), mine in zip(sections.keys, sections.places, strict=True):
        assert list(mine) == sorted(
            (place for place in places if (place.work, place.passage.anchor) == (work, anchor)),
            key=lambda place: (("original", "translation", "digest").index(place.edition.kind), place.edition.id),
        )


def test_the_best_of_a_section_is_that_of_all_its_places(sections: Sections, scores: np.ndarray) -> None:
    assert sections.best(scores).tolist() == [max(scores[p.index] for p in mine) for mine in sections.places]


@pytest.mark.parametrize("chinese", [True, False])
def test_the_best_by_side_is_zero_where_a_side_has_no_edition(
    sections: Sections, scores: np.ndarray, chinese: bool
) -> None:
    found = sections.best_by_side(scores, chinese=chinese)
    for row, mine in enumerate(sections.places):
        for side in (0, 1):
            own = [scores[p.index] for p in mine if ((keyword_language(p.edition) == "zh") == chinese) == (side == 0)]
            assert found[side, row] == max(own, default=0.0)


@pytest.mark.parametrize("chinese", [True, False])
def test_means_are_of_standard_scores_among_the_like_editions_of_all_works(
    sections: Sections, scores: np.ndarray, chinese: bool
) -> None:
    like = {("b", "en-original"): "first in English", ("a", "en-translation"): "first in English"}
    cells: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row, mine in enumerate(sections.places):
        for place in mine:
            best = cells[place.work, place.edition.id]
            best[row] = max(best.get(row, -1.0), float(scores[place.index]))
    pools: dict[object, list[float]] = defaultdict(list)
    for key, best in cells.items():
        pools[like.get(key, key)] += best.values()
    expected = np.full((2, len(sections)), np.nan)
    for row in range(len(sections)):
        for side in (0, 1):
            values = [
                (best[row] - np.mean(pools[like.get(key, key)])) / np.std(pools[like.get(key, key)])
                for key, best in cells.items()
                if row in best and (key[1].startswith("zh") == chinese) == (side == 0)
            ]
            if values:
                expected[side, row] = np.mean(values)
    expected = np.where(np.isnan(expected), expected[::-1], expected)
    np.testing.assert_allclose(sections.mean_by_side(scores, chinese=chinese), expected, atol=1e-12)


@pytest.mark.parametrize("chinese", [True, False])
def test_the_best_of_a_short_work_is_the_best_of_all(chinese: bool) -> None:
    long, short = edition("long", "en", "digest"), edition("short", "en", "original")
    short = replace(short, outline=Outline(short.outline.sections[:2]))
    found: list[Place] = []
    for one in (long, short):
        by_anchor = {section.anchor: section for section in one.outline.sections}
        for passage in cut_passages(one.document.text, one.outline):
            section = by_anchor[passage.anchor]
            found.append(Place(len(found), one.work, one, section, passage.anchor, (), passage))
    sections = Sections(found)
    scores = np.linspace(0.75, 0.79, len(found))
    scores[-1] = 0.9
    means = sections.mean_by_side(scores, chinese=chinese)
    assert sections.keys[int(np.argmax(means[0]))] == ("short", "0.title")


def test_an_edition_with_equal_scores_has_zero_everywhere(places: list[Place], sections: Sections) -> None:
    assert not sections.mean_by_side(np.full(len(places), 0.5), chinese=True).any()


def test_the_value_above_is_that_of_the_parent_if_it_has_words(sections: Sections) -> None:
    above = dict(zip(sections.keys, sections.of_parents(np.arange(1.0, len(sections) + 1)), strict=True))
    row = {key: number for number, key in enumerate(sections.keys, 1)}
    assert above["a", "1.1.p1"] == row["a", "1.1"]
    assert above["b", "1.2"] == row["b", "1"]
    assert above["a", "0.title"] == above["a", "1"] == 0


@pytest.mark.parametrize(
    ("named", "inside"),
    [
        ([("a", "1")], ["1.1", "1.1.p1", "1.2"]),
        ([("a", "1.1")], ["1.1.p1"]),
        ([("a", "0")], ["0.title"]),
        ([("a", "1.1.p1"), ("a", "nosuch"), ("nosuch", "1")], []),
        ([], []),
    ],
    ids=repr,
)
def test_beneath_is_every_level_below_but_not_the_named_itself(
    sections: Sections, named: list[tuple[str, str]], inside: list[str]
) -> None:
    found = sections.beneath(named)
    assert [key for key, value in zip(sections.keys, found, strict=True) if value] == [("a", a) for a in inside]


def test_works_are_picked_by_name_and_all_without_one(sections: Sections) -> None:
    assert sections.of_works([]).all()
    assert [key[0] for key, asked in zip(sections.keys, sections.of_works(["b"]), strict=True) if asked] == ["b"] * 7
    assert not sections.of_works(["nosuch"]).any()


# What a question names


@pytest.mark.parametrize(
    ("question", "anchors"),
    [
        ("第一章說什麼？", ["1"]),
        ("What does section 1.1 say?", ["1.1"]),
        ("第一章第一節說什麼？", ["1.1"]),
        ("报告的结论是什么？", ["1"]),
        ("How large is the funding gap?", ["1.1"]),
        ("Is refunding gaps easy?", []),
        ("第九章說什麼？", []),
        ("Who pays?", ["1.1"]),
    ],
)
def test_a_question_names_sections_by_number_or_by_a_part_of_their_title(question: str, anchors: list[str]) -> None:
    original = edition("a", "zh-Hant", "original")
    names = SectionNames([original, replace(original, lang="en")])
    assert names.named_by(question) == {("a", anchor) for anchor in anchors}


SCENARIOS = (
    "# 展望\n\n## 一、三種情形\n\n### 1. 情形一:復航\n\n甲。\n\n"
    "### 2. 情形二:封港\n\n乙。\n\n### 3. 情形三:戰爭\n\n丙。\n",
    "# Outlook\n\n## 1. Three scenarios\n\n### 1. Scenario 1: routes resume\n\nA.\n\n"
    "### 2. Scenario 2: ports close\n\nB.\n\n### 3. Scenario 3: war\n\nC.\n",
)


@pytest.fixture(scope="module")
def scenarios() -> SectionNames:
    """Three scenarios, numbered in their titles, in a Chinese and an English edition."""
    editions = []
    for lang, text in zip(("zh-Hant", "en"), SCENARIOS, strict=True):
        document = Document(text, "markdown")
        editions.append(Edition("outlook", lang, "original", f"{lang}.md", document, outline_sections(document)))
    return SectionNames(editions)


@pytest.mark.parametrize(
    ("question", "anchors"),
    [
        ("情形三會怎樣？", ["1.3"]),
        ("情形3會怎樣？", ["1.3"]),
        ("第三種情形會怎樣？", ["1.3"]),
        ("第二種情形的代價？", ["1.2"]),
        ("第二种情形的代价？", ["1.2"]),
        ("第2個情形", ["1.2"]),
        ("第二情形", ["1.2"]),
        ("What does scenario three cost?", ["1.3"]),
        ("What does Scenario 3 cost?", ["1.3"]),
        ("What does the second scenario cost?", ["1.2"]),
        ("The 2nd scenario?", ["1.2"]),
        ("第一種情形和第三種情形哪個好？", ["1.1", "1.3"]),
        ("Compare scenario one with the third scenario.", ["1.1", "1.3"]),
        ("第四種情形會怎樣？", []),
        ("What does scenario four cost?", []),
        ("How do the three scenarios differ?", ["1"]),
        ("第二季的情形如何？", []),
        ("Its second, third quarter?", []),
        ("Scenario 30?", []),
    ],
)
def test_numbered_sections_are_named_in_digits_words_and_by_counting(
    scenarios: SectionNames, question: str, anchors: list[str]
) -> None:
    assert scenarios.named_by(question) == {("outlook", anchor) for anchor in anchors}


# Hits are made when they are looked at


def test_hits_are_the_same_however_they_are_reached(second_search: Search) -> None:
    hits = second_search.hits("海嵐航運的淨利降了多少？")
    assert isinstance(hits, Hits)
    listed = list(hits)
    assert len(hits) == len(listed)
    assert hits[:5] == listed[:5]
    assert [hits[rank] for rank in range(-3, 3)] == [*listed[-3:], *listed[:3]]
    assert hits.similarity == max(hit.similarity for hit in listed)
    with pytest.raises(IndexError):
        hits[len(hits)]


def test_no_hits_are_near_nothing(second_search: Search) -> None:
    hits = second_search.hits("海嵐航運", ["nosuch"])
    assert not hits
    assert hits.similarity < 0
