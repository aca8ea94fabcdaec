"""The tables of conversations, turns and feedback, and what their rows say."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from chat.answer import Answer
from chat.conversation import Conversation, Exchange, Feedback
from ingest.document import Refusal

META = sa.MetaData()
CONVERSATIONS = sa.Table(
    "conversation",
    META,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("folded_title", sa.Text, nullable=False),
    sa.Column("works", sa.JSON, nullable=False),
    sa.Column("changed", sa.DateTime, nullable=False),
)
TURNS = sa.Table(
    "turn",
    META,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("conversation", sa.ForeignKey("conversation.id"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("answer", sa.JSON),
    sa.Column("refusal", sa.JSON),
    sa.Column("follow_ups", sa.JSON, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("saved", sa.DateTime, nullable=False),
    sa.UniqueConstraint("conversation", "position"),
)
FEEDBACK = sa.Table(
    "feedback",
    META,
    sa.Column("turn", sa.ForeignKey("turn.id"), primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("verdict", sa.String, nullable=False),
    sa.Column("reason", sa.String),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("given", sa.DateTime, nullable=False),
)


def conversation_of(row: sa.Row[Any]) -> Conversation:
    return Conversation(row.id, row.title, tuple(row.works), row.changed)


def exchange_of(row: sa.Row[Any]) -> Exchange:
    return Exchange(
        row.id,
        row.position,
        row.question,
        row.state,
        answer_adapter().validate_python(row.answer) if row.answer else None,
        Refusal(row.refusal["key"], **row.refusal["values"]) if row.refusal else None,
        tuple(row.follow_ups),
        Feedback(row.verdict, row.reason, row.note) if row.verdict else None,
        row.saved,
    )


def answer_row(answer: Answer | None) -> dict[str, Any]:
    """An answer as JSON; of none, nothing."""
    found: dict[str, Any] = answer_adapter().dump_python(answer, mode="json") if answer else {}
    return found


@cache
def answer_adapter() -> Any:
    """To and from JSON; fields that a later version adds get their defaults."""
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
