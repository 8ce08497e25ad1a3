"""Signing in: a passphrase and a code, each once, and a session that ends when it should."""

from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE, Role
from portal.audit.models import AuditEntry
from portal.errors import Refused
from portal.house import House
from portal.office.commands.handlers import Enrolment, add_handler, end_handler
from portal.office.commands.signing_in import (
    actor_of,
    check_passphrase,
    note_seen,
    sign_in,
    sign_out,
)
from portal.office.models import Handler, StaffSession
from portal.office.queries import handlers, signed_in
from portal.office.sessions import SESSION_IDLE, SESSION_LASTING
from tests.conftest import Clock

PASSPHRASE = "seven green bottles"
BROWSER = "a" * 64


def add(house: House, name: str = "ada", passphrase: str = PASSPHRASE) -> Enrolment:
    with house.db.writing() as session:
        return add_handler(
            session,
            sign_in_name=name,
            name="Ada Example",
            passphrase=passphrase,
            roles=[Role.INTAKE],
            sealer=house.vault.sealer,
            by=COMMAND_LINE,
            at=house.now(),
        )


def code_of(made: Enrolment, house: House, *, seconds: int = 0) -> str:
    return pyotp.TOTP(made.secret).at(house.now() + timedelta(seconds=seconds))


def enter(house: House, made: Enrolment, code: str, *, browser: str = BROWSER) -> bool:
    with house.db.writing() as session:
        return sign_in(
            session,
            handler_id=made.handler.id,
            code=code,
            browser=browser,
            sealer=house.vault.sealer,
            at=house.now(),
        )


def who_is_in(house: House, browser: str = BROWSER) -> UUID | None:
    with house.db.reading() as session:
        found = signed_in(session, browser=browser, at=house.now())
    return found[0].id if found else None


def found(house: House, name: str, passphrase: str) -> UUID | None:
    with house.db.reading() as session:
        return check_passphrase(session, sign_in_name=name, passphrase=passphrase)


def deeds(house: House) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.sequence)))


def end(house: House, made: Enrolment) -> None:
    with house.db.writing() as session:
        handler = session.get_one(Handler, made.handler.id)
        end_handler(session, handler=handler, by=COMMAND_LINE, at=house.now())


def test_the_right_passphrase_finds_the_handler(house: House) -> None:
    made = add(house)
    assert found(house, " ADA ", PASSPHRASE) == made.handler.id
    for name, passphrase in (("ada", "wrong"), ("ada", ""), ("eve", PASSPHRASE), ("", "")):
        assert found(house, name, passphrase) is None


def test_neither_passphrase_nor_secret_is_kept_plain(house: House) -> None:
    made = add(house)
    with house.db.reading() as session:
        kept = session.get_one(Handler, made.handler.id)
    assert kept.passphrase_hash.startswith("$argon2id$")
    assert made.secret.encode() not in kept.sealed_secret


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_works_half_a_minute_either_way(sqlite_house: House, seconds: int) -> None:
    made = add(sqlite_house)
    assert enter(sqlite_house, made, code_of(made, sqlite_house, seconds=seconds))
    assert who_is_in(sqlite_house) == made.handler.id


@pytest.mark.parametrize("seconds", [-90, -60, 60, 300])
def test_an_older_or_a_later_code_does_not(sqlite_house: House, seconds: int) -> None:
    made = add(sqlite_house)
    assert not enter(sqlite_house, made, code_of(made, sqlite_house, seconds=seconds))
    assert who_is_in(sqlite_house) is None
    assert deeds(sqlite_house)[-1] == "handler.sign_in_failed"


def test_a_code_can_be_typed_with_a_space(sqlite_house: House) -> None:
    made = add(sqlite_house)
    code = code_of(made, sqlite_house)
    assert enter(sqlite_house, made, f" {code[:3]} {code[3:]} ")


@pytest.mark.parametrize("code", ["", "000", "abcdef", "١٢٣٤٥٦", "0" * 500])
def test_what_is_no_code_lets_nobody_in(sqlite_house: House, code: str) -> None:
    assert not enter(sqlite_house, add(sqlite_house), code)


