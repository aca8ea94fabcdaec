"""Passages: exact spans, narrow enough for the embedding model, and whole sentences where they fit."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Document, Outline, Section
from ingest.outline import outline_sections
from ingest.passages import MAX_WIDTH, cut_passages, sentence_spans, width
from ingest.read import read_document
from tests.conftest import DATA, ROOT

TEXTS = [
    DATA / "second-report.zh-Hant.txt",
    DATA / "second-report.en.md",
    ROOT / "corpus/triple-game/zh-Hant.md",
    ROOT / "corpus/triple-game/en.md",
]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def one_section(text: str) -> Outline:
    return Outline((Section("1.p1", "paragraph", "1", "", 1, 1, 0, len(text)),))


# Sentences

SENTENCES = {
    "Chinese": ("營收增長三成。但利潤下滑！為什麼?", ["營收增長三成。", "但利潤下滑！", "為什麼?"]),
    "English": ("Rates fell. Margins held! Why?", ["Rates fell.", "Margins held!", "Why?"]),
    "a quote after 。": ('他說"會漲。"市場不信。', ['他說"會漲。"', "市場不信。"]),
    "corner brackets after 。": ("他說「會漲。」市場不信。", ["他說「會漲。」", "市場不信。"]),
    "brackets after a full stop": ("Rates fell (as said.) They held.", ["Rates fell (as said.)", "They held."]),
    "the number of a title, en": ("1. Rates\nThey fell. They held.", ["1. Rates\nThey fell.", "They held."]),
    "the number of a title, zh": ("3. 2026年路徑:先跌。後漲。", ["3. 2026年路徑:先跌。", "後漲。"]),
    "a number of two digits": (" 12. Fees rose. More.", ["12. Fees rose.", "More."]),
    "a number that ends a sentence": ("It fell to 12. Fees rose.", ["It fell to 12.", "Fees rose."]),
    "U.S.": ("The U.S. Fed cut. Rates fell.", ["The U.S. Fed cut.", "Rates fell."]),
    "company names": (
        "Acme Inc. and Dr. No of Bolt Corp. met. So?",
        ["Acme Inc. and Dr. No of Bolt Corp. met.", "So?"],
    ),
    "for example": (
        "Some, e.g. banks, held. Others, i.e. ships, fell.",
        ["Some, e.g. banks, held.", "Others, i.e. ships, fell."],
    ),
    "a word that ends like an abbreviation": (
        "They met in a casino. It closed.",
        ["They met in a casino.", "It closed."],
    ),
    "decimals, en": (
        "It rose 2.3 times to US$1.78 billion. Then 0.5%.",
        ["It rose 2.3 times to US$1.78 billion.", "Then 0.5%."],
    ),
    "decimals, zh": ("增至17.8億美元,升3.5%。其後持平。", ["增至17.8億美元,升3.5%。", "其後持平。"]),
    "a date with dots": ('"10.11黑天鵝"之後,資金撤離。市場冷清。', ['"10.11黑天鵝"之後,資金撤離。', "市場冷清。"]),
    "a semicolon is no end": ("一跌;二漲。", ["一跌;二漲。"]),
    "a blank line": ("Rates\n\nMargins", ["Rates", "Margins"]),
    "a wrapped line": ("Rates fell\nall year.", ["Rates fell\nall year."]),
    "no end": ("Rates fell", ["Rates fell"]),
    "white space": (" \n ", []),
}


@pytest.mark.parametrize(("text", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


WORDS = st.lists(
    st.sampled_from(
        [
            *("營收", "增長", "。", "!", "？", '"', "」", "，", "、", ";", " ", "\n", "\n\n", "\r\n", "\u3000"),
            *("rates", "U.S.", "3.5", "1.", ".", "Inc.", "e.g.", "1,472", "𠮷", "\f", "é" * 7, "一" * 450, "x" * 1500),
        ]
    ),
    max_size=40,
).map("".join)


@given(WORDS | st.text())
def test_sentences_hold_every_word_in_order(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


# Passages


@given(WORDS | st.text())
def test_passages_are_exact_narrow_and_complete(text: str) -> None:
    passages = cut_passages(text, one_section(text))
    assert [passage.part for passage in passages] == list(range(len(passages)))
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert width(passage.text) <= MAX_WIDTH
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(text.split())


def test_a_passage_at_the_limit_is_one_and_a_wider_one_is_two() -> None:
    text = "一" * (MAX_WIDTH - 1) + "。"
    assert [len(passage.text) for passage in cut_passages(text, one_section(text))] == [MAX_WIDTH]
    text = "一" * MAX_WIDTH + "。"
    assert [len(passage.text) for passage in cut_passages(text, one_section(text))] == [MAX_WIDTH, 1]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sentence = "一" * 199 + "。"
    text = sentence * 5
    assert [passage.text for passage in cut_passages(text, one_section(text))] == [sentence * 2, sentence * 2, sentence]


@pytest.mark.parametrize("comma", ["，", ",", "、", "；"])
def test_a_long_sentence_is_cut_at_a_comma(comma: str) -> None:
    text = "一" * 300 + comma + "二" * 300 + "。"
    first, second = cut_passages(text, one_section(text))
    assert (first.text, second.text) == ("一" * 300 + comma, "二" * 300 + "。")


def test_english_words_are_not_cut() -> None:
    text = "word " * 1000
    assert {word for passage in cut_passages(text, one_section(text)) for word in passage.text.split()} == {"word"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_section_of_a_report_is_one_passage_of_its_own_words(path) -> None:
    document = read_document(path)
    outline = outline_sections(document)
    passages = cut_passages(document.text, outline)
    with_words = [section for section in outline.sections if section.start < section.end]
    assert len(passages) == len(with_words) > 60
    for section, passage in zip(with_words, passages, strict=True):
        assert (passage.anchor, passage.start, passage.end) == (section.anchor, section.start, section.end)


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    ["word " * 100_000, "一二三四五六七八九十" * 40_000, "U.S. " * 50_000, "1. " * 50_000, "Rates fell. " * 40_000],
    ids=["no full stop", "no comma", "abbreviations", "numbers", "sentences"],
)
def test_a_long_line_takes_seconds(text: str) -> None:
    started = time.process_time()
    passages = cut_passages(text, outline_sections(Document(text, "text")))
    assert sum(len("".join(passage.text.split())) for passage in passages) == len("".join(text.split()))
    assert time.process_time() - started < 5  # 0.3 s each here; quadratic growth took minutes
