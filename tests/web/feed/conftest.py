"""Systems that call the feed, over a house on each engine."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from portal.actors import Scope
from portal.house import House
from tests.conftest import SharedApps
from tests.factories.machines import Machine, machine

Calling = Callable[..., Machine]


@pytest.fixture
def feed_app(shared_apps: SharedApps, house: House) -> Iterator[Flask]:
    """The application as it runs, with its tokens checked, on each engine in turn."""
    with shared_apps.over(house) as app:
        yield app


@pytest.fixture
def calling(feed_app: Flask, house: House) -> Calling:
    """Call it with scopes for a system that has a key with them."""

    def make(*scopes: Scope, **given: str) -> Machine:
        return machine(feed_app, house, *scopes, **given)

    return make


@pytest.fixture
def evidence_system(calling: Calling) -> Machine:
    """A system that may do everything."""
    return calling()
