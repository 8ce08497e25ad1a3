"""Who may call the feed: a machine with its own key, and nobody else by any other means."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.actors import COMMAND_LINE, Role, Scope
from portal.feed.commands import end_client
from portal.feed.keys import new_key
from portal.feed.models import ApiClient
from portal.feed.operations import OPERATIONS, PREFIX, Operation
from portal.house import House
from portal.ids import digest
from portal.web.limits import MACHINE_CALLS, WRONG_MACHINE_KEYS
from portal.web.models import Attempt
from tests.conftest import Clock
from tests.factories.disclosure import handler, sign_in
from tests.factories.machines import Machine, batch, machine, matter, recording
from tests.web.feed.conftest import Calling

EVERY = [pytest.param(operation, id=operation.name) for operation in OPERATIONS]


def call(
    client: FlaskClient, operation: Operation, authorization: str | None = None
) -> TestResponse:
    """One good call of an operation, with this Authorization header or none."""
    headers = {"Idempotency-Key": "one"} | (
        {} if authorization is None else {"Authorization": authorization}
    )
    path = operation.address.replace("{reference}", "OP-1")
    if operation.method == "get":
        return client.get(path, headers=headers)
    return client.post(path, json=operation.example, headers=headers)


def assert_problem(told: TestResponse, status: int, name: str) -> None:
    assert told.status_code == status, told.text
    assert told.mimetype == "application/problem+json"
    assert told.json is not None
    assert told.json["status"] == status
    assert told.json["type"] == f"urn:x-footage-portal:{name}"
    assert "Set-Cookie" not in told.headers


@pytest.mark.parametrize("operation", EVERY)
@pytest.mark.parametrize(
    "shown",
    [
        None,
        "",
        "Bearer",
        "Basic {key}",
        "{key}",
        "Bearer nothing",
        "Bearer .",
        "Bearer {id}",
        "Bearer {id}.",
        "Bearer {id}.{wrong}",
        "Bearer {other}.{secret}",
        "Bearer {key}x",
        "Bearer {key} {key}",
        "Bearer \u00e9.\u00e9",
    ],
)
def test_without_a_right_key_nobody_enters(
    app: Flask, sqlite_house: House, operation: Operation, shown: str | None
) -> None:
    known = machine(app, sqlite_house)
    key_id, secret = known.key.split(".")
    other = new_key()
    parts = {"key": known.key, "id": key_id, "secret": secret}
    parts |= {"wrong": other.secret, "other": other.key_id}
    told = call(app.test_client(), operation, None if shown is None else shown.format(**parts))
    assert_problem(told, 401, "key-needed")
    challenge = told.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="machine feed"')
    is_offered = bool(shown and shown.lower().startswith("bearer"))
    assert ("invalid_token" in challenge) == is_offered
    assert secret not in told.text


@pytest.mark.parametrize("operation", EVERY)
def test_a_key_without_the_scope_is_told_which_it_lacks(
    app: Flask, sqlite_house: House, operation: Operation
) -> None:
    others = [scope for scope in Scope if scope is not operation.scope]
    told = call(app.test_client(), operation, f"Bearer {machine(app, sqlite_house, *others).key}")
    assert_problem(told, 403, "scope-needed")
    assert f'scope="{operation.scope.value}"' in told.headers["WWW-Authenticate"]


@pytest.mark.parametrize("operation", EVERY)
def test_one_scope_is_enough_for_its_own_call(
    app: Flask, sqlite_house: House, operation: Operation
) -> None:
    key = machine(app, sqlite_house, operation.scope).key
    assert call(app.test_client(), operation, f"bEARER {key}").status_code not in (401, 403)


@pytest.mark.parametrize("operation", EVERY)
def test_no_cookie_of_the_office_opens_the_feed(
    app: Flask, sqlite_house: House, operation: Operation
) -> None:
    client = app.test_client()
    with sqlite_house.db.writing() as session:
        who = handler(session, "Robin", *Role, at=sqlite_house.now())
    sign_in(client, sqlite_house, who)
    assert client.get("/office/").status_code == 200
    assert_problem(call(client, operation), 401, "key-needed")


def test_no_key_opens_the_office(app: Flask, sqlite_house: House) -> None:
    system = machine(app, sqlite_house)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/office") and not rule.arguments and "GET" in (rule.methods or ()):
            if rule.endpoint.startswith("office.sign_in."):
                continue
            told = system.client.get(rule.rule, headers={"Authorization": f"Bearer {system.key}"})
            assert told.status_code == 303, rule.rule
            assert told.location.startswith("/office/sign-in")


def test_the_feed_neither_reads_nor_sets_a_cookie(app: Flask, sqlite_house: House) -> None:
    system = machine(app, sqlite_house)
    system.client.get("/office/sign-in")
    for told in (
        system.post("/recordings", batch(recording())),
        system.get("/preservations"),
        system.get("/openapi.json"),
        system.get("/nothing"),
    ):
        assert "Set-Cookie" not in told.headers
        assert "Cookie" not in told.headers.get("Vary", "")


def test_a_browser_needs_no_token_and_a_form_is_not_taken(app: Flask, sqlite_house: House) -> None:
    """A form of another site can send neither the key nor this kind of body."""
    app.config["WTF_CSRF_ENABLED"] = True
    system = machine(app, sqlite_house)
    assert system.post("/recordings", batch(recording())).status_code == 200
    told = system.post("/recordings", raw=b"a=b", Content_Type="application/x-www-form-urlencoded")
    assert_problem(told, 415, "not-json")


def test_an_ended_key_is_worth_nothing_at_once(
    evidence_system: Machine, house: House, calling: Calling
) -> None:
    other = calling()
    assert evidence_system.get("/preservations").status_code == 200
    with house.db.writing() as session:
        end_client(session, key_id=evidence_system.key_id, by=COMMAND_LINE, at=house.now())
    assert_problem(evidence_system.get("/preservations"), 401, "key-needed")
    assert other.get("/preservations").status_code == 200


def test_the_secret_is_kept_nowhere(evidence_system: Machine, house: House) -> None:
    secret = evidence_system.key.partition(".")[2]
    with house.db.reading() as session:
        client = session.scalars(sa.select(ApiClient)).one()
    assert client.secret_sha256 == digest(secret)
    assert secret not in str(vars(client))


def test_too_many_calls_of_one_key(
    evidence_system: Machine, calling: Calling, house: House, clock: Clock
) -> None:
    key = digest(f"{MACHINE_CALLS.name}:{evidence_system.key_id}")
    with house.db.writing() as session:
        session.add_all(Attempt(key=key, at=clock.at) for _ in range(MACHINE_CALLS.most - 1))
    assert evidence_system.get("/preservations").status_code == 200
    told = evidence_system.get("/preservations")
    assert_problem(told, 429, "too-many")
    assert told.headers["Retry-After"] == "60"
    assert evidence_system.post("/matters", matter()).status_code == 429
    assert calling().get("/preservations").status_code == 200
    clock.forward(seconds=60)
    assert evidence_system.get("/preservations").status_code == 200


def test_too_many_wrong_keys_from_one_address_lock_out_no_right_one(
    evidence_system: Machine, house: House, clock: Clock
) -> None:
    right, evidence_system.key = evidence_system.key, str(new_key())
    told = [evidence_system.get("/preservations").status_code for _ in range(22)]
    assert told == [401] * WRONG_MACHINE_KEYS.most + [429] * 2
    assert_problem(evidence_system.get("/preservations"), 429, "too-many")
    evidence_system.key = right
    assert evidence_system.get("/preservations").status_code == 200
    clock.forward(seconds=timedelta(hours=1).total_seconds())
    evidence_system.key = str(new_key())
    assert evidence_system.get("/preservations").status_code == 401


def test_every_problem_on_the_way_in_is_a_document(evidence_system: Machine) -> None:
    client = evidence_system.client
    for path in ("/api", "/api/", "/api/v1", f"{PREFIX}/nothing", "/api/v2/recordings"):
        assert_problem(client.get(path), 404, "not-found")
    for path in (f"{PREFIX}/recordings/", f"{PREFIX}//recordings", "/api//v1/recordings"):
        assert_problem(client.post(path), 404, "not-found")
    told = evidence_system.get("/recordings")
    assert_problem(told, 405, "method-not-allowed")
    assert "POST" in told.headers["Allow"]
    assert_problem(client.delete(f"{PREFIX}/preservations"), 405, "method-not-allowed")
    assert_problem(client.open(f"{PREFIX}/matters", method="BREW"), 405, "method-not-allowed")
    assert client.get("/apiary").mimetype == "text/html"
