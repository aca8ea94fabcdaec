"""The first schema, of 22 November 2026: works, editions with sections and passages, embeddings, builds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "work",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("titles", sa.JSON, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("date", sa.Date),
        sa.Column("themes", sa.JSON, nullable=False),
    )
    op.create_table(
        "edition",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("work", sa.String, sa.ForeignKey("work.id"), nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("lang", "kind", "file", "format")),
        sa.Column("text", sa.Text, nullable=False),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("pages", "furniture")),
    )
    op.create_table(
        "section",
        sa.Column("edition", sa.String, sa.ForeignKey("edition.key"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("anchor", "kind")),
        sa.Column("parent", sa.String),
        sa.Column("title", sa.Text, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("first_line", "last_line", "start", "end")),
    )
    op.create_table(
        "passage",
        sa.Column("edition", sa.String, sa.ForeignKey("edition.key"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("anchor", sa.String, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("part", "start", "end")),
    )
    op.create_table(
        "embedding",
        *(sa.Column(name, sa.String, primary_key=True) for name in ("model", "text_digest")),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "build",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("created", sa.DateTime, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("model", "fingerprint")),
    )
    op.create_table(
        "build_edition",
        sa.Column("build", sa.String, sa.ForeignKey("build.id"), primary_key=True),
        sa.Column("edition", sa.String, sa.ForeignKey("edition.key"), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "live",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
        sa.Column("build", sa.String, sa.ForeignKey("build.id"), nullable=False),
    )
