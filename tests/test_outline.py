"""Anchors: every line of a document is found under one address, and site furniture under none."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import Document, Outline
from ingest.outline import outline_sections
from ingest.read import read_document
from ingest.titles import section_title
from tests.conftest import DATA, ROOT

DIGESTS = [ROOT / "corpus/triple-game" / file for file in ("en.md", "zh-Hant.md")]


def own_words(text: str, format: str = "text") -> list[tuple[str, str]]:  # noqa: A002  (Document's own word for it)
    """Anchor and words of every section, in order."""
    sections = outline_sections(Document(text, format)).sections
    return [(section.anchor, text[section.start : section.end]) for section in sections]


def skeleton(outline: Outline) -> list[tuple[str, str, str | None]]:
    return [(section.anchor, section.kind, section.parent) for section in outline.sections]


# The publisher's report


def test_the_report_has_the_ninety_gold_anchors(shared: Path) -> None:
    outline = outline_sections(read_document(shared / "corpus/report.txt"))
    gold = json.loads((shared / "gold/outline.json").read_text(encoding="utf-8"))
    names = ("anchor", "kind", "parent", "title_zh", "first_line_no", "last_line_no")
    assert len(gold) == 90
    assert [(s.anchor, s.kind, s.parent, s.title, s.first_line, s.last_line) for s in outline.sections] == [
        tuple(row[name] for name in names) for row in gold
    ]


def test_exactly_the_furniture_of_the_report_is_left_out(shared: Path) -> None:
    outline = outline_sections(read_document(shared / "corpus/report.txt"))
    gold = json.loads((shared / "gold/boilerplate.json").read_text(encoding="utf-8"))
    assert len(gold) == 15
    assert list(outline.furniture) == [row["line_no"] for row in gold]


@pytest.mark.parametrize("file", ["dev.jsonl", "claims_dev.jsonl"])
def test_every_gold_quote_lies_in_the_own_words_of_a_gold_anchor(shared: Path, file: str) -> None:
    document = read_document(shared / "corpus/report.txt")
    words = {s.anchor: document.text[s.start : s.end] for s in outline_sections(document).sections}
    rows = [json.loads(line) for line in (shared / "gold" / file).read_text(encoding="utf-8").splitlines()]
    quotes = [(row["id"], quote, row["gold_anchors"]) for row in rows for quote in row["gold_quote"]]
    assert len(quotes) >= 40
    assert [
        (row, quote) for row, quote, anchors in quotes if not any(quote in words[anchor] for anchor in anchors)
    ] == []


# The digest


def test_both_digests_have_the_same_anchors() -> None:
    english, chinese = (outline_sections(read_document(path)) for path in DIGESTS)
    assert len(english.sections) == 90
    assert skeleton(english) == skeleton(chinese)


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.name)
def test_a_digest_has_the_anchors_of_the_report(shared: Path, path: Path) -> None:
    gold = json.loads((shared / "gold/outline.json").read_text(encoding="utf-8"))
    outline = outline_sections(read_document(path))
    assert skeleton(outline) == [(row["anchor"], row["kind"], row["parent"]) for row in gold]
    assert outline.furniture == ()


# The invented report


def test_the_second_report_has_the_outline_written_for_it_by_hand() -> None:
    outline = outline_sections(read_document(DATA / "second-report.zh-Hant.txt"))
    expected = json.loads((DATA / "second-report.outline.json").read_text(encoding="utf-8"))
    names = ("anchor", "kind", "parent", "title", "first_line", "last_line")
    assert [{name: getattr(section, name) for name in names} for section in outline.sections] == expected["sections"]
    assert list(outline.furniture) == expected["furniture"]


def test_the_english_second_report_has_the_same_anchors() -> None:
    chinese = outline_sections(read_document(DATA / "second-report.zh-Hant.txt"))
    english = outline_sections(read_document(DATA / "second-report.en.md"))
    assert skeleton(english) == skeleton(chinese)


# Small cases

SENTENCE = "這一段把話說完,長到不會被當成小標題,也不會被當成網頁上的標籤。"
OTHER = "另一段也把話說完,並且夠長,長到兩行合起來就超過了一個小標題。"

PLAIN = {
    "chapters and paragraphs, zh": (
        f"一、甲\n\n{SENTENCE}\n\n{OTHER}\n\n二、乙\n\n{SENTENCE}",
        [("1", "一、甲"), ("1.p1", SENTENCE), ("1.p2", OTHER), ("2", "二、乙"), ("2.p1", SENTENCE)],
    ),
    "chapters and paragraphs, en": (
        "Chapter 1: Ships\n\nFreight fell all year.\n\nChapter 2: Banks\n\nMargins held.",
        [
            ("1", "Chapter 1: Ships"),
            ("1.p1", "Freight fell all year."),
            ("2", "Chapter 2: Banks"),
            ("2.p1", "Margins held."),
        ],
    ),
    "第N章": (
        f"第一章 甲\n{SENTENCE}\n第二章 乙\n{SENTENCE}",
        [("1", "第一章 甲"), ("1.p1", SENTENCE), ("2", "第二章 乙"), ("2.p1", SENTENCE)],
    ),
    "parts with chapters": (
        "Part I: Sea\n\nChapter 1: Ships\n\nThey fell.\n\nPart II: Land\n\nChapter 2: Banks\n\nThey held.",
        [
            ("1", "Part I: Sea"),
            ("1.1", "Chapter 1: Ships"),
            ("1.1.p1", "They fell."),
            ("2", "Part II: Land"),
            ("2.2", "Chapter 2: Banks"),
            ("2.2.p1", "They held."),
        ],
    ),
    "第N部分 with 第N章": (
        f"第一部分 甲\n第一章 丙\n{SENTENCE}\n第二部分 乙\n第二章 丁\n{OTHER}",
        [
            ("1", "第一部分 甲"),
            ("1.1", "第一章 丙"),
            ("1.1.p1", SENTENCE),
            ("2", "第二部分 乙"),
            ("2.2", "第二章 丁"),
            ("2.2.p1", OTHER),
        ],
    ),
    "第N章 with 第N節": (
        f"第一章 甲\n第一節 丙\n{SENTENCE}\n第二節 丁\n{OTHER}\n第二章 乙\n第一節 戊\n{SENTENCE}",
        [
            ("1", "第一章 甲"),
            ("1.1", "第一節 丙"),
            ("1.1.p1", SENTENCE),
            ("1.2", "第二節 丁"),
            ("1.2.p1", OTHER),
            ("2", "第二章 乙"),
            ("2.1", "第一節 戊"),
            ("2.1.p1", SENTENCE),
        ],
    ),
    "Roman chapters with numbered items": (
        "I. Ships\n\n1. Rates\n\nThey fell.\n\n2. Orders\n\nThey rose.\n\nII. Banks\n\n1. Margins\n\nThey held.",
        [
            ("1", "I. Ships"),
            ("1.1", "1. Rates"),
            ("1.1.p1", "They fell."),
            ("1.2", "2. Orders"),
            ("1.2.p1", "They rose."),
            ("2", "II. Banks"),
            ("2.1", "1. Margins"),
            ("2.1.p1", "They held."),
        ],
    ),
    "item and body in one line": (
        f"一、甲\n\n1. 標題:{SENTENCE}\n\n2. 次題\n\n{OTHER}\n\n二、乙\n\n{SENTENCE}",
        [
            ("1", "一、甲"),
            ("1.1", f"1. 標題:{SENTENCE}"),
            ("1.2", "2. 次題"),
            ("1.2.p1", OTHER),
            ("2", "二、乙"),
            ("2.p1", SENTENCE),
        ],
    ),
    "an item that begins with a year": (
        f"一、甲\n\n1. 現況\n\n2. 展望\n\n3. 2026年路徑\n\n{SENTENCE}\n\n二、乙\n\n{SENTENCE}",
        [
            ("1", "一、甲"),
            ("1.1", "1. 現況"),
            ("1.2", "2. 展望"),
            ("1.3", "3. 2026年路徑"),
            ("1.3.p1", SENTENCE),
            ("2", "二、乙"),
            ("2.p1", SENTENCE),
        ],
    ),
    "an item that ends in brackets": (
        f"一、甲\n\n1. 情形一\n\n2. 情形二:各走各路 (最有可能)\n\n{SENTENCE}\n\n二、乙\n\n{SENTENCE}",
        [
            ("1", "一、甲"),
            ("1.1", "1. 情形一"),
            ("1.2", "2. 情形二:各走各路 (最有可能)"),
            ("1.2.p1", SENTENCE),
            ("2", "二、乙"),
            ("2.p1", SENTENCE),
        ],
    ),
    "a decimal at the start of a line is no item": (
        f"一、甲\n\n1. 一\n\n2. 二\n\n3.5億美元是當年的總額,比前一年多出了一成。\n\n二、乙\n\n{SENTENCE}",
        [
            ("1", "一、甲"),
            ("1.1", "1. 一"),
            ("1.2", "2. 二"),
            ("1.2.p1", "3.5億美元是當年的總額,比前一年多出了一成。"),
            ("2", "二、乙"),
            ("2.p1", SENTENCE),
        ],
    ),
    "sub-heading": (
        f"一、甲\n\n{SENTENCE}\n\n三種情形\n\n{OTHER}\n\n二、乙\n\n{SENTENCE}",
        [
            ("1", "一、甲"),
            ("1.p1", SENTENCE),
            ("1.h1", "三種情形"),
            ("1.p2", OTHER),
            ("2", "二、乙"),
            ("2.p1", SENTENCE),
        ],
    ),
    "captions, zh": (
        f"一、甲\n\n表1: 全年表現\n\n{SENTENCE}\n\n圖1:示意\n\n二、乙\n\n表2:次年\n\n{SENTENCE}",
        [
            ("1", "一、甲"),
            ("table-1", "表1: 全年表現"),
            ("1.p1", SENTENCE),
            ("figure-1", "圖1:示意"),
            ("2", "二、乙"),
            ("table-2", "表2:次年"),
            ("2.p1", SENTENCE),
        ],
    ),
    "captions, en": (
        "Chapter 1 Ships\n\nTable 1: Rates by route\n\nFigure 1. Orders\n\nThey fell.\n\nChapter 2 Banks\n\nThey held.",
        [
            ("1", "Chapter 1 Ships"),
            ("table-1", "Table 1: Rates by route"),
            ("figure-1", "Figure 1. Orders"),
            ("1.p1", "They fell."),
            ("2", "Chapter 2 Banks"),
            ("2.p1", "They held."),
        ],
    ),
    "a sentence that begins like a caption": (
        "Chapter 1 Ships\n\nTable 1: as it shows, rates fell.\n\nChapter 2 Banks\n\nThey held.",
        [
            ("1", "Chapter 1 Ships"),
            ("1.p1", "Table 1: as it shows, rates fell."),
            ("2", "Chapter 2 Banks"),
            ("2.p1", "They held."),
        ],
    ),
    "lead bullets": (
        "一、甲\n\n  • 加碼\n\n  • 電網訂單可見;\n\n  • 銀行存款便宜。\n\n  • 減碼:\n\n"
        "  • 遠洋航線虧損。\n\n二、乙\n\n見上文。",
        [
            ("1", "一、甲"),
            ("1.b1", "加碼"),
            ("1.b1.b1", "電網訂單可見;"),
            ("1.b1.b2", "銀行存款便宜。"),
            ("1.b2", "減碼:"),
            ("1.b2.b1", "遠洋航線虧損。"),
            ("2", "二、乙"),
            ("2.p1", "見上文。"),
        ],
    ),
    "a paragraph ends a run of bullets": (
        f"一、甲\n\n  • 加碼\n\n  • 電網訂單可見。\n\n{SENTENCE}\n\n  • 銀行存款便宜。\n\n二、乙\n\n見上文。",
        [
            ("1", "一、甲"),
            ("1.b1", "加碼"),
            ("1.b1.b1", "電網訂單可見。"),
            ("1.p1", SENTENCE),
            ("1.b2", "銀行存款便宜。"),
            ("2", "二、乙"),
            ("2.p1", "見上文。"),
        ],
    ),
    "bullets of an item, en": (
        "I. Ships\n\n1. Rates\n\n- They fell.\n\n- They will rise.\n\n2. Orders\n\nNone.\n\nII. Banks\n\nThey held.",
        [
            ("1", "I. Ships"),
            ("1.1", "1. Rates"),
            ("1.1.b1", "They fell."),
            ("1.1.b2", "They will rise."),
            ("1.2", "2. Orders"),
            ("1.2.p1", "None."),
            ("2", "II. Banks"),
            ("2.p1", "They held."),
        ],
    ),
    "a wrapped line, zh": (
        f"一、甲\n\n{SENTENCE[:-1]}\n也在下一行說完。\n\n二、乙\n\n{SENTENCE}",
        [("1", "一、甲"), ("1.p1", f"{SENTENCE[:-1]}\n也在下一行說完。"), ("2", "二、乙"), ("2.p1", SENTENCE)],
    ),
    "a wrapped line, en": (
        "Chapter 1 Ships\n\nRates on the long routes fell for the whole of the year and\n"
        "are near cost.\n\nChapter 2 Banks\n\nThey held.",
        [
            ("1", "Chapter 1 Ships"),
            ("1.p1", "Rates on the long routes fell for the whole of the year and\nare near cost."),
            ("2", "Chapter 2 Banks"),
            ("2.p1", "They held."),
        ],
    ),
    "two paragraphs in neighbouring lines": (
        f"一、甲\n\n{SENTENCE}\n{OTHER}\n\n二、乙\n\n{SENTENCE}",
        [("1", "一、甲"), ("1.p1", SENTENCE), ("1.p2", OTHER), ("2", "二、乙"), ("2.p1", SENTENCE)],
    ),
    "the body of a table under its caption": (
        f"一、甲\n\n表1:運價\n海嵐 42\n北汐 18\n合計 60\n\n{SENTENCE}\n\n二、乙\n\n{SENTENCE}",
        [
            ("1", "一、甲"),
            ("table-1", "表1:運價"),
            ("1.h1", "海嵐 42"),
            ("1.h2", "北汐 18"),
            ("1.h3", "合計 60"),
            ("1.p1", SENTENCE),
            ("2", "二、乙"),
            ("2.p1", SENTENCE),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), PLAIN.values(), ids=PLAIN)
def test_plain_text(text: str, expected: list[tuple[str, str]]) -> None:
    assert own_words(text) == expected


MARKDOWN = {
    "title, chapters, items": (
        "# T\n\n## 1. Ships\n\n### 1. Rates\n\nThey fell.\n\n### 2. Orders\n\nNone.\n\n## 2. Banks\n\nThey held.\n",
        [
            ("0", ""),
            ("0.title", "T"),
            ("1", "1. Ships"),
            ("1.1", "1. Rates"),
            ("1.1.p1", "They fell."),
            ("1.2", "2. Orders"),
            ("1.2.p1", "None."),
            ("2", "2. Banks"),
            ("2.p1", "They held."),
        ],
    ),
    "headings without numbers": (
        "# 題\n\n## 航運\n\n跌了。\n\n## 銀行\n\n守住。\n",
        [("0", ""), ("0.title", "題"), ("1", "航運"), ("1.p1", "跌了。"), ("2", "銀行"), ("2.p1", "守住。")],
    ),
    "no title": (
        "## Ships\n\nThey fell.\n\n### Rates\n\nLow.\n",
        [("1", "Ships"), ("1.p1", "They fell."), ("1.1", "Rates"), ("1.1.p1", "Low.")],
    ),
    "nested bullets": (
        "# T\n\n## A\n\n- Lead\n\n  - One.\n  - Two.\n\n- Next\n\n  - Three.\n",
        [
            ("0", ""),
            ("0.title", "T"),
            ("1", "A"),
            ("1.b1", "Lead"),
            ("1.b1.b1", "One."),
            ("1.b1.b2", "Two."),
            ("1.b2", "Next"),
            ("1.b2.b1", "Three."),
        ],
    ),
    "an item with its body in one line beside items with headings": (
        "# T\n\n## A\n\n1. Rates: they fell.\n\n### 2. Orders\n\nNone.\n\n3. Fees: they rose.\n",
        [
            ("0", ""),
            ("0.title", "T"),
            ("1", "A"),
            ("1.1", "1. Rates: they fell."),
            ("1.2", "2. Orders"),
            ("1.2.p1", "None."),
            ("1.3", "3. Fees: they rose."),
        ],
    ),
    "a numbered list inside an item": (
        "# T\n\n## A\n\n### 1. Rates\n\nTwo causes.\n\n1. Ships.\n2. Ports.\n\n### 2. Orders\n\nNone.\n",
        [
            ("0", ""),
            ("0.title", "T"),
            ("1", "A"),
            ("1.1", "1. Rates"),
            ("1.1.p1", "Two causes."),
            ("1.1.b1", "1. Ships."),
            ("1.1.b2", "2. Ports."),
            ("1.2", "2. Orders"),
            ("1.2.p1", "None."),
        ],
    ),
    "sub-heading and caption": (
        "# 題\n\n## 一、甲\n\n三種情形\n\n表1:分析\n\n說完了。\n",
        [
            ("0", ""),
            ("0.title", "題"),
            ("1", "一、甲"),
            ("1.h1", "三種情形"),
            ("table-1", "表1:分析"),
            ("1.p1", "說完了。"),
        ],
    ),
    "front matter": (
        "# T\n\n2025-01-02\n\nAuthor: A Team\n\nFor clients.\n\n## A\n\nText.\n",
        [
            ("0", ""),
            ("0.title", "T"),
            ("0.date", "2025-01-02"),
            ("0.author", "Author: A Team"),
            ("0.p1", "For clients."),
            ("1", "A"),
            ("1.p1", "Text."),
        ],
    ),
    "an empty bullet and an empty heading lead nothing": (
        "# T\n\n## A\n\n-\n\nA paragraph.\n\n##\n\nAnother one.\n",
        [("0", ""), ("0.title", "T"), ("1", "A"), ("1.p1", "A paragraph."), ("1.p2", "Another one.")],
    ),
    "a list item of its own number": (
        "# T\n\n## A\n\n1. 1\n2. 2\n",
        [("0", ""), ("0.title", "T"), ("1", "A"), ("1.1", "1. 1"), ("1.2", "2. 2")],
    ),
    "a code block named like its first word": (
        "# T\n\n## A\n\n```sql\nsql is run.\n```\n",
        [("0", ""), ("0.title", "T"), ("1", "A"), ("1.p1", "sql is run.")],
    ),
    "lines that end in a carriage return alone": (
        "# T\r\r## A\r\rOne.\rTwo.\r",
        [("0", ""), ("0.title", "T"), ("1", "A"), ("1.p1", "One.\rTwo.")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), MARKDOWN.values(), ids=MARKDOWN)
def test_markdown(text: str, expected: list[tuple[str, str]]) -> None:
    assert own_words(text, "markdown") == expected


def test_a_text_without_headings_is_pages_of_paragraphs() -> None:
    assert own_words("Freight fell.\n\nMargins held.") == [
        ("p1", ""),
        ("p1.1", "Freight fell."),
        ("p1.2", "Margins held."),
    ]


@pytest.mark.parametrize(
    ("lines", "left_out"),
    [
        (["相關連結", "鎳價 09-02", "儲能 09-01"], [6, 7, 8]),
        (["Hot tags", "Shipping 1.2K", "Banks 643"], [6, 7, 8]),
        (["分享至"], [6]),
        (["Read more"], [6]),
        (["相關連結", "鎳價 09-02"], []),
    ],
    ids=["run of labels, zh", "run of labels, en", "share", "read more", "two labels are sub-headings"],
)
def test_furniture_between_paragraphs(lines: list[str], left_out: list[int]) -> None:
    head = ["題目一行", "", "一、甲", SENTENCE, ""]
    text = "\n".join([*head, *lines, "", OTHER, "", "二、乙", SENTENCE])
    outline = outline_sections(Document(text, "text"))
    assert list(outline.furniture) == left_out
    words = "".join(text[section.start : section.end] for section in outline.sections)
    assert [line for line in lines if line not in words] == (lines if left_out else [])


@pytest.mark.parametrize("tail", [["訂閱電子報"], ["更多文章", "三張圖", "09-01"]], ids=["one line", "several"])
def test_labels_after_the_last_paragraph_are_furniture(tail: list[str]) -> None:
    text = "\n".join(["一、甲", SENTENCE, "二、乙", SENTENCE, "", *tail])
    assert list(outline_sections(Document(text, "text")).furniture) == [6 + row for row in range(len(tail))]


# Properties

PIECES = [
    *("# ", "## ", "### ", "- ", "  - ", "1. ", "2. ", "3. ", "> ", "```\n", "    ", "\t", "---\n", "===\n"),
    *("\n", "\n\n", "\r\n", "\r", " ", "\u3000", "\f", "一、", "二、", "第1章 ", "Chapter 1 ", "Chapter 2 ", "• "),
    *("表1: 甲", "Figure 2: x", "圖1:", "題目", "一句話。", "two words", "A sentence.", "作者: 某", "2025-01-02"),
    *("| a | b |\n|---|---|\n", "<div>x</div>\n", "&amp;", "[a]: b\n", "0. ", "3. 2026年", "***", "\\"),
]


@settings(max_examples=400)
@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join), format=st.sampled_from(["text", "markdown"]))
def test_any_text_gives_unique_anchors_over_disjoint_words(text: str, format: str) -> None:  # noqa: A002
    sections = outline_sections(Document(text, format)).sections
    anchors = [section.anchor for section in sections]
    assert len(set(anchors)) == len(anchors)
    for section in sections:
        assert section.parent is None or section.parent in anchors[: anchors.index(section.anchor)]
        assert section.first_line == text.count("\n", 0, section.start) + 1
        assert section.first_line <= section.last_line <= text.count("\n") + 1
        assert text[section.start : section.end] == text[section.start : section.end].strip()
    spans = sorted((section.start, section.end) for section in sections if section.start < section.end)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("text", "一、甲\n\n二、乙\n\n" + "一句話說了很多事情,也說了很多別的事情和其他的事情。\n\n" * 10_000),
        ("text", "一、甲\n\n二、乙\n\n" + "一行寫到滿為止,說了很多事情,也說了很多別的事情和其他的事\n" * 10_000),
        ("markdown", "# T\n\n" + "## A\n\nA sentence.\n\n" * 10_000),
    ],
    ids=["paragraphs", "wrapped lines", "headings"],
)
def test_a_long_document_takes_seconds(format: str, text: str) -> None:  # noqa: A002
    started = time.process_time()
    outline_sections(Document(text, format))
    assert time.process_time() - started < 5  # 0.3 s each here; quadratic growth took 15 s and more


@pytest.mark.parametrize("text", ["1. 票價上漲8%。", "2. Fares rose. Freight did too."])
def test_a_numbered_sentence_is_called_by_its_words(text: str) -> None:
    assert section_title(text, "paragraph") == text.split("。")[0].split(". Freight")[0]
