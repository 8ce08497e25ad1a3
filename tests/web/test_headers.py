"""The headers of everything that leaves: pages, errors, files, redirects, answers to machines."""

import dataclasses
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from portal.actors import Role
from portal.app import create_app
from portal.house import House
from portal.web.guards import public
from portal.web.headers import HEADERS
from tests.web.conftest import SignedIn

HTTPS = "https://video.example.org"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|href=.javascript:", re.I)


def policy_of(response: Response) -> dict[str, list[str]]:
    told = response.headers.getlist("Content-Security-Policy")
    assert len(told) == 1
    directives = [directive.split() for directive in told[0].split(";")]
    return {name: values for name, *values in directives}


def assert_protected(response: Response) -> None:
    for name, value in HEADERS.items():
        if name != "Content-Security-Policy":
            assert response.headers.getlist(name) == [value], name
    policy = policy_of(response)
    assert policy["default-src"] == ["'none'"]
    assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    allowed = {value for values in policy.values() for value in values}
    assert allowed <= {"'none'", "'self'", "data:"}
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert "Server" not in response.headers or "Werkzeug" not in response.headers["Server"]


@pytest.fixture(name="app")
def an_app_of_its_own(own_app: Flask) -> Flask:
    """Built for each test, which adds a page that fails."""
    return own_app


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """A browser on a portal that has a page which fails."""

    @app.get("/fails")
    @public
    def fails() -> str:
        raise RuntimeError("a canary that somebody typed")

    return app.test_client()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("OPTIONS", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 503),
        ("GET", "/office/", 303),
        ("GET", "/office", 308),
        ("GET", "/no-such-page", 404),
        ("GET", "/static/no-such-file.css", 404),
        ("POST", "/", 405),
        ("BREW", "/", 405),
        ("GET", "/fails", 500),
        ("GET", "/static/portal.css", 200),
        ("GET", "/f/nobody-gave-this-out", 200),
    ],
)
def test_everything_that_leaves_is_protected(
    failing: FlaskClient, method: str, path: str, status: int
) -> None:
    with failing.open(path, method=method) as answer:
        assert answer.status_code == status
        assert_protected(answer)
        assert "Strict-Transport-Security" not in answer.headers


def test_nothing_is_kept_but_static_files(failing: FlaskClient) -> None:
    for path in ("/", "/no-such-page", "/fails", "/readyz", "/office/"):
        assert failing.get(path).headers["Cache-Control"] == "no-store", path
    with failing.get("/static/portal.css") as file:
        assert file.headers["Cache-Control"] == "public, max-age=3600"


def test_every_page_a_stranger_can_open_is_protected(app: Flask) -> None:
    opened = 0
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments:
            answer = app.test_client().get(rule.rule)
            assert answer.status_code < 500 or rule.rule == "/readyz", rule.rule
            assert_protected(answer)
            opened += 1
    assert opened > 20


def test_no_page_has_a_script_or_a_style_of_its_own(app: Flask, signed_in: SignedIn) -> None:
    pages = 0
    for client in (app.test_client(), signed_in(*Role)):
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and not rule.arguments:
                answer = client.get(rule.rule)
                if answer.mimetype == "text/html":
                    assert INLINE.findall(answer.text) == [], rule.rule
                    pages += 1
    assert pages > 30


def at_https(house: House) -> FlaskClient:
    settings = dataclasses.replace(house.settings, base_url=HTTPS)
    return create_app(dataclasses.replace(house, settings=settings)).test_client()


def test_over_https_the_cookie_is_for_this_host_and_for_https_alone(sqlite_house: House) -> None:
    answer = at_https(sqlite_house).get("/office/sign-in", base_url=HTTPS)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *flags = [part.strip() for part in cookie.split(";")]
    assert name.startswith("__Host-portal=")
    assert set(flags) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_over_https_browsers_are_told_to_stay_there(sqlite_house: House) -> None:
    client = at_https(sqlite_house)
    for path in ("/", "/no-such-page", "/static/portal.css"):
        with client.get(path, base_url=HTTPS) as answer:
            told = answer.headers["Strict-Transport-Security"]
            assert told == "max-age=63072000; includeSubDomains"


def test_on_this_machine_the_cookie_is_still_out_of_reach_of_scripts(sqlite_house: House) -> None:
    answer = create_app(sqlite_house).test_client().get("/office/sign-in")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("portal=")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_reading_leaves_no_cookie(sqlite_house: House) -> None:
    client = create_app(sqlite_house).test_client()
    for path in ("/no-such-page", "/static/portal.css"):
        with client.get(path) as answer:
            assert "Set-Cookie" not in answer.headers
