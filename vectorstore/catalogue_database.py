"""The database of a library: where it is, how it is opened, and its schema brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, cast

import sqlalchemy as sa

from ingest.document import Refusal

SCHEMA = "0006"
"""The newest step under migrations/versions: what this code reads and writes."""

STAND_IN = "\ufdd0"
"""A noncharacter, which no text may hold by Unicode's rules."""

DatabaseUnwritable = sa.exc.OperationalError
"""What a database says that is full, locked, or gone."""

_MIGRATIONS = Path(__file__).with_name("migrations")
_FIRST = "0001"
_VERSION = sa.table("alembic_version", sa.column("version_num"))
_UPGRADING = Lock()
"""Of this process, while alembic runs: it keeps what it works on in its modules."""

_LOCK = 0x0F00_7E07E
"""Of PostgreSQL, while one process changes the schema: any number that nobody else takes."""


def database_url(home: Path, url: str = "") -> str:
    """The database of a library: SQLite under its folder, which is made, unless a URL names another. Raises Refusal."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("database-unusable", database=home.name, cause=error.strerror or type(error).__name__) from error
    return url or f"sqlite:///{home / 'catalogue.sqlite3'}"


def open_database(url: str) -> sa.Engine:
    """Connections to a database with the schema of this code, which an older or empty one is given first.

    SQLite comes with its write-ahead log. Raises Refusal where the database cannot be reached or read, and where its
    schema is newer than this code.
    """
    try:
        engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
        raise Refusal("database-url-wrong", cause=type(error).__name__) from None  # the URL may hold a password
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _sqlite_pragmas)
    try:
        _bring_up_to_date(engine)
    except Refusal:
        engine.dispose()
        raise
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise Refusal("database-unusable", database=engine.dialect.name, cause=_cause(error)) from error
    return engine


def _bring_up_to_date(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        if _version(connection) == SCHEMA:
            return
    with _alone(engine) as connection:
        version = _version(connection)
        if version is not None and version > SCHEMA:
            raise Refusal("database-newer", found=version, known=SCHEMA)
        if version != SCHEMA:
            _migrate(connection, stamped=version is not None)


def _version(connection: sa.Connection) -> str | None:
    """The step that a database is at; None for one that does not say."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.scalar(sa.select(_VERSION.c.version_num))


def _migrate(connection: sa.Connection, stamped: bool) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS))
    with _UPGRADING:
        if not stamped and sa.inspect(connection).has_table("work"):
            command.stamp(config, _FIRST)  # made before databases said so; the second step adds what it lacks
        command.upgrade(config, SCHEMA)


class Exact(sa.TypeDecorator[str]):
    """Text in which any character may stand: PostgreSQL takes no NUL, so a noncharacter stands there for it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value if value is None or dialect.name == "sqlite" else value.replace("\0", STAND_IN)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value if value is None or dialect.name == "sqlite" else value.replace(STAND_IN, "\0")


def empty_log(engine: sa.Engine) -> None:
    """Takes old pages out of SQLite's log, as far as nobody reads them now; with the last connection they go anyway."""
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def one_at_a_time(connection: sa.Connection) -> None:
    """Until a transaction ends no other that asks for the same goes on. SQLite's first change has that effect."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK + 1)))


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction, schema changes included, while which no other process changes the schema."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        return
    # Python's driver begins no transaction before a change of the schema, so it is begun by hand.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")


def _cause(error: sa.exc.DBAPIError) -> str:
    """The database's own words, one line of them."""
    return (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    cursor = cast("Any", connection).cursor()
    for pragma in ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
