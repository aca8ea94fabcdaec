"""What may be shown as verified, and what not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chat.answer import Statement
from chat.span import Span, span_problem
from chat.verify import Draft, DraftStatement, compose, is_quotation
from ingest.document import Document, Edition
from ingest.outline import outline_sections

TEXT = (
    "某報告\n\n一、市場\n\n  • 成交量:日均交易量從約90億美元跌至17.8億美元,跌幅達80%。\n\n"
    '二、展望\n\n預計下半年"謹慎"回升。\n'
)
DOCUMENT = Document(TEXT, "text")
EDITION = Edition("demo", "zh-Hant", "original", "demo.txt", DOCUMENT, outline_sections(DOCUMENT))


def span_of(words: str, anchor: str) -> Span:
    start = TEXT.index(words)
    return Span(EDITION, anchor, start, start + len(words), words)


GOOD = span_of("日均交易量從約90億美元跌至17.8億美元", "1.b1")


@pytest.mark.case("V3")
@pytest.mark.parametrize(
    ("span", "problem"),
    [
        (GOOD, ""),
        (replace(GOOD, quote=GOOD.quote.replace("17.8", "17.9")), "not-verbatim"),
        (replace(GOOD, start=GOOD.start + 1, end=GOOD.end + 1), "not-verbatim"),
        (replace(GOOD, quote=GOOD.quote.replace("億", "亿")), "not-verbatim"),
        (replace(GOOD, anchor="2.p1"), "outside-section"),
        (replace(GOOD, anchor="9.p9"), "unknown-section"),
        (replace(GOOD, start=GOOD.end, end=GOOD.end, quote=""), "outside-section"),
    ],
    ids=["verbatim", "changed digit", "shifted", "other script", "other section", "no such section", "empty"],
)
def test_a_span_is_a_source_only_where_its_words_stand(span: Span, problem: str) -> None:
    assert span_problem(span) == problem


@pytest.mark.case("V3")
@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("日均交易量從約90億美元跌至17.8億美元", True),
        ("日均交易量从约90亿美元跌至17.8亿美元", True),
        ("日均交易量從約 90億美元\n跌至17.8億美元", True),
        ("日均交易量從約90億美元跌至17.8億美金", False),
        ("日均交易量從90億美元跌至17.8億美元", False),
        ("日均交易量從約90億美元跌至17.8億美元,跌幅達80%", False),
    ],
    ids=["same", "simplified", "white space", "other word", "hedge dropped", "more than quoted"],
)
def test_a_quotation_is_nothing_but_its_quotes(text: str, same: bool) -> None:
    assert is_quotation(text, [GOOD.quote]) is same


class _Build:
    editions = {EDITION.key: EDITION}  # noqa: RUF012


def test_citations_are_numbered_by_first_use_and_hold_their_quote() -> None:
    from chat.verify import verify

    second = span_of('預計下半年"謹慎"回升。', "2.p1")
    statements = (
        DraftStatement(second.quote, (second,)),
        DraftStatement(GOOD.quote, (GOOD,)),
        DraftStatement(second.quote, (second,)),
    )
    answer = verify(Draft("?", "zh-Hant", "answered", statements), _Build())  # type: ignore[arg-type]
    assert [s.citations for s in answer.statements] == [(1,), (2,), (1,)]
    assert [c.number for c in answer.citations] == [1, 2]
    assert all(TEXT[c.start : c.end] == c.quote for c in answer.citations)
    assert all(s.status == "verified" for s in answer.statements)


def test_a_statement_whose_span_fails_is_unverified_and_loses_the_citation() -> None:
    from chat.verify import verify

    forged = replace(GOOD, quote=GOOD.quote.replace("80", "72").replace("90億", "95億"))
    answer = verify(Draft("?", "zh-Hant", "answered", (DraftStatement(forged.quote, (forged,)),)), _Build())  # type: ignore[arg-type]
    assert answer.statements[0].status == "unverified"
    assert answer.statements[0].problems
    assert answer.statements[0].citations == ()
    assert answer.citations == ()


def test_a_statement_without_a_source_is_unverified() -> None:
    from chat.verify import verify

    answer = verify(Draft("?", "en", "answered", (DraftStatement("It will rise.", ()),)), _Build())  # type: ignore[arg-type]
    assert answer.statements[0].problems == ("no-citation",)


def test_plain_text_carries_the_numbers() -> None:
    assert compose("Note.", [Statement("A.", (1, 2)), Statement("B.", ())]) == "Note.\nA. [1][2]\nB."
