"""The way into the office, and every way it stays shut."""

from datetime import timedelta
from urllib.parse import quote

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from werkzeug.test import TestResponse

from portal.actors import COMMAND_LINE, Role
from portal.house import House
from portal.office.commands.handlers import Enrolment, add_handler, end_handler
from portal.office.models import Handler, StaffSession
from portal.office.sessions import SECOND_STEP_SECONDS
from tests.conftest import Clock

PASSPHRASE = "seven green bottles"


@pytest.fixture
def ada(sqlite_house: House) -> Enrolment:
    return add(sqlite_house, "ada", Role.INTAKE)


def add(house: House, name: str, *roles: Role) -> Enrolment:
    with house.db.writing() as session:
        return add_handler(
            session,
            sign_in_name=name,
            name=name.title(),
            passphrase=PASSPHRASE,
            roles=roles,
            sealer=house.vault.sealer,
            by=COMMAND_LINE,
            at=house.now(),
        )


def say(
    client: FlaskClient, passphrase: str = PASSPHRASE, name: str = "ada", next_: str = ""
) -> TestResponse:
    return client.post(
        "/office/sign-in",
        query_string={"next": next_} if next_ else {},
        data={"sign_in_name": name, "passphrase": passphrase},
    )


def code_of(made: Enrolment, clock: Clock) -> str:
    return pyotp.TOTP(made.secret).at(clock.at)


def type_code(client: FlaskClient, code: str, next_: str = "") -> TestResponse:
    query = {"next": next_} if next_ else {}
    return client.post("/office/sign-in/code", query_string=query, data={"code": code})


def enter(client: FlaskClient, made: Enrolment, clock: Clock) -> TestResponse:
    assert say(client, name=made.handler.sign_in_name).status_code == 303
    return type_code(client, code_of(made, clock))


def is_in(client: FlaskClient) -> bool:
    return client.get("/office/").status_code == 200


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("portal")
    assert cookie is not None
    return cookie.value


def test_passphrase_then_code_and_you_are_in(
    client: FlaskClient, ada: Enrolment, clock: Clock
) -> None:
    first = client.get("/office/")
    assert (first.status_code, first.location) == (303, "/office/sign-in?next=/office/")
    second = say(client)
    assert (second.status_code, second.location) == (303, "/office/sign-in/code")
    assert not is_in(client)
    assert client.get("/office/sign-in/code").status_code == 200
    third = type_code(client, code_of(ada, clock))
    assert (third.status_code, third.location) == (303, "/office/")
    assert is_in(client)


@pytest.mark.parametrize(
    ("name", "passphrase"),
    [("ada", "wrong"), ("eve", PASSPHRASE), ("ada", ""), ("ada", "x" * 5000)],
)
def test_a_wrong_name_and_a_wrong_passphrase_sound_the_same(
    client: FlaskClient, ada: Enrolment, name: str, passphrase: str
) -> None:
    told = say(client, passphrase, name)
    assert told.status_code == 422
    assert "Your sign-in name or passphrase is not right. Type both again." in told.text
    assert client.get("/office/sign-in/code").status_code == 404
    assert "x" * 100 not in told.text


def test_a_wrong_code_can_be_typed_again(client: FlaskClient, ada: Enrolment, clock: Clock) -> None:
    say(client)
    right = code_of(ada, clock)
    wrong = type_code(client, "000000" if right != "000000" else "000001")
    assert wrong.status_code == 422
    assert "This code is not right, or was used already." in wrong.text
    assert not is_in(client)
    assert type_code(client, right).status_code == 303
    assert is_in(client)


def test_a_code_that_was_used_is_used_up(app: Flask, ada: Enrolment, clock: Clock) -> None:
    enter(app.test_client(), ada, clock)
    other = app.test_client()
    assert enter(other, ada, clock).status_code == 422
    assert not is_in(other)
    clock.forward(seconds=30)
    assert type_code(other, code_of(ada, clock)).status_code == 303


def test_a_code_without_a_passphrase_leads_nowhere(
    client: FlaskClient, ada: Enrolment, clock: Clock
) -> None:
    assert type_code(client, code_of(ada, clock)).status_code == 404
    with client.session_transaction() as cookie:
        cookie["second_step"] = "forged"
    assert type_code(client, code_of(ada, clock)).status_code == 404
    assert not is_in(client)


def test_the_second_step_waits_five_minutes_only(
    client: FlaskClient, ada: Enrolment, sqlite_house: House, clock: Clock
) -> None:
    class Earlier(TimestampSigner):
        """Signs as it did more than five minutes ago."""

        def get_timestamp(self) -> int:
            return super().get_timestamp() - SECOND_STEP_SECONDS - 2

    old = URLSafeTimedSerializer(
        sqlite_house.settings.secret_key, salt="portal.sign-in-second-step", signer=Earlier
    )
    with client.session_transaction() as cookie:
        cookie["second_step"] = old.dumps(str(ada.handler.id))
    late = type_code(client, code_of(ada, clock))
    assert late.status_code == 410
    assert "That took too long. Start again." in late.text
    assert not is_in(client)


