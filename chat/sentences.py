"""A reply, piece by piece, into sentences: each is given out when it is complete and what follows has begun.

A citation mark behind the full stop belongs to the sentence before it; a line is at least one sentence; list marks,
emphasis and what a model thinks aloud (<think> … </think>) are no part of any.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from chat.marks import MARK
from ingest.passages import ends_abbreviation

_END = re.compile(
    r"\n|(?:[。！？!?]+|\.(?=[\s\"'”’)\[【［〔]))[\"'”’」』）)]*"
    rf"(?:\s*{MARK.pattern})*"
)
_OPENS_MARK = re.compile(r"[ \t]*[\[【［〔][^\]】］〕\n]{0,60}$")
_BULLET = re.compile(r"^\s*(?:[-*•·–—]\s+|#{1,6}\s+|>\s+|\d{1,2}[.)、）]\s*(?=\D)|[(（]\d{1,2}[)）]\s*)+")
_EMPHASIS = re.compile(r"\*\*|__|`|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])")
THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>\s*|\Z)", re.DOTALL)
_MAY_OPENTHOUGHT = re.compile(r"<(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the model wrote it, marks included; `opens` says that a new line of the reply begins with it."""

    text: str
    opens: bool


class Sentences:
    """Takes pieces, gives sentences."""

    def __init__(self) -> None:
        self._raw = ""
        self._taken = 0
        self._opens = True

    def add(self, piece: str) -> Iterator[Sentence]:
        """The sentences that a piece completes."""
        self._raw += piece
        yield from self._complete(THOUGHT.sub("", self._raw), last=False)

    def end(self) -> Iterator[Sentence]:
        """What is left when the reply is whole."""
        yield from self._complete(THOUGHT.sub("", self._raw), last=True)

    def _complete(self, text: str, *, last: bool) -> Iterator[Sentence]:
        if not last and (opening := _MAY_OPENTHOUGHT.search(text)):
            text = text[: opening.start()]
        start = at = self._taken
        while match := _END.search(text, at):
            at = match.end()
            if match[0] != "\n":
                rest = text[at:]
                if not last and (not rest.strip(" \t") or _OPENS_MARK.fullmatch(rest)):
                    break
                if ends_abbreviation(text, start, match.start()):
                    continue
            yield from self._cut(text[start:at])
            self._opens = self._opens or "\n" in match[0]
            start = self._taken = at
        if last and start < len(text):
            self._taken = len(text)
            yield from self._cut(text[start:])

    def _cut(self, text: str) -> Iterator[Sentence]:
        plain = _EMPHASIS.sub("", _BULLET.sub("", _visible(text))).strip()
        if plain:
            yield Sentence(plain, self._opens)
            self._opens = False


def _visible(text: str) -> str:
    """Without control, format and private characters, which show nothing or turn text around."""
    return "".join(c for c in text if c in "\t " or unicodedata.category(c)[0] != "C")
