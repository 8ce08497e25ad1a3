"""No form is taken from elsewhere: a POST without the page's own token changes nothing.

Machines show a key in each call instead (tests/web/feed/test_entering.py)."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from portal.actors import Role
from portal.db import Base, Database
from portal.house import House
from portal.ids import new_id
from portal.web.problems import MACHINES
from tests.factories.disclosure import Ready, answered, decided, handler, ready_to_decide, sign_in
from tests.factories.public_journey import token_on


@pytest.fixture
def strict(app: Flask) -> Flask:
    """The portal with its tokens checked, as it runs."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(sa.select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
        }


def posts(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.rule.startswith(MACHINES):
            yield rule


def address(app: Flask, rule: Rule, ready: Ready) -> str:
    known = {"reference": ready.reference, "recording_id": ready.recording_ids[0]}
    values = {name: known.get(name, _made_up(rule, name)) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def _made_up(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    kind = type(converter).__name__
    if kind == "AnyConverter":
        return sorted(converter.items)[0]  # type: ignore[attr-defined]
    return {"UUIDConverter": new_id(), "IntegerConverter": 1}.get(kind, "when")


def entered(app: Flask, house: House) -> FlaskClient:
    """A browser on which somebody with every role is signed in."""
    with house.db.writing() as session:
        who = handler(session, f"All{new_id().hex[:6]}", *Role, at=house.now())
    client = app.test_client()
    sign_in(client, house, who)
    return client


@pytest.mark.parametrize("given", [{}, {"csrf_token": ""}, {"csrf_token": "made up"}])
def test_no_post_without_the_pages_token_is_taken(
    strict: Flask, sqlite_house: House, given: dict[str, str]
) -> None:
    ready = ready_to_decide(sqlite_house)
    decided(sqlite_house, ready)
    answered(sqlite_house, ready_to_decide(sqlite_house, contents=[b"two"]))
    browsers = (entered(strict, sqlite_house), strict.test_client())
    before = everything(sqlite_house.db)
    tried = 0
    for rule in posts(strict):
        for client in browsers:
            told = client.post(address(strict, rule, ready), data=given)
            assert told.status_code == 400, f"{rule.rule} answered {told.status_code}"
            assert "open for too long" in told.text
            tried += 1
    assert tried > 60
    assert everything(sqlite_house.db) == before


def test_another_browsers_token_is_not_taken(strict: Flask, sqlite_house: House) -> None:
    mine, theirs = strict.test_client(), strict.test_client()
    token = token_on(theirs.get("/office/sign-in").text)
    mine.get("/office/sign-in")
    data = {"csrf_token": token, "sign_in_name": "ada", "passphrase": "seven green bottles"}
    before = everything(sqlite_house.db)
    assert mine.post("/office/sign-in", data=data).status_code == 400
    assert everything(sqlite_house.db) == before
    assert theirs.post("/office/sign-in", data=data).status_code == 422


def test_a_token_in_the_address_is_not_taken(strict: Flask) -> None:
    client = strict.test_client()
    token = token_on(client.get("/office/sign-in").text)
    assert client.post(f"/office/sign-in?csrf_token={token}").status_code == 400


def test_only_reading_is_done_by_get(strict: Flask, sqlite_house: House) -> None:
    """Every address that can be opened is opened by somebody who may do all, and nothing moves
    but the notes of who looked at what."""
    ready = ready_to_decide(sqlite_house)
    decided(sqlite_house, ready)
    client = entered(strict, sqlite_house)
    before = everything(sqlite_house.db)
    for rule in strict.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            assert (
                client.get(address(strict, rule, ready)).status_code < 500 or rule.rule == "/readyz"
            )
    after = everything(sqlite_house.db)
    noted = {"audit_entry", "audit_head"}
    assert {name for name in after if after[name] != before[name]} <= noted
    new = {row[4] for row in after["audit_entry"]} - {row[4] for row in before["audit_entry"]}
    assert new <= {
        "recording.viewed",
        "proof.viewed",
        "request.viewed",
        "book.read",
        "letter.previewed",
    }
