"""An applicant's browser, for a request that was answered."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.house import House
from portal.ids import digest, new_token
from portal.requests.models import FootageRequest
from tests.factories.applicants import seen_by
from tests.factories.disclosure import Ready

Browser = Callable[[Ready], FlaskClient]


@pytest.fixture
def browser_of(app: Flask, sqlite_house: House) -> Browser:
    """Call it with a request for a browser that has shown that it is its applicant's."""

    def make(ready: Ready) -> FlaskClient:
        client, key = app.test_client(), new_token(256)
        with client.session_transaction() as cookie:
            cookie["browser"] = key
        with sqlite_house.db.writing() as session:
            made = session.get_one(FootageRequest, ready.request_id)
            seen_by(session, made, digest(key), at=sqlite_house.now())
        return client

    return make
