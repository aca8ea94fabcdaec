"""The tables of the catalogue: works, editions with their sections and passages, embeddings, builds, the live one."""

from __future__ import annotations

import sqlalchemy as sa

from vectorstore.catalogue_database import Exact

META = sa.MetaData()
NOBODY = "-"
"""Whose alone a work is whose owner is forgotten: no person is called so."""

WORKS = sa.Table(
    "work",
    META,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("titles", sa.JSON, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("date", sa.Date),
    sa.Column("themes", sa.JSON, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("private_to", sa.String, nullable=False, server_default=""),
)
EDITIONS = sa.Table(
    "edition",
    META,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("work", sa.ForeignKey("work.id"), nullable=False),
    sa.Column("lang", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("format", sa.String, nullable=False),
    sa.Column("text", Exact, nullable=False),
    sa.Column("pages", sa.JSON, nullable=False),
    sa.Column("furniture", sa.JSON, nullable=False),
    sa.Column("losses", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("source", sa.String, nullable=False, server_default=""),
    sa.Column("size", sa.Integer, nullable=False, server_default="0"),
    sa.Column("added_by", sa.String, nullable=False, server_default=""),
)
SECTIONS = sa.Table(
    "section",
    META,
    sa.Column("edition", sa.ForeignKey("edition.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.String, nullable=False) for name in ("anchor", "kind")),
    sa.Column("parent", sa.String),
    sa.Column("title", Exact, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("first_line", "last_line", "start", "end")),
)
PASSAGES = sa.Table(
    "passage",
    META,
    sa.Column("edition", sa.ForeignKey("edition.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("anchor", sa.String, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("part", "start", "end")),
)
EMBEDDINGS = sa.Table(
    "embedding",
    META,
    sa.Column("model", sa.String, primary_key=True),
    sa.Column("text_digest", sa.String, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)
BUILDS = sa.Table(
    "build",
    META,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("created", sa.DateTime, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("fingerprint", sa.String, nullable=False),
)
MEMBERS = sa.Table(
    "build_edition",
    META,
    sa.Column("build", sa.ForeignKey("build.id"), primary_key=True),
    sa.Column("edition", sa.ForeignKey("edition.key"), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
)
LIVE = sa.Table(
    "live",
    META,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
    sa.Column("build", sa.ForeignKey("build.id"), nullable=False),
)
