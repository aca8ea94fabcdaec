"""Statements from a model's reply: its sentences, each resting on the passages that its marks name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chat.context import NOT_IN_DOCUMENTS, Numbered
from chat.marks import Marked, read_marks
from chat.model_failure import ModelFailure
from chat.sentences import Sentences
from chat.verify import DraftStatement
from ingest.document import Language
from vectorstore.words import chinese_script, fold, to_simplified, to_traditional

MAX_STATEMENTS = 60
"""Of one reply. The longest list of an answer has a dozen; more is a model that does not stop."""

_MARKER = re.compile(NOT_IN_DOCUMENTS.replace("_", "[_ ]"), re.IGNORECASE)
_QUOTATION = re.compile(r"([「『“\"《][^「」『』“”\"《》]*[」』”\"》])")


@dataclass(frozen=True, slots=True)
class NotCovered:
    """The model says that the passages do not answer, or not all of the question."""


def read_statements(
    pieces: Iterable[str], passages: Sequence[Numbered], language: Language
) -> Iterator[DraftStatement | NotCovered]:
    """The statements of a reply, each as soon as it is complete; nothing of them has been checked.

    A sentence without a mark rests on what the next one of its line cites, else on what the last one cited.
    Raises what the pieces raise, and ModelFailure for a reply without end.
    """
    waiting: list[str] = []
    before: tuple[int, ...] = ()
    said: set[str] = set()
    for text, opens in _sentences(pieces):
        if opens:
            yield from _drafts(waiting, before, passages, language)
            waiting, before = [], ()
        if _MARKER.search(text):
            yield NotCovered()
            text = _MARKER.sub("", text)
        found = read_marks(text, len(passages))
        if not _says_something(found) or fold(found.text) in said:
            continue
        said.add(fold(found.text))
        if len(said) > MAX_STATEMENTS:
            raise ModelFailure("length")
        waiting.append(found.text)
        if found.marked:
            *unmarked, _ = waiting
            yield from _drafts(unmarked, found.numbers, passages, language)
            yield from _drafts([found.text], found.numbers, passages, language)
            waiting, before = [], found.numbers
    yield from _drafts(waiting, before, passages, language)


def _sentences(pieces: Iterable[str]) -> Iterator[tuple[str, bool]]:
    sentences = Sentences()
    for piece in pieces:
        yield from ((sentence.text, sentence.opens) for sentence in sentences.add(piece))
    yield from ((sentence.text, sentence.opens) for sentence in sentences.end())


def _says_something(found: Marked) -> bool:
    return any(character.isalnum() for character in found.text)


def _drafts(
    texts: Sequence[str], numbers: Sequence[int], passages: Sequence[Numbered], language: Language
) -> Iterator[DraftStatement]:
    for text in texts:
        shown = in_script(text, language)
        yield DraftStatement(shown, tuple(passages[n - 1].span_for(text) for n in numbers), quoted=False)


def in_script(text: str, language: Language) -> str:
    """A Chinese text in the reader's script, quoted words aside: they stay as they are written."""
    if language == "en" or chinese_script(text) in (None, language):
        return text
    convert = to_simplified if language == "zh-Hans" else to_traditional
    return "".join(part if n % 2 else convert(part) for n, part in enumerate(_QUOTATION.split(text)))
