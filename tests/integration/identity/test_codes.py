"""Codes: five tries, one browser, ten minutes, a few in a while; visits that end."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.db import Database
from portal.errors import TooMany
from portal.identity.codes import CodeVerdict
from portal.identity.commands.codes import (
    check_code,
    end_visits,
    grant_visit,
    issue_code,
)
from portal.identity.models import OneTimeCode, Visit
from portal.identity.proof import CodePurpose
from portal.identity.queries import subject_for, visit
from portal.ids import new_id

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SUBJECT = new_id()
EMAIL, REQUEST, DRAFT = CodePurpose.EMAIL, CodePurpose.REQUEST, CodePurpose.DRAFT


def issue(database: Database, *, at: datetime = NOW, browser: str = "mine") -> str:
    with database.writing() as session:
        return issue_code(session, purpose=EMAIL, subject_id=SUBJECT, browser=browser, at=at)


def check(
    database: Database,
    typed: str,
    *,
    at: datetime = NOW,
    browser: str = "mine",
    purpose: CodePurpose = EMAIL,
) -> CodeVerdict:
    with database.writing() as session:
        return check_code(
            session, purpose=purpose, subject_id=SUBJECT, browser=browser, typed=typed, at=at
        )


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def test_a_code_works_once(database: Database) -> None:
    code = issue(database)
    assert check(database, f"{code[:4]} {code[4:]}") is CodeVerdict.ACCEPTED
    assert check(database, code) is CodeVerdict.USED_UP


def test_five_wrong_tries_end_it(database: Database) -> None:
    code = issue(database)
    for _ in range(5):
        assert check(database, wrong(code)) is CodeVerdict.WRONG
    assert check(database, code) is CodeVerdict.USED_UP


def test_it_works_nowhere_else(database: Database) -> None:
    code = issue(database)
    assert check(database, code, browser="another") is CodeVerdict.USED_UP
    assert check(database, code, purpose=REQUEST) is CodeVerdict.USED_UP
    assert check(database, code) is CodeVerdict.ACCEPTED


def test_it_runs_out_after_ten_minutes(database: Database) -> None:
    code = issue(database)
    assert check(database, code, at=NOW + timedelta(minutes=10)) is CodeVerdict.USED_UP
    code = issue(database, at=NOW + timedelta(minutes=1))
    late = NOW + timedelta(minutes=10, seconds=59)
    assert check(database, code, at=late) is CodeVerdict.ACCEPTED


def test_a_new_one_ends_the_one_before(database: Database) -> None:
    first = issue(database)
    second = issue(database, at=NOW + timedelta(seconds=1))
    later = NOW + timedelta(seconds=2)
    if first != second:
        assert check(database, first, at=later) is CodeVerdict.WRONG
    assert check(database, second, at=later) is CodeVerdict.ACCEPTED


def test_three_in_a_quarter_of_an_hour_and_ten_in_a_day(database: Database) -> None:
    for minute in range(3):
        issue(database, at=NOW + timedelta(minutes=minute))
    with pytest.raises(TooMany):
        issue(database, at=NOW + timedelta(minutes=14))
    for quarter in range(1, 8):
        issue(database, at=NOW + timedelta(minutes=16 * quarter))
    with pytest.raises(TooMany):
        issue(database, at=NOW + timedelta(hours=20))
    issue(database, at=NOW + timedelta(hours=25))


def test_the_code_itself_is_nowhere(database: Database) -> None:
    code = issue(database)
    with database.reading() as session:
        kept = session.scalars(sa.select(OneTimeCode)).one()
        assert code not in kept.code_hash
        assert kept.code_hash.startswith("$argon2id$")


def test_a_visit_is_for_one_browser_one_subject_one_purpose_and_an_hour(
    database: Database,
) -> None:
    with database.writing() as session:
        grant_visit(session, purpose=REQUEST, subject_id=SUBJECT, browser="mine", at=NOW)
    with database.reading() as session:

        def seen(
            purpose: CodePurpose = REQUEST, browser: str = "mine", minutes: int = 59
        ) -> Visit | None:
            at = NOW + timedelta(minutes=minutes)
            return visit(session, purpose=purpose, subject_id=SUBJECT, browser=browser, at=at)

        assert seen()
        assert not seen(minutes=60)
        assert not seen(browser="another")
        assert not seen(purpose=EMAIL)
        assert not visit(session, purpose=REQUEST, subject_id=new_id(), browser="mine", at=NOW)


def test_ending_ends_every_browsers_visit(database: Database) -> None:
    with database.writing() as session:
        for browser in ("mine", "another"):
            grant_visit(session, purpose=REQUEST, subject_id=SUBJECT, browser=browser, at=NOW)
        end_visits(session, purpose=REQUEST, subject_id=SUBJECT, at=NOW)
    with database.reading() as session:
        for browser in ("mine", "another"):
            assert not visit(session, purpose=REQUEST, subject_id=SUBJECT, browser=browser, at=NOW)


def test_a_browser_has_its_own_draft_for_as_long_as_it_was_given(database: Database) -> None:
    with database.writing() as session:
        grant_visit(
            session,
            purpose=DRAFT,
            subject_id=SUBJECT,
            browser="mine",
            at=NOW,
            lasting=timedelta(days=14),
        )
    with database.reading() as session:
        later = NOW + timedelta(days=13)
        assert subject_for(session, browser="mine", at=later) == SUBJECT
        assert subject_for(session, browser="another", at=later) is None
        assert subject_for(session, browser="mine", at=later, purpose=REQUEST) is None
        assert subject_for(session, browser="mine", at=NOW + timedelta(days=14)) is None
