"""Sign-ins that were ended before their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "ended_sign_in",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("until", sa.DateTime, nullable=False),
    )