def test_a_code_is_used_once(house: House, clock: Clock) -> None:
    made = add(house)
    code = code_of(made, house)
    assert enter(house, made, code)
    assert not enter(house, made, code, browser="b" * 64)
    clock.forward(seconds=30)
    assert not enter(house, made, code, browser="b" * 64)
    assert enter(house, made, code_of(made, house), browser="b" * 64)


def test_a_code_before_one_that_was_used_is_used_up_too(sqlite_house: House) -> None:
    made = add(sqlite_house)
    assert enter(sqlite_house, made, code_of(made, sqlite_house, seconds=30))
    assert not enter(sqlite_house, made, code_of(made, sqlite_house), browser="b" * 64)


def test_a_session_ends_after_half_an_hour_of_nothing(house: House, clock: Clock) -> None:
    made = add(house)
    enter(house, made, code_of(made, house))
    clock.forward(minutes=29)
    with house.db.writing() as session:
        note_seen(session, browser=BROWSER, at=house.now())
    clock.forward(minutes=29)
    assert who_is_in(house) == made.handler.id
    clock.forward(minutes=1)
    assert timedelta(minutes=30) == SESSION_IDLE
    assert who_is_in(house) is None


def test_a_session_ends_however_busy_somebody_is(house: House, clock: Clock) -> None:
    made = add(house)
    enter(house, made, code_of(made, house))
    begun = house.now()
    while house.now() < begun + SESSION_LASTING:
        assert who_is_in(house) == made.handler.id
        with house.db.writing() as session:
            note_seen(session, browser=BROWSER, at=house.now())
        clock.forward(minutes=20)
    assert who_is_in(house) is None


def test_signing_out_ends_the_session_for_good(house: House, clock: Clock) -> None:
    made = add(house)
    enter(house, made, code_of(made, house))
    with house.db.writing() as session:
        sign_out(session, browser=BROWSER, by=actor_of(made.handler), at=house.now())
    assert who_is_in(house) is None
    with house.db.writing() as session:
        note_seen(session, browser=BROWSER, at=house.now())
    assert who_is_in(house) is None
    assert deeds(house)[-1] == "handler.signed_out"


def test_whoever_is_ended_is_out_at_once_on_every_browser_and_cannot_come_back(
    house: House, clock: Clock
) -> None:
    made = add(house)
    enter(house, made, code_of(made, house))
    clock.forward(seconds=30)
    enter(house, made, code_of(made, house), browser="b" * 64)
    end(house, made)
    assert who_is_in(house) is who_is_in(house, "b" * 64) is None
    assert found(house, "ada", PASSPHRASE) is None
    clock.forward(seconds=30)
    assert not enter(house, made, code_of(made, house), browser="c" * 64)
    with house.db.reading() as session:
        assert {one.ended_at is not None for one in session.scalars(sa.select(StaffSession))} == {
            True
        }


def test_ending_twice_is_ending_once(house: House, clock: Clock) -> None:
    made = add(house)
    end(house, made)
    ended_at = house.now()
    clock.forward(days=1)
    end(house, made)
    with house.db.reading() as session:
        assert session.get_one(Handler, made.handler.id).ended_at == ended_at
    assert deeds(house).count("handler.ended") == 1


def test_a_name_belongs_to_one_and_is_never_given_again(house: House) -> None:
    made = add(house)
    with pytest.raises(Refused, match="taken"):
        add(house, " Ada ")
    end(house, made)
    with pytest.raises(Refused, match="taken"):
        add(house)
    with house.db.reading() as session:
        assert [one.sign_in_name for one in handlers(session)] == ["ada"]


def test_a_passphrase_has_fifteen_characters(house: House) -> None:
    with pytest.raises(Refused, match="at least 15"):
        add(house, passphrase="x" * 14)
    add(house, passphrase="x" * 15)


def test_an_authenticator_app_can_read_the_secret(sqlite_house: House) -> None:
    made = add(sqlite_house)
    parsed = pyotp.parse_uri(made.address)
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.secret, parsed.name, parsed.issuer) == (made.secret, "ada", "Video requests")
