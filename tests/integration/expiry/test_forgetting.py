"""A request that ended long ago goes whole, and nothing that is still needed goes with it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE, PUBLIC
from portal.audit.models import AuditEntry
from portal.db import Base
from portal.expiry.commands import forgetting
from portal.expiry.commands.forgetting import (
    Forgotten,
    Run,
    forget_codes,
    forget_requests,
    would_forget,
)
from portal.expiry.models import ForgottenRequest
from portal.house import House
from portal.identity.commands.codes import issue_code
from portal.identity.models import OneTimeCode
from portal.identity.proof import CodePurpose
from portal.ids import new_id
from portal.letters.models import Letter
from portal.notifications.commands import notify
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.recordings.models import Recording
from portal.requests.commands.messaging import write_to_us
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom
from portal.requests.models import FootageRequest
from portal.worker import Worker, tidy_up
from tests.conftest import Clock
from tests.factories.applicants import received
from tests.factories.disclosure import (
    Ready,
    answered,
    held_line,
    keep_video,
    lease_of,
    place_hold,
    ready_to_decide,
    withhold_line,
)

KEPT = timedelta(days=730)
LONG = KEPT + timedelta(days=1)


def run_of(house: House) -> Run:
    return Run(house.db, KEPT, COMMAND_LINE, house.now())


def forget(house: House) -> Forgotten:
    Worker(house).pay_all()
    return forget_requests(run_of(house))


def count(house: House, table: Any) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def answered_request(house: House, lines: Any = None) -> Ready:
    ready = ready_to_decide(house)
    with house.db.writing() as session:
        keep_video(session, ready, at=house.now())
    answered(house, ready, lines(ready) if lines else None)
    return ready


def withdrawn_request(house: House, **given: Any) -> UUID:
    with house.db.writing() as session:
        made = received(session, at=house.now(), **given)
        withdraw(session, request_id=made.id, by=PUBLIC, at=house.now())
        return made.id


def tidy(house: House) -> None:
    """The worker's hourly tidying, and what it owes."""
    finish = tidy_up(house, lease_of(new_id()))
    with house.db.writing() as session:
        finish(session)
    Worker(house).pay_all()


def wait(house: House, clock: Clock, by: timedelta = LONG) -> None:
    """Let the schedules pass, with a worker that pays what they owe."""
    clock.at += by
    tidy(house)


def references(house: House) -> set[str]:
    with house.db.reading() as session:
        return set(session.scalars(sa.select(FootageRequest.reference)))


def test_a_request_goes_two_years_after_its_end_and_not_an_hour_before(
    house: House, clock: Clock
) -> None:
    answered_request(house)
    Worker(house).pay_all()
    wait(house, clock, KEPT - timedelta(hours=1))
    assert forget(house).requests == 0
    assert count(house, FootageRequest) == 1
    wait(house, clock, timedelta(hours=2))
    assert forget(house).requests == 1
    assert count(house, FootageRequest) == 0


