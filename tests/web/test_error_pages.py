"""When something goes wrong: a page that says what happened, what is safe, and what to do."""

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.db import Database, open_database
from portal.errors import Gone, NotAllowed, NotFound, Refused, TooMany, Upstream
from portal.house import House
from portal.sealing import Damaged
from portal.web.errors import PAGES, error_page
from portal.web.guards import public

CANARY = "canary-of-amina"
BLAME = (
    "invalid",
    "please",
    "error occurred",
    "exception",
    "traceback",
    "bad request",
    "forbidden",
)


def assert_friendly(page: TestResponse, status: int, title: str) -> None:
    assert page.status_code == status
    assert page.mimetype == "text/html"
    (heading,) = re.findall(r"<h1[^>]*>([^<]+)</h1>", page.text)
    assert heading == title
    assert '<html lang="en"' in page.text
    assert "101" in page.text and "mailto:" in page.text  # how to reach somebody
    said = re.sub(r"<[^>]+>", " ", page.text).lower()
    assert not [word for word in BLAME if word in said]
    assert CANARY not in page.text


@pytest.fixture(name="app")
def an_app_of_its_own(own_app: Flask) -> Flask:
    """Built for each test, which adds a page that fails."""
    return own_app


def failing_with(app: Flask, fault: Exception) -> TestResponse:
    @app.route("/fails", methods=["GET", "POST"])
    @public
    def fails() -> str:
        raise fault

    return app.test_client().get("/fails")


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        (NotFound(), 404, "Page not found"),
        (NotAllowed(), 403, "You cannot open this page"),
        (Refused("Somebody did it first."), 409, "We cannot do that now"),
        (Gone("It was sent."), 410, "This has ended"),
        (TooMany(), 429, "You have tried too many times"),
        (Upstream(), 503, "Sorry, this service is not working right now"),
        (RuntimeError(CANARY), 500, "Sorry, there is a problem with this service"),
        (Damaged(CANARY), 500, "Sorry, there is a problem with this service"),
        (KeyError(CANARY), 500, "Sorry, there is a problem with this service"),
    ],
)
def test_every_kind_of_failure_has_a_friendly_page(
    app: Flask, fault: Exception, status: int, title: str
) -> None:
    page = failing_with(app, fault)
    assert_friendly(page, status, title)
    if isinstance(fault, Refused | Gone):
        assert fault.message in page.text


@pytest.mark.parametrize("number", sorted(PAGES))
def test_every_page_can_be_shown_to_a_stranger_without_a_database(app: Flask, number: int) -> None:
    with app.test_request_context("/"):
        response = error_page(number, "What to do <now>.")
    assert response.status_code == number
    assert "What to do &lt;now&gt;." in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("number", "like"), [(418, "400"), (422, "400"), (502, "500"), (507, "500")]
)
def test_a_status_without_a_page_borrows_its_neighbours(app: Flask, number: int, like: str) -> None:
    with app.test_request_context("/"):
        borrowed, own = error_page(number), error_page(int(like))
    assert borrowed.status_code == number
    assert borrowed.get_data() == own.get_data()


def test_404(client: FlaskClient) -> None:
    for path in ("/no-such-page", "/ask/no-such-question", "/sent/BWV-2222-2222", "/static/none"):
        assert_friendly(client.get(path), 404, "Page not found")


def test_405_says_what_is_allowed(client: FlaskClient) -> None:
    page = client.post("/healthz")
    assert_friendly(page, 405, "This page cannot be opened this way")
    assert "GET" in page.headers["Allow"]
    assert client.get("/office/sign-out").status_code == 405


def test_413_for_what_is_too_big(client: FlaskClient) -> None:
    page = client.post("/office/sign-in", data={"passphrase": "x" * 2 * 1024 * 1024})
    assert_friendly(page, 413, "That is too much at once")
    assert "what you typed is still in the form" in page.text


def test_a_flood_of_fields_is_refused_too(client: FlaskClient) -> None:
    flood = {f"field{number}": "x" for number in range(2_000)}
    page = client.post("/office/sign-in", data=flood, content_type="multipart/form-data")
    assert_friendly(page, 413, "That is too much at once")


def test_429_says_how_long_to_wait(client: FlaskClient) -> None:
    page = client.get("/office/sign-in")
    for _ in range(6):
        page = client.post("/office/sign-in", data={"sign_in_name": "a", "passphrase": "b"})
    assert_friendly(page, 429, "You have tried too many times")
    assert page.headers["Retry-After"] == "60"


def test_400_for_a_form_of_long_ago(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = app.test_client().post("/office/sign-in")
    assert_friendly(page, 400, "We could not read what was sent")
    assert "Go back, and send it again." in page.text


def test_500_logs_where_and_never_what(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        failing_with(app, RuntimeError(CANARY))
    (told,) = [one for one in caplog.records if one.message == "unforeseen failure"]
    assert told.__dict__["kind"] == "RuntimeError"
    assert any("test_error_pages.py:" in step for step in told.__dict__["trace"])
    assert CANARY not in caplog.text
    assert not [one for one in caplog.records if one.exc_info]


@pytest.fixture
def away(make_house: Callable[[Database], House]) -> Flask:
    """The portal while its database is away: nothing listens on its port."""
    app = create_app(make_house(open_database("postgresql://portal@127.0.0.1:1/x")))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def test_503_while_the_database_is_away_for_everybody(away: Flask) -> None:
    client = away.test_client()
    with client.session_transaction() as cookie:
        cookie["browser"] = "a browser that was here before"
    for path in ("/", "/ask", "/check-answers", "/f/abc", "/office/", "/office/requests"):
        assert_friendly(client.get(path), 503, "Sorry, this service is not working right now")
    for path, data in (
        ("/ask/what-happened", {"text": CANARY}),
        ("/office/sign-in", {"sign_in_name": CANARY, "passphrase": CANARY}),
        ("/f/abc/code", {"code": "12345678"}),
    ):
        page = client.post(path, data=data)
        assert_friendly(page, 503, "Sorry, this service is not working right now")
        assert "what you typed is still in the form" in page.text


def test_pages_that_need_no_database_are_shown_all_the_same(away: Flask) -> None:
    client = away.test_client()
    for path in ("/healthz", "/accessibility", "/static/portal.css", "/office/sign-in"):
        with client.get(path) as page:
            assert page.status_code == 200, path


def test_the_portal_comes_back_by_itself(
    app: Flask, sqlite_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite_house.db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE attempt RENAME TO elsewhere")
    client = app.test_client()
    data = {"sign_in_name": CANARY, "passphrase": CANARY}
    assert client.post("/office/sign-in", data=data).status_code == 503
    assert CANARY not in caplog.text
    with sqlite_house.db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO attempt")
    assert client.post("/office/sign-in", data=data).status_code == 422
