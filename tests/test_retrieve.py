"""Retrieval: one hit for a section in all its editions, in order, whatever the script of the question."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from langchain_core.retrievers import BaseRetriever

from chat.assistant import Assistant
from ingest.document import Document, Edition, Work
from ingest.outline import outline_sections
from tests.bigrams import NAME, Bigrams
from tests.conftest import DATA, ROOT
from vectorstore.build import open_build, publish_build
from vectorstore.catalogue import Catalogue
from vectorstore.library import Shelf
from vectorstore.retrieve import Hit, Search
from vectorstore.retriever import EditionRetriever
from vectorstore.words import to_simplified, to_traditional

QUESTIONS = [
    json.loads(line) for line in (DATA / "second-report.questions.jsonl").read_text(encoding="utf-8").splitlines()
]
SAMPLES = {
    "zh-Hant": "海嵐航運的淨利降了多少？",
    "zh-Hans": "海岚航运的净利降了多少？",
    "en": "How far did Hailan Shipping's net profit fall?",
}


SCRIPTS = [
    (to_traditional(row["question"]), row["question"])
    if row["lang"] == "zh-Hans"
    else (row["question"], to_simplified(row["question"]))
    for row in QUESTIONS
    if row["lang"] != "en"
]


def anchors(hits: Iterable[Hit]) -> list[str]:
    return [hit.anchor for hit in hits]


@pytest.fixture(scope="module")
def two_works(second_report: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """The second report beside a copy of its translation as a work of its own, and a work with one long section."""
    copy = replace(second_report.editions["second-report", "en-translation"], work="another")
    text = "# Long\n\n## One\n\n" + "".join(f"Sentence {n} speaks of freight. " for n in range(200)) + "\n"
    document = Document(text, "markdown")
    long = Edition("long", "en", "original", "long.md", document, outline_sections(document))
    shelf = second_report.with_edition(Work("another", {"en": "Another"}), copy)
    shelf = shelf.with_edition(Work("long", {"en": "Long"}), long)
    home = tmp_path_factory.mktemp("two-works")
    catalogue = Catalogue.at(home)
    publish_build(home, catalogue, NAME, Bigrams, shelf.works, list(shelf.editions.values()))
    build = open_build(home, catalogue)
    yield Search(build, Bigrams())
    build.close()
    catalogue.close()


# Fusion


@pytest.mark.parametrize("question", SAMPLES.values(), ids=SAMPLES)
def test_parallel_editions_are_one_hit_with_the_original_first(second_search: Search, question: str) -> None:
    for hit in second_search.hits(question):
        assert [place.edition.id for place in hit.places] == ["zh-Hant-original", "en-translation"]
        assert {place.passage.anchor for place in hit.places} == {hit.anchor}
        assert len({place.coarse for place in hit.places}) == 1


@pytest.mark.parametrize("question", [*SAMPLES.values(), "", "zzzz", "。", "\ud800\0"], ids=repr)
def test_every_place_is_listed_once_by_falling_score(second_search: Search, question: str) -> None:
    hits = second_search.hits(question)
    places = [place.index for hit in hits for place in hit.places]
    assert sorted(places) == [place.index for place in second_search.build.places]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(set(anchors(hits))) == len(hits) == len(places) / 2


@pytest.mark.parametrize("question", SAMPLES.values(), ids=SAMPLES)
def test_the_section_with_the_words_of_the_question_comes_first(second_search: Search, question: str) -> None:
    assert second_search.hits(question)[0].anchor == "2.2.b2"


def test_equal_scores_stand_in_reading_order(second_search: Search) -> None:
    hits = second_search.hits("")
    reading = [place.passage.anchor for place in second_search.build.places if place.edition.lang == "zh-Hant"]
    for before, after in pairwise(hits):
        assert before.score > after.score or reading.index(before.anchor) < reading.index(after.anchor)


def test_what_the_turns_before_leave_is_part_of_the_question(second_search: Search) -> None:
    follow_up = "那北汐呢？"
    alone = anchors(second_search.hits(follow_up))
    after = anchors(second_search.hits(follow_up, context="海嵐航運的淨利"))
    assert after.index("2.2.b2") == 0
    assert after != alone


# Works


@pytest.mark.parametrize("works", [["second-report"], ["another"], ["second-report", "long"], ("long",)], ids=repr)
def test_only_the_works_asked_are_searched(two_works: Search, works: list[str]) -> None:
    hits = two_works.hits("net profit of Hailan Shipping", works)
    assert {hit.work for hit in hits} == set(works)
    assert {place.work for hit in hits for place in hit.places} == set(works)


def test_no_works_named_are_all_works(two_works: Search) -> None:
    assert {hit.work for hit in two_works.hits("net profit")} == {"second-report", "another", "long"}


def test_an_unknown_work_has_no_hits(two_works: Search) -> None:
    assert list(two_works.hits("net profit", ["nosuch"])) == []


def test_sections_with_one_anchor_in_two_works_are_two_hits(two_works: Search) -> None:
    hits = [hit for hit in two_works.hits("net profit of Hailan Shipping") if hit.anchor == "2.2.b2"]
    assert sorted(hit.work for hit in hits) == ["another", "second-report"]
    assert [len(hit.places) for hit in sorted(hits, key=lambda hit: hit.work)] == [1, 2]


def test_a_section_in_parts_is_one_hit_with_its_parts_in_order(two_works: Search) -> None:
    (hit,) = (hit for hit in two_works.hits("freight", ["long"]) if hit.anchor == "1.p1")
    assert len(hit.places) > 2
    assert [place.passage.part for place in hit.places] == list(range(len(hit.places)))


# With the real engine


@pytest.fixture
def engine_search(second_assistant: Assistant) -> Search:
    """The invented report with the bundled engine."""
    return second_assistant.search()


@pytest.mark.long
def test_the_first_five_sections_hold_the_gold_of_most_questions(engine_search: Search) -> None:
    asked = [row for row in QUESTIONS if row["gold_anchors"] and row["answerable"]]
    assert len(asked) == 20
    found = [
        row["id"] for row in asked if set(row["gold_anchors"]) & set(anchors(engine_search.hits(row["question"]))[:5])
    ]
    assert len(found) >= 18, sorted({row["id"] for row in asked} - set(found))


@pytest.mark.parametrize(("traditional", "simplified"), SCRIPTS)
def test_a_question_has_the_same_ranking_in_either_script(
    engine_search: Search, traditional: str, simplified: str
) -> None:
    assert traditional != simplified
    found, same = engine_search.hits(traditional), engine_search.hits(simplified)
    assert [(hit.anchor, hit.score) for hit in found] == [(hit.anchor, hit.score) for hit in same]


@pytest.mark.long
@pytest.mark.parametrize("file", ["evals/questions.jsonl", "gold/dev.jsonl"])
def test_every_question_of_our_sets_has_the_same_ranking_in_either_script(
    engine_search: Search, request: pytest.FixtureRequest, file: str
) -> None:
    path = ROOT / file if file.startswith("evals") else request.getfixturevalue("shared") / file
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    asked = [row["question"] for row in rows if row["lang"] != "en"]
    assert len(asked) >= 40
    differ = []
    for question in asked:
        scripts = {question, to_traditional(question), to_simplified(question)}
        ranked = {tuple((hit.anchor, hit.score) for hit in engine_search.hits(script)) for script in scripts}
        if len(ranked) > 1:
            differ.append(question)
    assert differ == []


# For LangChain


def test_the_retriever_is_one_of_langchain(second_search: Search) -> None:
    retriever = EditionRetriever(search=second_search, k=3)
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("海嵐航運的淨利降了多少？")
    hits = second_search.hits("海嵐航運的淨利降了多少？")[:3]
    assert [document.metadata["anchor"] for document in documents] == anchors(hits)
    first = documents[0]
    assert first.id == "second-report#2.2.b2"
    assert first.page_content == first.metadata["editions"]["zh-Hant-original"]
    assert "US$2.52 billion" in first.metadata["editions"]["en-translation"]


def test_the_retriever_keeps_to_its_works(two_works: Search) -> None:
    documents = EditionRetriever(search=two_works, works=("another",)).invoke("net profit")
    assert len(documents) == 8
    assert {document.metadata["work"] for document in documents} == {"another"}


def test_the_retriever_gives_a_section_in_parts_as_a_whole(two_works: Search) -> None:
    (document,) = (
        document
        for document in EditionRetriever(search=two_works, works=("long",)).invoke("freight")
        if document.metadata["anchor"] == "1.p1"
    )
    assert "Sentence 0 " in document.page_content
    assert "Sentence 199 " in document.page_content
    assert document.metadata["editions"]["en-original"] == document.page_content
