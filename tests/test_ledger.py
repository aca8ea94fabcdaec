"""Tokens spent and budgets: counted by day and user, never gone beyond by more than the last request."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat.ledger import Ledger
from chat.model import Tokens
from vectorstore.catalogue import Catalogue

pytestmark = pytest.mark.case("R2")


@pytest.fixture
def catalogue(url: str) -> Iterator[Catalogue]:
    catalogue = Catalogue(url)
    yield catalogue
    catalogue.close()


def spend(ledger: Ledger, user: str, read: int, written: int) -> bool:
    reservation = ledger.reserve(user, Tokens(500, 500))
    if reservation:
        ledger.settle(reservation, Tokens(read, written))
    return reservation is not None


def test_what_was_used_takes_the_place_of_what_was_set_aside(catalogue: Catalogue) -> None:
    ledger = Ledger(catalogue)
    assert spend(ledger, "ann", 90, 10)
    assert spend(ledger, "ann", 5, 1)
    assert spend(ledger, "ben", 7, 2)
    assert ledger.spent("ann") == Tokens(95, 11)
    assert ledger.spent() == Tokens(102, 13)


def test_a_user_who_has_spent_a_budget_gets_no_more_and_others_do(catalogue: Catalogue) -> None:
    ledger = Ledger(catalogue, per_user=100)
    assert [spend(ledger, "ann", 60, 0) for _ in range(4)] == [True, True, False, False]
    assert spend(ledger, "ben", 60, 0)
    assert ledger.spent("ann") == Tokens(120, 0)


def test_all_together_have_a_budget_too(catalogue: Catalogue) -> None:
    ledger = Ledger(catalogue, per_day=100)
    assert [spend(ledger, user, 60, 0) for user in ("ann", "ben", "cem")] == [True, True, False]


def test_a_new_day_begins_with_nothing_spent(catalogue: Catalogue) -> None:
    day = datetime.date(2031, 5, 1)
    ledger = Ledger(catalogue, per_user=50, today=lambda: day)
    assert [spend(ledger, "ann", 60, 0) for _ in range(2)] == [True, False]
    day = datetime.date(2031, 5, 2)
    assert spend(ledger, "ann", 60, 0)


def test_a_budget_outlives_the_process(catalogue: Catalogue) -> None:
    spend(Ledger(catalogue), "ann", 60, 0)
    assert Ledger(catalogue).spent("ann") == Tokens(60, 0)


def test_those_who_ask_at_once_go_beyond_a_budget_by_one_request_at_most(catalogue: Catalogue) -> None:
    ledger = Ledger(catalogue, per_day=3_500)
    with ThreadPoolExecutor(16) as pool:
        got = list(pool.map(lambda n: ledger.reserve(f"user-{n % 4}", Tokens(500, 500)), range(32)))
    assert sum(reservation is not None for reservation in got) == 4
    assert ledger.spent() == Tokens(2_000, 2_000)
