"""A portal with only the public's pages about requests, and a browser that walks through them."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.house import House
from portal.recordings.gazetteer import import_places
from tests.conftest import Clock, SharedApps
from tests.factories.public_journey import NOW, PLACES, Visitor


@pytest.fixture
def clock() -> Clock:
    """A Sunday, two days after what the visitors ask for."""
    return Clock(NOW)


@pytest.fixture
def small_house(make_house: Callable[[Database], House], sqlite_database: Database) -> House:
    """A house whose gazetteer knows four places."""
    with sqlite_database.writing() as session:
        import_places(session, PLACES, by=COMMAND_LINE, at=NOW)
    return make_house(sqlite_database)


@pytest.fixture
def public_app(shared_apps: SharedApps, small_house: House) -> Iterator[Flask]:
    """The whole application with its tokens checked, as a browser meets it."""
    with shared_apps.over(small_house) as app:
        yield app


@pytest.fixture
def new_visitor(public_app: Flask) -> Callable[[], Visitor]:
    """Call it for somebody with a browser of their own."""
    return lambda: Visitor(public_app.test_client())


@pytest.fixture
def visitor(new_visitor: Callable[[], Visitor]) -> Visitor:
    """Somebody with a browser."""
    return new_visitor()
