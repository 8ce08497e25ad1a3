"""Somebody who cannot show that a request is theirs learns nothing: not even that it is there."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.house import House
from portal.notifications.models import Notice
from portal.requests.models import Applicant, FootageRequest
from portal.web.limits import CODE_FAILURES
from tests.conftest import Clock
from tests.factories.applicants import received

NOBODYS = "BWV-2222-3333"
PATHS = [
    "/your-request/{}",
    "/your-request/{}/show-it-is-you",
    "/your-request/{}/code",
    "/your-request/{}/message",
    "/your-request/{}/answer-question",
    "/your-request/{}/withdraw",
    "/your-request/{}/proofs",
    "/your-request/{}/proofs/0b7a4c7e-0000-4000-8000-000000000000",
    "/your-request/{}/proofs/0b7a4c7e-0000-4000-8000-000000000000/page/1",
    "/your-request/{}/calendar.ics",
    "/confirm-email/{}",
]
POSTS = [
    "/your-request/{}/send-code",
    "/your-request/{}/code",
    "/your-request/{}/message",
    "/your-request/{}/answer-question",
    "/your-request/{}/withdraw",
    "/your-request/{}/proofs",
    "/your-request/{}/proofs/0b7a4c7e-0000-4000-8000-000000000000/remove",
    "/confirm-email/{}",
    "/confirm-email/{}/send-code",
]


@pytest.fixture
def somebodys(sqlite_house: House, clock: Clock) -> str:
    with sqlite_house.db.writing() as session:
        return received(session, at=clock()).reference


def seen(client: FlaskClient, path: str, reference: str, *, post: bool) -> tuple[int, str, str]:
    """What a stranger sees, with the reference they typed themselves taken out."""
    address = path.format(reference)
    data = {"code": "12345678", "body": "Hello", "kind": "passport"}
    answered = client.post(address, data=data) if post else client.get(address)
    followed = client.get(answered.location) if answered.location else answered
    text = re.sub(r"nonce-\w+", "", followed.text.replace(reference, "REF"))
    return answered.status_code, (answered.location or "").replace(reference, "REF"), text


@pytest.mark.parametrize("path", PATHS)
def test_looking_tells_nothing(app: Flask, somebodys: str, path: str) -> None:
    client = app.test_client()
    assert seen(client, path, somebodys, post=False) == seen(client, path, NOBODYS, post=False)


@pytest.mark.parametrize("path", POSTS)
def test_trying_tells_nothing(app: Flask, somebodys: str, path: str) -> None:
    theirs = seen(app.test_client(), path, somebodys, post=True)
    assert theirs == seen(app.test_client(), path, NOBODYS, post=True)
    assert "Amina" not in theirs[2]
    assert "amina@" not in theirs[2]


def test_a_request_without_an_email_looks_the_same(
    app: Flask, sqlite_house: House, clock: Clock
) -> None:
    with sqlite_house.db.writing() as session:
        reference = received(session, at=clock(), email="").reference
    path = "/your-request/{}/send-code"
    theirs = seen(app.test_client(), path, reference, post=True)
    assert theirs == seen(app.test_client(), path, NOBODYS, post=True)


def test_the_code_goes_to_the_address_on_file_and_nowhere_else(
    client: FlaskClient, sqlite_house: House, somebodys: str
) -> None:
    client.post(f"/your-request/{somebodys}/send-code", data={"email": "evil@example.org"})
    client.post(f"/your-request/{NOBODYS}/send-code")
    with sqlite_house.db.reading() as session:
        to = session.scalars(sa.select(Notice.to).where(Notice.kind == "code")).all()
    assert to == ["amina@example.org"]


def test_asking_for_codes_is_slowed_for_both_alike(
    app: Flask, sqlite_house: House, clock: Clock, somebodys: str
) -> None:
    for reference in (somebodys, NOBODYS):
        client = app.test_client()
        tries = [client.post(f"/your-request/{reference}/send-code").status_code for _ in range(4)]
        assert tries == [303, 303, 303, 429]
        clock.forward(minutes=16)


def test_ten_look_ups_in_a_quarter_of_an_hour(
    client: FlaskClient, sqlite_house: House, clock: Clock
) -> None:
    with sqlite_house.db.writing() as session:
        references = [received(session, at=clock()).reference for _ in range(11)]
    tries = [client.post(f"/your-request/{one}/send-code").status_code for one in references]
    assert tries == [303] * 10 + [429]


def test_guessing_codes_is_slowed(client: FlaskClient, somebodys: str) -> None:
    path = f"/your-request/{somebodys}/code"
    tries = [client.post(path, data={"code": "00000000"}).status_code for _ in range(21)]
    assert tries == [422] * 20 + [429]


@pytest.mark.parametrize("page", ["/your-request/{}/code", "/confirm-email/{}"])
def test_after_too_many_guesses_not_even_the_right_code_opens(
    client: FlaskClient, sqlite_house: House, clock: Clock, somebodys: str, page: str
) -> None:
    asking = "/your-request/{}/send-code" if "code" in page else "/confirm-email/{}/send-code"
    client.post(asking.format(somebodys))
    with sqlite_house.db.reading() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.kind == "code")).one()
    right = {"code": notice.fields["code"]}
    for _ in range(CODE_FAILURES.most):
        client.post(f"/your-request/{NOBODYS}/code", data={"code": "00000000"})
    assert client.post(page.format(somebodys), data=right).status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    opened = client.post(page.format(somebodys), data=right, environ_base=elsewhere)
    assert opened.status_code == 303


def test_right_codes_use_up_nothing(app: Flask, sqlite_house: House, clock: Clock) -> None:
    """A library has one address, and many who type the right code."""
    for _ in range(CODE_FAILURES.most + 1):
        with sqlite_house.db.writing() as session:
            reference = received(session, at=clock()).reference
        client = app.test_client()
        client.post(f"/your-request/{reference}/send-code")
        with sqlite_house.db.reading() as session:
            newest = sa.select(Notice).where(Notice.kind == "code", Notice.about == reference)
            code = session.scalars(newest).one().fields["code"]
        opened = client.post(f"/your-request/{reference}/code", data={"code": code})
        assert opened.status_code == 303
        clock.forward(minutes=2)


def test_a_code_asked_for_elsewhere_does_not_open_it_here(
    app: Flask, sqlite_house: House, somebodys: str
) -> None:
    mine, theirs = app.test_client(), app.test_client()
    mine.post(f"/your-request/{somebodys}/send-code")
    with sqlite_house.db.reading() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.kind == "code")).one()
    code = {"code": notice.fields["code"]}
    assert theirs.post(f"/your-request/{somebodys}/code", data=code).status_code == 422
    assert mine.post(f"/confirm-email/{somebodys}", data=code).status_code == 422
    opened = mine.post(f"/your-request/{somebodys}/code", data=code)
    assert opened.location == f"/your-request/{somebodys}"
    assert "Amina" not in mine.get(opened.location).text
    assert "We are looking at your request" in mine.get(opened.location).text
    assert theirs.get(opened.location).status_code == 303


def test_what_cannot_be_a_reference_is_not_there(client: FlaskClient) -> None:
    for wrong in ("nothing", "BWV-0000-1111", "%00", "BWV-2222-3333x"):
        assert client.get(f"/your-request/{wrong}/show-it-is-you").status_code == 404
        assert client.get(f"/confirm-email/{wrong}").status_code == 404


def test_a_reference_typed_by_hand_is_tidied(client: FlaskClient) -> None:
    typed = client.post("/your-request", data={"reference": " bwv 2222 3333 "})
    assert typed.location == f"/your-request/{NOBODYS}"
    wrong = client.post("/your-request", data={"reference": "my request"})
    assert wrong.status_code == 422
    assert "like BWV-7K3Q-M2XD" in wrong.text
    assert "Enter your reference" in client.post("/your-request", data={}).text
    loose = client.get("/your-request/bwv-2222-3333/show-it-is-you")
    assert loose.location == f"/your-request/{NOBODYS}"


def test_nothing_was_written_for_nobody(
    client: FlaskClient, sqlite_house: House, somebodys: str
) -> None:
    client.post(f"/confirm-email/{NOBODYS}/send-code")
    client.post(f"/confirm-email/{NOBODYS}", data={"code": "12345678"})
    with sqlite_house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FootageRequest)) == 1
        assert session.scalars(sa.select(Applicant.email_confirmed_at)).one() is None
