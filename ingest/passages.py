"""Sections become passages short enough for the embedding model, and passages sentences, with exact offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.document import Outline, Passage

MAX_WIDTH = 420
"""Widest passage in Chinese characters, about 400 tokens of multilingual-e5: above it the engine slows down and
its trained length (512) nears. Latin letters count 0.3."""

_ABBREVIATION = re.compile(r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Inc|Ltd|Co|Corp|No|Fig|vs|e\.g|i\.e|U\.S|U\.K|approx|est))\.$")
_NUMBER = re.compile(r"\s*\d+\s*")
_BREAK = re.compile(r"[。！？!?]+[\"'”’」』）)】]*|\.[\"'”’)]*(?=\s)|\n\s*\n")


def cut_passages(text: str, outline: Outline) -> list[Passage]:
    """The passages of an edition in reading order, one for each section with words of its own."""
    passages = []
    for section in outline.sections:
        if section.start == section.end:
            continue
        for part, (start, end) in enumerate(_parts(text, section.start, section.end)):
            passages.append(Passage(section.anchor, part, start, end, text[start:end]))
    return passages


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, in order; together they hold every word of the text."""
    spans, start = [], 0
    for match in _BREAK.finditer(text):
        if ends_abbreviation(text, start, match.start()):
            continue
        spans.append(_trim(text, start, match.end()))
        start = match.end()
    spans.append(_trim(text, start, len(text)))
    return [span for span in spans if span[0] < span[1]]


def ends_as_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, or introduces what follows; quotation marks and brackets aside."""
    return text.rstrip("\"'」』”’)） ").endswith(tuple("。！？.!?:：;；"))


def ends_abbreviation(text: str, start: int, dot: int) -> bool:
    """Whether the full stop at `dot` ends a word (Inc., U.S.) or a list's number, not the sentence from `start`."""
    if text[dot] != ".":
        return False
    abbreviated = _ABBREVIATION.search(text, max(start, dot - 8), dot + 1)
    return abbreviated is not None or _NUMBER.fullmatch(text, start, dot) is not None


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Whole sentences up to the width; a sentence wider than that is cut at its commas, else anywhere."""
    opened: int | None = None
    closed = start
    for first, last in sentence_spans(text[start:end]):
        for begin, stop in _pieces(text, start + first, start + last):
            if opened is not None and stop - opened > MAX_WIDTH and width(text[opened:stop]) > MAX_WIDTH:
                yield opened, closed
                opened = None
            opened, closed = (begin if opened is None else opened), stop
    if opened is not None:
        yield opened, closed


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while (limit := _limit(text, start, end)) < end:
        commas = [match.end() for match in re.finditer(r"[，,、；;]|\s", text[start:limit])]
        stop = start + commas[-1] if commas and commas[-1] > (limit - start) // 2 else limit
        yield _trim(text, start, stop)
        start = stop
    if text[start:end].strip():
        yield _trim(text, start, end)


def _limit(text: str, start: int, end: int) -> int:
    """Where the longest piece from `start` ends that is no wider than a passage may be."""
    if end - start <= MAX_WIDTH:  # no letter counts more than one
        return end
    wide = 0
    for place in range(start, end):
        wide += ord(text[place]) > 0x2E7F
        if wide + 0.3 * (place + 1 - start - wide) > MAX_WIDTH:
            return place
    return end


def width(text: str) -> float:
    """Length in Chinese characters, a Latin letter counting 0.3, as the tokenizer of multilingual-e5 does roughly."""
    wide = sum(ord(character) > 0x2E7F for character in text)
    return wide + 0.3 * (len(text) - wide)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
