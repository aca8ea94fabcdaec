"""How large an edition's file is and who published it; what was there before counts by its text, and for nobody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_EDITIONS = sa.table("edition", sa.column("text", sa.Text), sa.column("size", sa.Integer))


def upgrade() -> None:
    op.add_column("edition", sa.Column("size", sa.Integer, nullable=False, server_default="0"))
    op.add_column("edition", sa.Column("added_by", sa.String, nullable=False, server_default=""))
    op.execute(sa.update(_EDITIONS).values(size=sa.func.length(_EDITIONS.c.text)))