def test_nothing_that_hangs_on_it_is_left_in_any_table(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    with house.db.writing() as session:
        issue_code(
            session,
            purpose=CodePurpose.REQUEST,
            subject_id=ready.request_id,
            browser="b",
            at=house.now(),
        )
    Worker(house).pay_all()
    tables = [
        table
        for table in Base.metadata.sorted_tables
        if hangs_on_requests(table) and count(house, table)
    ]
    assert {"decision_line", "release_file", "download_link", "letter", "one_time_code"} <= {
        table.name for table in tables
    }
    wait(house, clock)
    forget(house)
    assert {table.name: count(house, table) for table in tables} == dict.fromkeys(
        (table.name for table in tables), 0
    )
    assert count(house, Recording) == 1


def hangs_on_requests(table: sa.Table, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a table's rows belong to a request, by whatever road."""
    if table.name == "footage_request" or "subject_id" in table.columns:
        return True
    parents = {key.column.table for key in table.foreign_keys} - {table}
    return any(
        hangs_on_requests(parent, seen | {table.name})
        for parent in parents
        if parent.name not in seen
    )


def test_its_statistics_stay_and_say_nothing_of_a_person(house: House, clock: Clock) -> None:
    ready = answered_request(house, lambda ready: [withhold_line(ready.recording_ids[0])])
    wait(house, clock)
    forget(house)
    with house.db.reading() as session:
        kept = session.scalars(sa.select(ForgottenRequest)).one()
    assert (kept.id, kept.reference) == (ready.request_id, ready.reference)
    assert (kept.regime, kept.ending) == ("sar_part3", "restricted")
    assert kept.grounds == ["P3-45-4-e"]
    assert [event for event, _ in kept.steps][-1] == "answered"
    assert kept.steps[0] == ["received", kept.received_on.isoformat()]
    assert kept.forgotten_at == house.now()
    texts = str([getattr(kept, column.name) for column in ForgottenRequest.__table__.columns])
    for word in ("Amara", "Fountain", "example.org", "searched"):
        assert word not in texts


def test_an_answer_that_holds_something_back_stays(house: House, clock: Clock) -> None:
    ready = ready_to_decide(house)
    place_hold(house, ready.recording_ids[0])
    answered(house, ready, [held_line(house, ready, ready.recording_ids[0])])
    wait(house, clock, 4 * LONG)
    assert forget(house).requests == 0
    assert references(house) == {ready.reference}


def test_an_open_request_stays_however_old(house: House, clock: Clock) -> None:
    ready = ready_to_decide(house)
    wait(house, clock, 4 * LONG)
    assert forget(house).requests == 0
    assert references(house) == {ready.reference}


def test_a_word_of_the_applicant_starts_its_time_anew(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    clock.forward(days=700)
    with house.db.writing() as session:
        write_to_us(
            session, request_id=ready.request_id, body="One more thing.", by=PUBLIC, at=clock()
        )
    wait(house, clock, timedelta(days=60))
    assert forget(house).requests == 0
    wait(house, clock, KEPT)
    assert forget(house).requests == 1


def test_while_files_of_a_release_are_there_the_request_stays(house: House, clock: Clock) -> None:
    answered_request(house)
    clock.at += LONG
    assert forget_requests(run_of(house)).requests == 0
    tidy(house)
    assert forget_requests(run_of(house)).requests == 1


def test_the_two_halves_of_one_ask_go_together(house: House, clock: Clock) -> None:
    one = withdrawn_request(house)
    clock.forward(days=300)
    two = withdrawn_request(house, about=AboutWhom.GENERAL)
    with house.db.writing() as session:
        session.get_one(FootageRequest, two).linked_to = one
    wait(house, clock, KEPT - timedelta(days=200))
    assert forget(house).requests == 0
    wait(house, clock, timedelta(days=250))
    assert forget(house).requests == 2
    assert count(house, FootageRequest) == 0


def test_it_works_page_by_page(house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_PAGE", 2)
    for _ in range(5):
        withdrawn_request(house)
    wait(house, clock)
    went: list[str] = []
    assert forget_requests(run_of(house), lambda one: went.append(one.reference)).requests == 5
    assert len(set(went)) == 5


def test_a_look_deletes_nothing_and_says_what_would_go(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    wait(house, clock)
    went: list[str] = []
    found = would_forget(run_of(house), lambda one: went.append(one.reference))
    assert (found.requests, found.rows) == (1, 0)
    assert went == [ready.reference]
    assert references(house) == {ready.reference}
    assert "requests.retention_carried_out" not in deeds(house)


def deeds(house: House) -> dict[str, dict[str, Any]]:
    with house.db.reading() as session:
        return {
            entry.deed: {"subject": entry.subject, **entry.details}
            for entry in session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence))
        }


def test_each_and_the_whole_run_are_lines_in_the_book(house: House, clock: Clock) -> None:
    ready = answered_request(house)
    wait(house, clock)
    went = forget(house)
    written = deeds(house)
    assert written["request.forgotten"] == {"subject": ready.reference, "rows": went.rows}
    assert went.rows > 20
    assert written["requests.retention_carried_out"]["requests"] == 1
    assert written["requests.retention_carried_out"]["days"] == KEPT.days


def test_the_sealed_letters_go_with_the_next_tidying(house: House, clock: Clock) -> None:
    withdrawn_request(house)
    answered_request(house)
    Worker(house).pay_all()
    with house.db.reading() as session:
        letters = session.scalars(sa.select(Letter)).all()
    assert letters
    assert all(house.vault.storage.exists(str(letter.pdf_key)) for letter in letters)
    wait(house, clock)
    forget(house)
    tidy(house)
    assert list(house.vault.storage.keys()) == []


def test_an_email_with_a_code_goes_with_the_time_of_a_draft(house: House, clock: Clock) -> None:
    with house.db.writing() as session:
        for kind in (NoticeKind.DRAFT_CODE, NoticeKind.WITHDRAWN):
            notify(session, kind, to="a@example.org", key=f"{kind}:1", at=house.now())
    before = clock() + timedelta(seconds=1)
    with house.db.writing() as session:
        assert forget_codes(session, before=clock()) == 0
        assert forget_codes(session, before=before) == 1
    assert count(house, Notice) == 1
    clock.at += LONG
    assert forget_requests(run_of(house)).notices == 1
    assert count(house, Notice) == 0


def test_the_emails_about_a_request_go_with_it_and_not_before(house: House, clock: Clock) -> None:
    ready = ready_to_decide(house)
    withdrawn_request(house)
    wait(house, clock)
    assert forget(house).requests == 1
    with house.db.reading() as session:
        about = set(session.scalars(sa.select(Notice.about)))
    assert about == {ready.reference}


def test_what_a_forgotten_draft_left_goes_and_a_code_that_has_its_time_stays(
    house: House, clock: Clock
) -> None:
    with house.db.writing() as session:
        issue_code(
            session, purpose=CodePurpose.DRAFT, subject_id=new_id(), browser="b", at=house.now()
        )
    forget_requests(run_of(house))
    assert count(house, OneTimeCode) == 1
    clock.forward(hours=1)
    forget_requests(run_of(house))
    assert count(house, OneTimeCode) == 0
