"""What is said of words that were read from pictures says where in the text they stand; before, it named their page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_EDITIONS = sa.table(
    "edition",
    sa.column("key", sa.String),
    sa.column("text", sa.Text),
    *(sa.column(name, sa.JSON) for name in ("pages", "losses")),
)


def upgrade() -> None:
    bind = op.get_bind()
    for key, losses in bind.execute(sa.select(_EDITIONS.c.key, _EDITIONS.c.losses)).all():
        if all(loss["kind"] != "read-by-ocr" for loss in losses):
            continue
        mine = _EDITIONS.c.key == key
        text, pages = bind.execute(sa.select(_EDITIONS.c.text, _EDITIONS.c.pages).where(mine)).one()
        placed = list(_placed(losses, pages, len(text)))
        bind.execute(sa.update(_EDITIONS).where(mine).values(losses=placed))


def _placed(
    losses: Sequence[Mapping[str, Any]], pages: Sequence[Mapping[str, Any]], length: int
) -> Iterator[Mapping[str, Any]]:
    for loss in losses:
        if loss["kind"] != "read-by-ocr":
            yield loss
            continue
        for page, after in pairwise([*pages, {"start": length}]):
            if page["label"] == loss["page"]:
                yield {**loss, "start": page["start"], "end": after["start"]}
