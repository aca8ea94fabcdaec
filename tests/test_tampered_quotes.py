"""Quotes that a model tampered with (V3): none is accepted; the same words in another script, width or line are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chat.evidence import plain_evidence, section_evidence
from chat.support import _quote_problems
from ingest.document import BODIES, Edition
from ingest.passages import sentence_spans
from vectorstore.library import Shelf
from vectorstore.words import to_simplified

pytestmark = pytest.mark.case("V3")

Quoted = tuple[str, Edition, str]
"""Words, and the edition and anchor that they stand at."""


@pytest.fixture(scope="module")
def quotes(second_report: Shelf) -> list[Quoted]:
    """Sentences without quotation marks of their own, as long as a quote may be."""
    found = []
    for edition in second_report.editions.values():
        for section in edition.outline.sections:
            if section.kind in BODIES:
                text = edition.document.text[section.start : section.end]
                for start, end in sentence_spans(text):
                    words = text[start:end].strip(" .。\n•-*#")
                    if 12 <= len(words) <= 180 and not set(words) & set('「」『』“”"《》'):
                        found.append((words, edition, section.anchor))
    return found


def accepted(words: str, edition: Edition, anchor: str) -> bool:
    """By the check of quoted words alone: the others look at all that a sentence says, and take their time."""
    mark = "「{}」" if edition.lang != "en" else "“{}”"
    return not list(_quote_problems(mark.format(words), section_evidence(anchor, [edition])))


def tampered(quotes: list[Quoted]) -> Iterator[tuple[str, Quoted]]:
    for n, (words, edition, anchor) in enumerate(quotes):
        middle = len(words) // 2
        other = next(w for w, e, a in quotes[n + 2 :] + quotes if e is edition and w != words and a != anchor)
        at = next((i for i, c in enumerate(words) if c.isdigit()), None)
        yield (
            "a letter changed",
            (f"{words[:middle]}{'丙' if edition.lang != 'en' else 'q'}{words[middle + 1 :]}", edition, anchor),
        )
        yield "a letter left out", (words[: middle - 1] + words[middle + 1 :], edition, anchor)
        yield "two quotes joined", (f"{words[:middle]}{other[len(other) // 2 :]}", edition, anchor)
        yield "halves in another order", (f"{words[middle:]}{words[:middle]}", edition, anchor)
        if at is not None:
            yield "a digit changed", (f"{words[:at]}{(int(words[at]) + 1) % 10}{words[at + 1 :]}", edition, anchor)


def equal(quotes: list[Quoted]) -> Iterator[tuple[str, Quoted]]:
    wide = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}
    marks = str.maketrans(",;:!?()", "，；：！？（）")
    for words, edition, anchor in quotes:
        middle = len(words) // 2
        yield "as it stands", (words, edition, anchor)
        yield "wide digits", (words.translate(wide), edition, anchor)
        yield "a stop at its end", (f"{words}{'。' if edition.lang != 'en' else '.'}", edition, anchor)
        if edition.lang != "en":
            yield "simplified", (to_simplified(words), edition, anchor)
            yield "wide marks", (words.translate(marks), edition, anchor)
            yield "a line's end within", (f"{words[:middle]}\n{words[middle:]}", edition, anchor)
        else:
            yield "a line's end for a space", (words.replace(" ", "\n", 1), edition, anchor)


def test_no_tampered_quote_is_accepted(quotes: list[Quoted], record_property: Callable[[str, object], None]) -> None:
    tried = list(tampered(quotes))
    taken = [(how, one[0]) for how, one in tried if accepted(*one)]
    record_property("tried", len(tried))
    record_property("held", len(tried) - len(taken))
    assert len(tried) >= 300
    assert taken == []


def test_equal_quotes_are_accepted(quotes: list[Quoted], record_property: Callable[[str, object], None]) -> None:
    tried = list(equal(quotes))
    missed = [(how, one[0]) for how, one in tried if not accepted(*one)]
    record_property("tried", len(tried))
    record_property("held", len(tried) - len(missed))
    assert len(tried) - len(missed) >= 0.99 * len(tried), missed[:5]


CELLS = "| Route | 2024 | 2025 |\n|---|---|---|\n| North quay | 410 | 260 |\n"


@pytest.mark.parametrize(("words", "holds"), [("410 | 260", True), ("260 | 410", False), ("North quay | 260", False)])
def test_cells_are_quoted_in_their_order(words: str, holds: bool) -> None:
    assert (not list(_quote_problems(f"“{words}”", [plain_evidence(CELLS)]))) is holds
