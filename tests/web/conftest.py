"""Browsers on which a handler is signed in."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.actors import Actor, Role
from portal.house import House
from portal.ids import new_id
from tests.factories.disclosure import handler, sign_in

SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def handler_with(sqlite_house: House) -> Callable[..., Actor]:
    """Call it with roles for a handler who has them."""

    def make(*roles: Role) -> Actor:
        with sqlite_house.db.writing() as session:
            return handler(session, f"Robin{new_id().hex[:8]}", *roles, at=sqlite_house.now())

    return make


@pytest.fixture
def signed_in(app: Flask, sqlite_house: House, handler_with: Callable[..., Actor]) -> SignedIn:
    """Call it with roles for a browser on which a handler with them is signed in."""

    def make(*roles: Role) -> FlaskClient:
        client = app.test_client()
        sign_in(client, sqlite_house, handler_with(*roles))
        return client

    return make
