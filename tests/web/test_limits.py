"""Limits on trying: a window that slides, the same for every process, and shut when in doubt."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, request

from portal.app import create_app
from portal.db import Database
from portal.errors import TooMany
from portal.house import House
from portal.web.attempts import forget_attempts
from portal.web.guards import public
from portal.web.limits import SUBMISSIONS, Limit, take, visitor
from portal.web.models import Attempt
from tests.conftest import Clock

THREE = Limit("three", 3, timedelta(minutes=10))


def tried(database: Database, clock: Clock, of: str = "somebody", limit: Limit = THREE) -> bool:
    """Whether one more try was let through."""
    try:
        with database.writing() as session:
            take(session, limit, of, at=clock.at)
    except TooMany:
        return False
    return True


def test_so_many_and_no_more(database: Database, clock: Clock) -> None:
    assert [tried(database, clock) for _ in range(5)] == [True, True, True, False, False]


def test_the_window_slides(database: Database, clock: Clock) -> None:
    for _ in range(3):
        assert tried(database, clock)
        clock.forward(minutes=3)
    assert not tried(database, clock)
    clock.forward(minutes=1)  # the first try is ten minutes old
    assert tried(database, clock)
    assert not tried(database, clock)


def test_a_refused_try_is_not_counted(database: Database, clock: Clock) -> None:
    for _ in range(20):
        tried(database, clock)
    clock.forward(minutes=10)
    assert tried(database, clock)


def test_each_one_and_each_limit_has_a_count_of_its_own(database: Database, clock: Clock) -> None:
    for _ in range(3):
        assert tried(database, clock)
    assert tried(database, clock, of="somebody else")
    assert tried(database, clock, limit=SUBMISSIONS)
    assert not tried(database, clock)


def test_whoever_is_refused_is_told_how_long(database: Database, clock: Clock) -> None:
    for _ in range(3):
        tried(database, clock)
    with pytest.raises(TooMany) as told, database.writing() as session:
        take(session, THREE, "somebody", at=clock.at)
    assert told.value.retry_after == 600
    assert "Wait a while" in told.value.message


def test_many_at_once_do_not_slip_through(database: Database, clock: Clock) -> None:
    with ThreadPoolExecutor(8) as pool:
        through = list(pool.map(lambda _: tried(database, clock), range(24)))
    assert through.count(True) == 3


def test_no_address_and_no_name_is_kept(database: Database, clock: Clock) -> None:
    tried(database, clock, of="203.0.113.7")
    with database.reading() as session:
        (kept,) = session.scalars(sa.select(Attempt))
    assert len(kept.key) == 64
    assert "203" not in kept.key


def test_what_is_no_longer_needed_is_forgotten(database: Database, clock: Clock) -> None:
    tried(database, clock)
    clock.forward(minutes=11)
    tried(database, clock)
    with database.writing() as session:
        forget_attempts(session, before=clock.at - timedelta(minutes=10))
    with database.reading() as session:
        assert [one.at for one in session.scalars(sa.select(Attempt))] == [clock.at]


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_a_household_is_counted_as_one(app: Flask, address: str, counted_as: str) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert visitor() == counted_as


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "198.51.100.1"), (1, "203.0.113.9"), (2, "203.0.113.8")]
)
def test_only_our_own_proxies_are_believed(sqlite_house: House, proxies: int, seen: str) -> None:
    settings = dataclasses.replace(sqlite_house.settings, proxies=proxies)
    app = create_app(dataclasses.replace(sqlite_house, settings=settings))

    @app.get("/who")
    @public
    def who() -> str:
        return f"{visitor()} {request.scheme}"

    told = app.test_client().get(
        "/who",
        headers={"X-Forwarded-For": "10.9.9.9, 203.0.113.8, 203.0.113.9"},
        environ_base={"REMOTE_ADDR": "198.51.100.1"},
    )
    assert told.text == f"{seen} http"
