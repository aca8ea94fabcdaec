"""All that came before databases carried the number of their schema: roles, losses, conversations, tokens spent.

A database without a number may be of any day of that time, so each step is taken only where it is lacking.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    found = sa.inspect(op.get_bind())
    tables = set(found.get_table_names())
    for table, column in (
        ("work", sa.Column("role", sa.String, nullable=False, server_default="document")),
        ("edition", sa.Column("losses", sa.JSON, nullable=False, server_default="[]")),
        ("edition", sa.Column("source", sa.String, nullable=False, server_default="")),
    ):
        if column.name not in {known["name"] for known in found.get_columns(table)}:
            op.add_column(table, column)
    for name, create in (
        ("conversation", _conversations),
        ("turn", _turns),
        ("feedback", _feedback),
        ("tokens_spent", _tokens_spent),
    ):
        if name not in tables:
            create()


def _conversations() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False, index=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "folded_title")),
        sa.Column("works", sa.JSON, nullable=False),
        sa.Column("changed", sa.DateTime, nullable=False),
    )


def _turns() -> None:
    op.create_table(
        "turn",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False, index=True),
        sa.Column("conversation", sa.String, sa.ForeignKey("conversation.id"), nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        *(sa.Column(name, sa.JSON) for name in ("answer", "refusal")),
        sa.Column("follow_ups", sa.JSON, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("saved", sa.DateTime, nullable=False),
        sa.UniqueConstraint("conversation", "position"),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("turn", sa.String, sa.ForeignKey("turn.id"), primary_key=True),
        sa.Column("owner", sa.String, nullable=False, index=True),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("given", sa.DateTime, nullable=False),
    )


def _tokens_spent() -> None:
    op.create_table(
        "tokens_spent",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("user", sa.String, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("read", "written")),
    )
