"""The two engines that a library's database may be on; PostgreSQL is started once for a process of tests."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.servers import NotInstalled, database_on, postgres

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """An empty PostgreSQL cluster."""
    try:
        with postgres() as url:
            yield url
    except NotInstalled as missing:
        pytest.skip(f"{missing} is not on this machine")


@pytest.fixture
def postgres_url(cluster: str) -> Iterator[str]:
    """A new database on PostgreSQL."""
    with database_on(cluster, f"t{secrets.token_hex(6)}") as url:
        yield url


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))
