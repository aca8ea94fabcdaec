"""Sign-ins that were ended before their time, in the catalogue's database, where every process sees them."""

from __future__ import annotations

import datetime

import sqlalchemy as sa

from vectorstore.catalogue_database import open_database

META = sa.MetaData()
_ended = sa.Table(
    "ended_sign_in",
    META,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("until", sa.DateTime, nullable=False),
)
"""`until`: when it would have ended by itself; after that its row says nothing any more."""


class EndedSignIns:
    """Ended sign-ins by their digests; the rows say nothing of who signed in."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def close(self) -> None:
        self._engine.dispose()

    def has(self, sign_in: str) -> bool:
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(_ended.c.id).where(_ended.c.id == sign_in)) is not None

    def add(self, sign_in: str, seconds: float) -> None:
        """Keeps it for as long as the sign-in could have lasted, and forgets those that are past that."""
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_ended).where(sa.or_(_ended.c.until < now, _ended.c.id == sign_in)))
            until = now + datetime.timedelta(seconds=seconds)
            connection.execute(sa.insert(_ended).values(id=sign_in, until=until))
