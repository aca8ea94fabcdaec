"""The glossary: whole names, longest first, and the documents' own word for what a question names otherwise."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from chat.definition import is_definition
from chat.understand import understand
from ingest.document import Document, Edition, Language
from ingest.outline import outline_sections
from tests.conftest import ROOT
from vectorstore.build import Build
from vectorstore.glossary import Glossary, count_names
from vectorstore.library import Shelf, read_folder

CHINESE = """# 詞彙

## 聯準會

又稱：美聯儲、聯儲局、Fed

美國的中央銀行。

## 聯準會獨立性

又稱：美聯儲的獨立性、Fed獨立性

中央銀行不聽命於政治人物。

## 輝達

又稱：英偉達、Nvidia

晶片公司。

## RMP

又稱：儲備管理購買

買入短期國債的操作。
"""
ENGLISH = """# Glossary

## Federal Reserve

Also: Fed, the Fed

The central bank of the United States.

## Fed independence

Also: independence of the Fed

A central bank that takes no orders.

## Nvidia

Also: NVDA, Nvidia Corporation

A chip designer.

## RMP

Also: reserve management purchases

Purchases of short-term Treasury bills.
"""
DOCUMENTS = [
    "美聯儲可能降息,市場關注美聯儲的獨立性。",
    "英偉達的財報,以及RMP的規模。英偉達增長。",
    "The Federal Reserve may cut. Nvidia reported; Nvidia grew.",
]


def edition(text: str, lang: Language) -> Edition:
    document = Document(text, "markdown")
    return Edition("glossary", lang, "original", f"{lang}.md", document, outline_sections(document))


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    editions = [edition(CHINESE, "zh-Hant"), edition(ENGLISH, "en")]
    return Glossary.of(editions, count_names(editions, DOCUMENTS))


def named(glossary: Glossary, text: str) -> list[tuple[str, str]]:
    """What of a text is a name, and the first name of its term."""
    return [(text[found.start : found.end], found.term.names[0]) for found in glossary.mentions(text)]


def test_an_entry_has_the_names_and_definitions_of_all_editions(glossary: Glossary) -> None:
    term = glossary.terms[2]
    assert set(term.names) == {"輝達", "英偉達", "Nvidia", "NVDA", "Nvidia Corporation"}
    texts = [edition.document.text[section.start : section.end] for edition, section in term.definitions]
    assert texts == ["晶片公司。", "A chip designer."]


def test_the_names_in_the_documents_come_most_frequent_first(glossary: Glossary) -> None:
    assert [term.spoken for term in glossary.terms] == [
        ("美聯儲", "Federal Reserve"),
        ("美聯儲的獨立性",),
        ("英偉達", "Nvidia"),
        ("RMP",),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("聯準會獨立性受威脅", [("聯準會獨立性", "聯準會獨立性")]),
        ("Fed獨立性和Fed", [("Fed獨立性", "聯準會獨立性"), ("Fed", "聯準會")]),
        ("the independence of the Fed", [("independence of the Fed", "聯準會獨立性")]),
        ("联准会与英伟达", [("联准会", "聯準會"), ("英伟达", "輝達")]),
        ("What did NVIDIA say?", [("NVIDIA", "輝達")]),
        ("the Feds, and Fed's", [("the Fed", "聯準會"), ("Fed", "聯準會")]),
        ("Ｆｅｄ", [("Ｆｅｄ", "聯準會")]),
        ("FedEx, federal, unfed", []),
        ("RMPX 4RMP", []),
        ("", []),
    ],
    ids=[
        *("longest first, zh", "longest first, mixed", "longest first, en", "Simplified", "upper case", "plural"),
        *("full width", "within words", "within codes", "nothing"),
    ],
)
def test_mentions(glossary: Glossary, text: str, expected: list[tuple[str, str]]) -> None:
    assert named(glossary, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("聯準會何時降息？", "美聯儲何時降息？"),
        ("联储局何时降息？", "美聯儲何时降息？"),
        ("Fed何時降息？", "美聯儲何時降息？"),
        ("輝達和Nvidia", "英偉達和Nvidia"),
        ("美聯儲何時降息？", "美聯儲何時降息？"),
        ("今天天氣如何？", "今天天氣如何？"),
    ],
)
def test_a_chinese_question_is_put_in_the_documents_words(glossary: Glossary, text: str, expected: str) -> None:
    assert glossary.in_documents_words(text, chinese=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When will the Fed cut?", "When will Federal Reserve cut?"),
        ("How did NVDA do?", "How did Nvidia do?"),
        ("How did Nvidia do?", "How did Nvidia do?"),
        ("What are reserve management purchases?", "What are RMP?"),
        ("How is the weather?", "How is the weather?"),
    ],
)
def test_an_english_question_is_put_in_the_documents_words(glossary: Glossary, text: str, expected: str) -> None:
    assert " ".join(glossary.in_documents_words(text, chinese=False).split()).replace(" ?", "?") == expected


def test_without_a_glossary_nothing_is_named() -> None:
    empty = Glossary.of([], {})
    assert empty.mentions("Fed") == ()
    assert empty.in_documents_words("Fed", chinese=True) == "Fed"


# The bundled glossary


@pytest.fixture(scope="module")
def bundled() -> Glossary:
    shelf = read_folder(ROOT / "corpus/glossary", Shelf({}, {}))
    return Glossary.of(shelf.editions.values(), {})


def test_every_name_of_the_bundled_glossary_is_found_as_its_own_term(bundled: Glossary) -> None:
    assert len(bundled.terms) >= 60
    assert sum(len(term.names) for term in bundled.terms) > 300
    for term in bundled.terms:
        for name in term.names:
            found = bundled.mentions(f" {name} ")
            assert [(mention.term.anchor, mention.start, mention.end) for mention in found] == [
                (term.anchor, 1, len(name) + 1)
            ], name


def test_every_term_of_the_bundled_glossary_has_other_names_and_a_definition_in_each_language(
    bundled: Glossary,
) -> None:
    for term in bundled.terms:
        assert len(term.names) >= 3, term.names
        assert [edition.lang for edition, _ in term.definitions] == ["en", "zh-Hant"], term.names
        assert len({section.anchor for _, section in term.definitions}) == 1, term.names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("聯準會", "Fed"),
        ("联储局", "Federal Reserve"),
        ("輝達", "NVDA"),
        ("川普", "Trump"),
        ("泡菜溢價", "kimchi premium"),
    ],
)
def test_readers_names_for_one_thing_are_one_term(bundled: Glossary, one: str, other: str) -> None:
    (first,), (second,) = bundled.mentions(one), bundled.mentions(other)
    assert first.term is second.term


def test_names_are_counted_as_whole_words_in_each_text() -> None:
    editions = [edition(CHINESE, "zh-Hant"), edition(ENGLISH, "en")]
    counts = count_names(editions, DOCUMENTS)
    assert counts
    assert all(counts.values())
    assert count_names(editions, [*DOCUMENTS, *DOCUMENTS]) == {name: 2 * count for name, count in counts.items()}
    assert count_names(editions, []) == count_names([], DOCUMENTS) == {}


@pytest.mark.parametrize(
    ("question", "is_one"),
    [
        ("What is the meaning of “QE”?", True),
        ("穩定幣是什麼？", True),
        ("What is a stablecoin?", True),
        ("What does “QE” stand for?", True),
        ("What does the report say about stablecoins?", False),
        ("What does the report say weakens the independence of the Federal Reserve?", False),
        ("报告谈了什么稳定币的事？", False),
    ],
)
def test_what_is_said_of_a_term_is_no_question_for_its_meaning(
    bundled: Glossary, question: str, *, is_one: bool
) -> None:
    build = cast("Build", SimpleNamespace(glossary=bundled))
    assert is_definition(understand(question), build) is is_one
