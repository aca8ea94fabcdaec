"""Talking points as a model writes them: a line each, resting on the passages that its marks name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import prompts
from chat.context import LANGUAGE_NAMES, NOT_IN_DOCUMENTS, Numbered, plain, tagged
from chat.model import Message
from chat.model_writer import NotCovered, read_statements
from chat.points import AUDIENCES, Order, Point
from chat.sentences import THOUGHT
from chat.verify import DraftStatement
from ingest.document import Language
from vectorstore.words import fold

RISKS = "RISKS"
"""The line between points and risks; in the prompt, here and in the tests."""

SENTENCES = 2
"""Of a point, at most."""

_RISKS = re.compile(rf"\W*{RISKS}\W*", re.IGNORECASE)
_SAID_BY = {
    "client": "a client of a bank who knows the words of finance but not the report",
    "sales": "salespeople who speak to clients and need figures that they can say",
    "research": "researchers who want figures, terms, conditions and sources",
}


def points_prompt(order: Order, language: Language, passages: Sequence[Numbered]) -> tuple[Message, ...]:
    """What the model is told and shown."""
    system, user = prompts.prompt(
        "points",
        count=str(order.count),
        language=LANGUAGE_NAMES[language],
        audience=_SAID_BY[order.audience] if order.audience in AUDIENCES else plain(order.audience),
        marker=NOT_IN_DOCUMENTS,
        risks=RISKS,
        passages=tagged(passages),
        topic=plain(order.topic),
    )
    return Message("system", system), Message("user", user)


def is_not_covered(reply: str) -> bool:
    """Whether the model says that the passages do not speak of the topic."""
    return bool(re.search(NOT_IN_DOCUMENTS.replace("_", "[_ ]"), reply, re.IGNORECASE))


def read_points(
    reply: str, passages: Sequence[Numbered], language: Language
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The points and the risks of a reply; nothing of them has been checked."""
    parts: tuple[list[Point], list[Point]] = ([], [])
    said: set[str] = set()
    risks = False
    for line in THOUGHT.sub("", reply).splitlines():
        if _RISKS.fullmatch(line):
            risks = True
            continue
        point = _point(line, passages, language)
        if point is not None and fold(point.text) not in said:
            said.add(fold(point.text))
            parts[risks].append(point)
    return tuple(parts[0]), tuple(parts[1])


def _point(line: str, passages: Sequence[Numbered], language: Language) -> Point | None:
    statements = list(_statements(line, passages, language))
    if not 1 <= len(statements) <= SENTENCES:
        return None
    text = (" " if language == "en" else "").join(statement.text for statement in statements)
    spans = dict.fromkeys(span for statement in statements for span in statement.spans)
    return Point(text, tuple(spans), quoted=False)


def _statements(line: str, passages: Sequence[Numbered], language: Language) -> Iterator[DraftStatement]:
    for statement in read_statements([line], passages, language):
        if not isinstance(statement, NotCovered):
            yield statement
