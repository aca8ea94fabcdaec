"""Works that are their owner's alone; those that were there before are everyone's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("work", sa.Column("private_to", sa.String, nullable=False, server_default=""))
