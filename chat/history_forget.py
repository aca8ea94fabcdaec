"""Everything of one person taken out of the database, so that no byte of it is left in its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chat.history_rows import CONVERSATIONS, FEEDBACK, TURNS
from chat.ledger import SPENT
from ingest.document import Refusal
from vectorstore.catalogue_database import open_database
from vectorstore.catalogue_tables import EDITIONS, NOBODY, WORKS
from vectorstore.catalogue_tables import META as LIBRARY


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much there was."""

    conversations: int
    turns: int
    feedback: int


def owners(url: str) -> list[tuple[str, int]]:
    """Who has conversations, and how many."""
    engine = open_database(url)
    query = sa.select(CONVERSATIONS.c.owner, sa.func.count()).group_by(CONVERSATIONS.c.owner)
    with engine.connect() as connection:
        found = [(owner, count) for owner, count in connection.execute(query.order_by(CONVERSATIONS.c.owner))]
    engine.dispose()
    return found


def forget(url: str, owner: str, works: Sequence[str] = ()) -> Forgotten:
    """Erases an owner's conversations, answers, feedback, counts of tokens and name beside what they published, and
    overwrites where they stood.

    `works`: what was the owner's alone and is erased; a row without the owner's name stays of those that answers to
    others quote from when they were everyone's, so that these stay withheld.

    Raises Refusal where another process keeps old pages of the database: then the rows are gone, the bytes not yet.
    """
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
                connection.commit()
            with connection.begin():
                counts = [
                    connection.execute(sa.delete(table).where(of_whom == owner)).rowcount
                    for table, of_whom in (
                        (FEEDBACK, FEEDBACK.c.owner),
                        (TURNS, TURNS.c.owner),
                        (CONVERSATIONS, CONVERSATIONS.c.owner),
                        (SPENT, SPENT.c.user),
                    )
                ]
                for work in works:
                    _disown(connection, work)
                published = sa.update(EDITIONS).where(EDITIONS.c.added_by == owner)
                connection.execute(published.values(added_by=""))
        _overwrite(engine)
    finally:
        engine.dispose()
    return Forgotten(counts[2], counts[1], counts[0])


def _disown(connection: sa.Connection, work: str) -> None:
    named = sa.cast(TURNS.c.answer, sa.Text).contains(work, autoescape=True)
    quoted = connection.scalar(sa.select(sa.func.count()).select_from(TURNS).where(named))
    is_it = WORKS.c.id == work
    change = sa.update(WORKS).where(is_it).values(private_to=NOBODY) if quoted else sa.delete(WORKS).where(is_it)
    connection.execute(change)


def _overwrite(engine: sa.Engine) -> None:
    """Writes the database anew, without free pages, and empties its log of pages before."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name != "sqlite":
            for table in (FEEDBACK, TURNS, CONVERSATIONS, SPENT, *LIBRARY.sorted_tables):
                connection.exec_driver_sql(f"VACUUM FULL {table.name}")
            return
        try:
            connection.exec_driver_sql("VACUUM")
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        except sa.exc.OperationalError:
            busy = 1
        if busy:
            raise Refusal("forget-busy")
