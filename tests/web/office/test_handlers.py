"""The handlers' page: who has a place in the office, given and ended by administrators."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.actors import Role
from portal.audit.models import AuditEntry
from portal.house import House
from portal.office.models import Handler
from tests.factories.disclosure import handler, sign_in
from tests.web.conftest import SignedIn

NEW = {
    "name": "Grace Example",
    "sign_in_name": "Grace",
    "passphrase": "seven green bottles",
    "roles": ["intake", "searcher"],
}


def everybody(house: House) -> list[Handler]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Handler).order_by(Handler.added_at)))


def grace(house: House) -> Handler | None:
    with house.db.reading() as session:
        return session.scalars(
            sa.select(Handler).where(Handler.sign_in_name == "grace")
        ).one_or_none()


def test_an_administrator_adds_a_handler_and_sees_the_secret_once(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    assert client.get("/office/handlers/new").status_code == 200
    made = client.post("/office/handlers/new", data=NEW)
    assert made.status_code == 200
    assert "Grace Example is added" in made.text
    assert 'src="data:image/png;base64,' in made.text
    assert "seven green bottles" not in made.text
    added = grace(sqlite_house)
    assert added is not None and added.roles == ["intake", "searcher"]
    listed = client.get("/office/handlers").text
    assert "Grace Example" in listed and "intake, searcher" in listed
    with sqlite_house.db.reading() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.deed == "handler.added")
        ).one()
    assert entry.actor_kind == "handler"
    assert entry.details == {"roles": "intake searcher"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "Enter their name"),
        ({"sign_in_name": "  "}, "Enter a sign-in name"),
        ({"passphrase": "fourteen chars"}, "Enter a passphrase of at least 15 characters"),
        ({"passphrase": ""}, "Enter a passphrase of at least 15 characters"),
        ({"roles": []}, "Select at least one role"),
        ({"roles": ["emperor"]}, "Select at least one role"),
    ],
)
def test_a_form_that_is_not_whole_says_so_and_adds_nobody(
    sqlite_house: House, signed_in: SignedIn, given: dict[str, object], words: str
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    told = client.post("/office/handlers/new", data={**NEW, **given})
    assert told.status_code == 422
    assert words in told.text
    assert "seven green bottles" not in told.text
    assert grace(sqlite_house) is None


def test_a_name_that_is_taken_is_said_beside_the_field(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    client.post("/office/handlers/new", data=NEW)
    again = client.post("/office/handlers/new", data={**NEW, "sign_in_name": "GRACE"})
    assert again.status_code == 422
    assert "This sign-in name is taken." in again.text


def test_ending_somebodys_access_puts_them_out_at_once(
    app: Flask, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        leaving = handler(session, "Leaving", Role.INTAKE, at=sqlite_house.now())
    theirs = app.test_client()
    sign_in(theirs, sqlite_house, leaving)
    assert theirs.get("/office/").status_code == 200
    client = signed_in(Role.ADMINISTRATOR)
    for _ in range(2):  # a double click
        ended = client.post(f"/office/handlers/{leaving.id}/end")
        assert (ended.status_code, ended.location) == (303, "/office/handlers")
    assert theirs.get("/office/").status_code == 303
    assert "Ended 2 November 2026" in client.get("/office/handlers").text


def test_nobody_ends_their_own_access(app: Flask, sqlite_house: House) -> None:
    with sqlite_house.db.writing() as session:
        me = handler(session, "Admin", Role.ADMINISTRATOR, at=sqlite_house.now())
    client = app.test_client()
    sign_in(client, sqlite_house, me)
    told = client.post(f"/office/handlers/{me.id}/end")
    assert told.status_code == 409
    assert "Ask another administrator." in told.text
    assert client.get("/office/handlers").status_code == 200
    assert client.post(f"/office/handlers/{uuid4()}/end").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_others_neither_see_nor_change_who_has_a_place(
    sqlite_house: House, signed_in: SignedIn, role: Role
) -> None:
    client = signed_in(role)
    (me,) = everybody(sqlite_house)
    assert client.get("/office/handlers").status_code == 403
    assert client.get("/office/handlers/new").status_code == 403
    assert client.post("/office/handlers/new", data=NEW).status_code == 403
    assert client.post(f"/office/handlers/{me.id}/end").status_code == 403
    assert grace(sqlite_house) is None
    assert "/office/handlers" not in client.get("/office/").text


def test_the_way_is_shown_to_those_who_may_go_there(signed_in: SignedIn) -> None:
    places = {
        Role.ADMINISTRATOR: {"/office/handlers", "/office/outbox"},
        Role.AUDITOR: {"/office/book", "/office/matters", "/office/requests"},
        Role.INTAKE: {"/office/requests"},
    }
    every = set().union(*places.values())
    for role, shown in places.items():
        page = signed_in(role).get("/office/").text
        assert {place for place in every if f'href="{place}"' in page} == shown, role
