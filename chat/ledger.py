"""Tokens spent, by day and user, in the catalogue's database, and the budgets that they count against."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from chat.model import Tokens
from vectorstore.catalogue import Catalogue
from vectorstore.catalogue_database import one_at_a_time

META = sa.MetaData()
SPENT = sa.Table(
    "tokens_spent",
    META,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("user", sa.String, primary_key=True),
    sa.Column("read", sa.BigInteger, nullable=False),
    sa.Column("written", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Tokens set aside for an answer that is being written."""

    day: datetime.date
    user: str
    tokens: Tokens


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


class Ledger:
    """Counts what each user and all together spend in a day (UTC); a budget of 0 is none.

    An answer is paid for before it is written, and settled when it is done: users who ask at once cannot go beyond a
    budget together by more than the last request of each budget (TESTS R2).
    """

    def __init__(
        self, catalogue: Catalogue, per_user: int = 0, per_day: int = 0, today: Callable[[], datetime.date] = _today
    ) -> None:
        self._engine = catalogue.engine
        self._per_user = per_user
        self._per_day = per_day
        self._today = today

    def reserve(self, user: str, tokens: Tokens) -> Reservation | None:
        """Sets tokens aside, or gives None where a budget is spent."""
        day = self._today()
        with self._engine.begin() as connection:
            one_at_a_time(connection)
            self._add(connection, day, user, tokens)
            mine, all_ = self._sums(connection, day, user)
            over_mine = self._per_user and mine - tokens.total >= self._per_user
            if over_mine or (self._per_day and all_ - tokens.total >= self._per_day):
                self._add(connection, day, user, Tokens(-tokens.read, -tokens.written))
                return None
        return Reservation(day, user, tokens)

    def settle(self, reservation: Reservation, used: Tokens) -> None:
        """Puts what was used in the place of what was set aside."""
        rest = Tokens(used.read - reservation.tokens.read, used.written - reservation.tokens.written)
        with self._engine.begin() as connection:
            self._add(connection, reservation.day, reservation.user, rest)

    def spent(self, user: str | None = None) -> Tokens:
        """What a user, or all together, have spent today."""
        statement = sa.select(sa.func.sum(SPENT.c.read), sa.func.sum(SPENT.c.written)).where(
            SPENT.c.day == self._today()
        )
        if user is not None:
            statement = statement.where(SPENT.c.user == user)
        with self._engine.connect() as connection:
            read, written = connection.execute(statement).one()
        return Tokens(int(read or 0), int(written or 0))

    def _sums(self, connection: sa.Connection, day: datetime.date, user: str) -> tuple[int, int]:
        total = sa.func.sum(SPENT.c.read + SPENT.c.written)
        mine = sa.func.sum(sa.case((SPENT.c.user == user, SPENT.c.read + SPENT.c.written), else_=0))
        row = connection.execute(sa.select(mine, total).where(SPENT.c.day == day)).one()
        return int(row[0] or 0), int(row[1] or 0)

    def _add(self, connection: sa.Connection, day: datetime.date, user: str, tokens: Tokens) -> None:
        added = {"read": SPENT.c.read + tokens.read, "written": SPENT.c.written + tokens.written}
        mine = sa.and_(SPENT.c.day == day, SPENT.c.user == user)
        if connection.execute(sa.update(SPENT).where(mine).values(added)).rowcount:
            return
        try:
            with connection.begin_nested():
                row = {"day": day, "user": user, "read": tokens.read, "written": tokens.written}
                connection.execute(sa.insert(SPENT).values(row))
        except sa.exc.IntegrityError:  # another request of the same user came first
            connection.execute(sa.update(SPENT).where(mine).values(added))