def test_five_tries_a_minute(app: Flask, ada: Enrolment, clock: Clock) -> None:
    for _ in range(5):
        assert say(app.test_client(), "wrong").status_code == 422
    sixth = say(app.test_client())  # from any browser, and though it is right this time
    assert sixth.status_code == 429
    assert sixth.headers["Retry-After"] == "60"
    assert say(app.test_client(), name="Ada ").status_code == 429
    assert say(app.test_client(), "wrong", name="eve").status_code == 422
    clock.forward(seconds=61)
    assert say(app.test_client()).status_code == 303


def test_five_codes_a_minute(app: Flask, ada: Enrolment, clock: Clock) -> None:
    client = app.test_client()
    say(client)
    right = code_of(ada, clock)
    for number in range(5):
        wrong = f"{(int(right) + 1 + number) % 1_000_000:06}"
        assert type_code(client, wrong).status_code == 422
    assert type_code(client, right).status_code == 429
    assert not is_in(client)


def test_half_an_hour_of_nothing_ends_it(client: FlaskClient, ada: Enrolment, clock: Clock) -> None:
    enter(client, ada, clock)
    clock.forward(minutes=20)
    assert is_in(client)
    clock.forward(minutes=20)
    assert is_in(client)
    clock.forward(minutes=30)
    assert not is_in(client)


def test_signing_out_ends_it_for_good_the_old_cookie_too(
    app: Flask, client: FlaskClient, ada: Enrolment, clock: Clock
) -> None:
    enter(client, ada, clock)
    stolen = cookie_of(client)
    left = client.post("/office/sign-out")
    assert (left.status_code, left.location) == (303, "/office/sign-in")
    assert not is_in(client)
    thief = app.test_client()
    thief.set_cookie("portal", stolen)
    assert not is_in(thief)


def test_a_cookie_planted_before_signing_in_is_worth_nothing_after(
    app: Flask, client: FlaskClient, ada: Enrolment, clock: Clock
) -> None:
    with client.session_transaction() as cookie:
        cookie["browser"] = "planted"
    planted = cookie_of(client)
    enter(client, ada, clock)
    assert is_in(client)
    planter = app.test_client()
    planter.set_cookie("portal", planted)
    assert not is_in(planter)


def test_the_cookie_says_nothing_of_who_it_is(
    client: FlaskClient, ada: Enrolment, clock: Clock
) -> None:
    enter(client, ada, clock)
    with client.session_transaction() as cookie:
        assert set(cookie) <= {"browser", "csrf_token"}


def test_whoever_is_ended_is_out_at_their_next_click(
    client: FlaskClient, ada: Enrolment, sqlite_house: House, clock: Clock
) -> None:
    enter(client, ada, clock)
    assert is_in(client)
    with sqlite_house.db.writing() as session:
        handler = session.get_one(Handler, ada.handler.id)
        end_handler(session, handler=handler, by=COMMAND_LINE, at=clock.at)
    assert not is_in(client)
    assert say(client).status_code == 422


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/office/",
        "//elsewhere.example/office/",
        "/\\elsewhere.example",
        "/office/\\\\elsewhere.example",
        "/office//elsewhere.example",
        "/officeelsewhere.example",
        "javascript:alert(1)",
        " /office/requests",
        "/office/\r\nSet-Cookie: a=b",
        "/office/\x00",
        "/f/abc",
    ],
)
def test_the_page_after_signing_in_is_never_elsewhere(
    client: FlaskClient, ada: Enrolment, clock: Clock, wanted: str
) -> None:
    first = say(client, next_=wanted)
    assert first.location == "/office/sign-in/code"
    assert type_code(client, code_of(ada, clock), next_=wanted).location == "/office/"


@pytest.mark.parametrize("wanted", ["/office/requests", "/office/requests?status=all"])
def test_the_page_they_wanted_comes_after_signing_in(
    client: FlaskClient, ada: Enrolment, clock: Clock, wanted: str
) -> None:
    first = say(client, next_=wanted)
    assert first.location == f"/office/sign-in/code?next={quote(wanted, safe='/?')}"
    assert type_code(client, code_of(ada, clock), next_=wanted).location == wanted


def test_being_there_is_written_down_once_a_minute(
    client: FlaskClient, ada: Enrolment, sqlite_house: House, clock: Clock
) -> None:
    enter(client, ada, clock)
    begun = clock.at
    seen = []
    for _ in range(4):
        clock.forward(seconds=40)
        client.get("/office/")
        with sqlite_house.db.reading() as session:
            seen.append(session.scalars(sa.select(StaffSession.seen_at)).one() - begun)
    assert seen == [timedelta(0), *[timedelta(seconds=80)] * 2, timedelta(seconds=160)]
