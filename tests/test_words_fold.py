"""Words: folding that keeps every offset, tokens of both languages, scripts, and the keyword index."""

from __future__ import annotations

import tracemalloc
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import DATA, ROOT
from vectorstore.words import (
    KeywordIndex,
    chinese_script,
    fold,
    han_share,
    text_language,
    to_simplified,
    tokens,
)

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
BMP = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])

# Folding


@settings(max_examples=300)
@given(st.text(BMP | HAN))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_folding_keeps_the_length_outside_the_bmp(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_every_han_character_folds_to_one() -> None:
    blocks = [range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x2A6E0)]
    assert [chr(code) for block in blocks for code in block if len(fold(chr(code))) != 1] == []


@pytest.mark.parametrize(
    "path",
    [DATA / "second-report.zh-Hant.txt", *sorted((ROOT / "corpus").glob("*/zh-Hant.md"))],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_passage_folds_to_itself_in_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    folded = fold(text)
    assert len(folded) == len(text)
    alone = [fold(character) for character in text]
    assert sum(a != b for a, b in zip(text, folded, strict=True)) > 500
    # OpenCC converts by phrase: a character may fold otherwise among others, as 畫 does in 計畫, but seldom.
    assert sum(a != b for a, b in zip(alone, folded, strict=True)) < 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("資本互鎖與聯準會", "资本互锁与联准会"),
        ("預計難以", "预计难以"),
        ("ＡＢＣ１２３％", "abc123%"),
        ("（表１：運價）", "(表1:运价)"),
        ("OpenAI‑英偉達‑甲骨文", "openai-英伟达-甲骨文"),
        ("資本——互鎖", "资本--互锁"),
        ("「算力」", '"算力"'),
        ("“compute” and ‘cash’", "\"compute\" and 'cash'"),
        ("漲三成。然後、跌", "涨三成.然后,跌"),
        ("US$1.78\u00a0Billion", "us$1.78 billion"),
        ("甲\u3000乙", "甲 乙"),
        ("İstanbul 銀行", "İstanbul 银行"),
    ],
    ids=[
        *("characters", "hedges", "full width", "full-width brackets", "U+2011", "dashes", "corner brackets", "quotes"),
        *("stops", "no-break space", "ideographic space", "a letter that would grow"),
    ],
)
def test_texts_that_differ_in_form_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("text", ["\0", "資本\0互鎖", "", " ", "𠮷野家 𝕏", "e\u0301"])
def test_odd_characters_keep_their_place(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert [b for a, b in zip(text, folded, strict=True) if not a.isalnum()] == [a for a in text if not a.isalnum()]


@pytest.mark.parametrize("call", [fold, tokens, han_share, chinese_script, text_language])
def test_an_unpaired_surrogate_in_a_question_is_no_error(call) -> None:
    call("資本\ud800互鎖 Fed")


# Tokens


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("海嵐航運的淨利", {"海岚", "航运", "净利"}),
        ("海岚航运的净利", {"海岚", "航运", "净利"}),
        ("Bithumb的交易量下降69%", {"bithumb", "交易量", "下降", "69%"}),
        ("S&P 500 fell 3.5%", {"s&p", "500", "3.5%"}),
        ("the company's earnings", {"compani", "earn"}),
        ("ＡＩ　２０２６年", {"ai", "2026", "年"}),
        ("Café margins", {"margin"}),
    ],
    ids=["繁", "简", "mixed", "signs within a word", "stems", "full width", "accents"],
)
def test_tokens(text: str, held: set[str]) -> None:
    assert held <= set(tokens(text))


def test_both_scripts_have_the_same_tokens() -> None:
    text = (DATA / "second-report.zh-Hant.txt").read_text(encoding="utf-8")
    assert len(tokens(text)) > 1000
    assert tokens(text) == tokens(to_simplified(text))


def test_composed_and_decomposed_letters_have_the_same_tokens() -> None:
    text = "Zoë's café"
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(unicodedata.normalize("NFC", text)) != []


@pytest.mark.parametrize("text", ["the of and what is", "的、了、是", "。，！ \n", ""])
def test_function_words_and_marks_are_no_tokens(text: str) -> None:
    assert tokens(text) == []


# Scripts and languages

SCRIPTS = [
    ("聯準會何時降息？", "zh-Hant"),
    ("美联储何时降息？", "zh-Hans"),
    ("海嵐航運嘅淨利跌咗幾多？", "zh-Hant"),
    ("谷歌的周期和托管", None),
    ("台灣的谷歌", "zh-Hant"),
    ("台湾的谷歌", "zh-Hans"),
    ("什么是RMP？", "zh-Hans"),
    ("什麼是RMP？", "zh-Hant"),
    ("中文", None),
    ("AI 的核心矛盾", None),
    ("What is RMP?", None),
    ("", None),
    ("后市如何", None),
    ("2026年的KOSPI为何上涨", "zh-Hans"),
]


@pytest.mark.parametrize(("text", "script"), SCRIPTS, ids=[text or "nothing" for text, _ in SCRIPTS])
def test_the_script_of_a_text(text: str, script: str | None) -> None:
    assert chinese_script(text) == script


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Freight rates fell all year; 運價 is the word in Chinese.", "en"),
        ("運價全年下跌,業界稱為freight rates。", "zh-Hant"),
        ("运价全年下跌,业界称为freight rates。", "zh-Hans"),
        ("中文", "zh-Hant"),
        ("12.5% 2026", "en"),
    ],
)
def test_the_language_of_a_document(text: str, language: str) -> None:
    assert text_language(text) == language


# Keyword index

TEXTS = [
    "環東航線運價指數跌至1,472點,跌幅達60%。",
    "海嵐航運淨利由42億美元降至25.2億美元。",
    "Cycad Bank is our first choice among banks.",
    "檳灣港務的碼頭系統遭勒索軟體癱瘓。",
    "。。。",
]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("运价指数跌了多少", 0),
        ("運價指數", 0),
        ("海嵐的淨利", 1),
        ("cycad banks", 2),
        ("BANK", 2),
        ("檳灣港停擺是因為勒索軟件嗎", 3),
        ("25.2", 1),
    ],
)
def test_the_keyword_index_finds(tmp_path: Path, question: str, best: int) -> None:
    index = KeywordIndex.of(TEXTS)
    index.save(tmp_path / "index")
    for found in (index, KeywordIndex.load(tmp_path / "index")):
        scores = found.scores(tokens(question))
        assert scores.shape == (len(TEXTS),)
        assert scores.argmax() == best
        assert scores[best] > 0


@pytest.mark.parametrize("words", [[], ["zzz"], ["zzz", "量子"], ["\0"]], ids=repr)
def test_unknown_words_score_nothing(tmp_path: Path, words: list[str]) -> None:
    KeywordIndex.of(TEXTS).save(tmp_path / "index")
    scores = KeywordIndex.load(tmp_path / "index").scores(words)
    assert np.array_equal(scores[:-1], np.zeros(len(TEXTS) - 1))


def test_a_text_that_shares_no_word_scores_nothing() -> None:
    scores = KeywordIndex.of(TEXTS).scores(tokens("Cycad"))
    assert [bool(score) for score in scores] == [False, False, True, False, False]


def test_an_index_is_made_of_the_numbers_of_tokens_not_of_their_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vectorstore.words.tokens", lambda text: [f"{text}{n}" for n in range(200)])
    KeywordIndex.of(["libraries are loaded"])
    tracemalloc.start()
    try:
        KeywordIndex.of(f"word{n % 20}." for n in range(300))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 70 * 300 * 200  # 55 bytes for each token that a text has; with their letters 130
