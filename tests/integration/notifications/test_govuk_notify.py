"""The door to GOV.UK Notify, against a stand-in that speaks its documented API over HTTP."""

import dataclasses
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.audit.models import AuditEntry
from portal.config import Settings
from portal.errors import Refused, Upstream
from portal.house import House
from portal.notifications.choosing import transport_of
from portal.notifications.commands import notify
from portal.notifications.govuk_notify import REMEMBERED, NotifyTransport, reference_of
from portal.notifications.models import Notice
from portal.notifications.notices import Failure, NoticeKind
from portal.notifications.smtp import SmtpTransport
from portal.notifications.transport import AddressRefused, Fate, Letterhead
from portal.outbox.models import JobStatus, OutboxJob
from portal.worker import Worker
from tests.conftest import Clock
from tests.servers.notify import API_KEY, TEMPLATE_ID, TRIAL, NotifyServer, StandIn, Trouble

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
LETTER = Letterhead(
    sender="video@example.org",
    to="amina@example.org",
    subject="There is a message for you",
    body="Ünïcode\n\nhttps://example.org/f/abc\n",
    message_id="<0123456789abcdef@notices.portal>",
    written_at=AT,
)


@pytest.fixture
def server() -> Iterator[NotifyServer]:
    server = NotifyServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def record(server: NotifyServer) -> StandIn:
    return server.record


def to_notify(settings: Settings, server: NotifyServer, **changes: Any) -> Settings:
    words: dict[str, Any] = {
        "notify_api_key": API_KEY,
        "notify_template_id": TEMPLATE_ID,
        "notify_url": server.url,
        "mail_seconds": 1,
    }
    return dataclasses.replace(settings, **(words | changes))


@pytest.fixture
def mail(settings: Settings, server: NotifyServer) -> NotifyTransport:
    return NotifyTransport(to_notify(settings, server))


def test_the_key_chooses_the_way(settings: Settings, server: NotifyServer) -> None:
    assert isinstance(transport_of(settings), SmtpTransport)
    assert isinstance(transport_of(to_notify(settings, server)), NotifyTransport)


def test_the_message_arrives_as_it_was_written_under_our_reference(
    mail: NotifyTransport, record: StandIn
) -> None:
    mail.send(LETTER)
    (taken,) = record.taken
    assert (taken.to, taken.subject, taken.body) == (LETTER.to, LETTER.subject, LETTER.body)
    assert taken.reference == "0123456789abcdef" == reference_of(LETTER)
    assert taken.reply_to_id is None
    assert record.refused_tokens == 0


def test_replies_go_where_the_force_says(
    settings: Settings, server: NotifyServer, record: StandIn
) -> None:
    NotifyTransport(to_notify(settings, server, notify_reply_to_id=TEMPLATE_ID)).send(LETTER)
    assert record.taken[0].reply_to_id == TEMPLATE_ID


def test_a_key_of_another_service_opens_nothing(
    settings: Settings, server: NotifyServer, record: StandIn
) -> None:
    stolen = NotifyTransport(to_notify(settings, server, notify_api_key=API_KEY[:-1] + "1"))
    with pytest.raises(Upstream, match="403"):
        stolen.send(LETTER)
    with pytest.raises(Upstream, match="403"):
        stolen.fate(LETTER)
    assert (record.taken, record.refused_tokens) == ([], 2)


def test_what_is_not_one_address_never_leaves(mail: NotifyTransport, record: StandIn) -> None:
    with pytest.raises(AddressRefused):
        mail.send(dataclasses.replace(LETTER, to="a@example.org, b@example.org"))
    assert record.attempts == []


def test_an_address_that_notify_calls_wrong_is_final(
    mail: NotifyTransport, record: StandIn
) -> None:
    record.will(400)
    with pytest.raises(AddressRefused) as refusal:
        mail.send(LETTER)
    assert "amina" not in refusal.value.message


@pytest.mark.parametrize(
    "fault", [403, 429, 500, 503, TRIAL, (400, "BadRequestError", "Template not found")]
)
def test_what_can_be_mended_is_tried_again(
    mail: NotifyTransport, record: StandIn, fault: int | tuple[int, str, str]
) -> None:
    record.will(fault)
    with pytest.raises(Upstream):
        mail.send(LETTER)
    assert mail.already_has(LETTER, at=AT) is False
    mail.send(LETTER)
    assert len(record.taken) == 1


@pytest.mark.parametrize(
    ("trouble", "has_it"),
    [
        (Trouble.HANG_BEFORE_ACCEPTING, False),
        (Trouble.DROP_BEFORE_ACCEPTING, False),
        (Trouble.HANG_AFTER_ACCEPTING, True),
        (Trouble.DROP_AFTER_ACCEPTING, True),
        (Trouble.FAIL_AFTER_ACCEPTING, True),
        (Trouble.ANSWER_NONSENSE, True),
    ],
)
def test_after_an_unclear_end_it_is_asked_by_reference(
    mail: NotifyTransport, record: StandIn, trouble: Trouble, has_it: bool
) -> None:
    record.will(trouble)
    with pytest.raises(Upstream):
        mail.send(LETTER)
    assert mail.already_has(LETTER, at=AT) is has_it
    assert record.asked == [reference_of(LETTER)]
    other = dataclasses.replace(LETTER, message_id="<another@notices.portal>")
    assert mail.already_has(other, at=AT) is False


@pytest.mark.parametrize("status", [429, 500])
def test_no_answer_about_it_is_no_leave_to_send(
    mail: NotifyTransport, record: StandIn, status: int
) -> None:
    record.lookups_fail_with = status
    with pytest.raises(Upstream):
        mail.already_has(LETTER, at=AT)


def test_notify_that_is_away_may_come_back(settings: Settings, server: NotifyServer) -> None:
    away = NotifyTransport(to_notify(settings, server, notify_url="http://127.0.0.1:1"))
    with pytest.raises(Upstream):
        away.send(LETTER)


def test_what_notify_may_have_forgotten_nobody_knows(mail: NotifyTransport) -> None:
    assert mail.already_has(LETTER, at=AT + REMEMBERED - timedelta(seconds=1)) is False
    assert mail.already_has(LETTER, at=AT + REMEMBERED) is None
    mail.send(LETTER)
    assert mail.already_has(LETTER, at=AT + REMEMBERED) is True


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        ("created", Fate.UNDECIDED),
        ("sending", Fate.UNDECIDED),
        ("a word of next year", Fate.UNDECIDED),
        ("delivered", Fate.DELIVERED),
        ("permanent-failure", Fate.NO_SUCH_ADDRESS),
        ("temporary-failure", Fate.GIVEN_UP),
        ("technical-failure", Fate.NEVER_SENT),
    ],
)
def test_every_status_has_its_meaning(
    mail: NotifyTransport, record: StandIn, status: str, fate: Fate
) -> None:
    assert mail.fate(LETTER) is None
    mail.send(LETTER)
    record.taken[0].status = status
    assert mail.fate(LETTER) is fate
    assert mail.already_has(LETTER, at=AT) is (fate is not Fate.NEVER_SENT)


def test_the_log_says_neither_address_nor_words(
    mail: NotifyTransport, record: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    record.will((400, "ValidationError", f"{LETTER.to} is not a valid address"))
    with pytest.raises(Refused):
        mail.send(LETTER)
    assert caplog.text == ""


# What becomes of it afterwards, through the worker's own jobs.


def at_notify(house: House, server: NotifyServer) -> House:
    return dataclasses.replace(house, settings=to_notify(house.settings, server))


def owe_one(house: House, kind: NoticeKind = NoticeKind.MESSAGE, **fields: Any) -> None:
    given = fields or {"reference": "BWV-2222-3333"}
    with house.db.writing() as session:
        notify(
            session,
            kind,
            to=LETTER.to,
            key="one",
            at=house.now(),
            about="BWV-2222-3333",
            **given,
        )


def the_notice(house: House) -> Notice:
    with house.db.reading() as session:
        return session.scalars(sa.select(Notice)).one()


def jobs(house: House) -> list[OutboxJob]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(OutboxJob).order_by(OutboxJob.due_at)))


def deeds(house: House) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(AuditEntry.deed)))


def work_for(house: House, clock: Clock, **time: float) -> None:
    """Let time pass, with a worker that pays what falls due when it falls due."""
    until = clock.at + timedelta(**time)
    while owed := [job.due_at for job in jobs(house) if job.status is JobStatus.OWED]:
        if min(owed) > until:
            break
        clock.at = max(clock.at, min(owed))
        Worker(house).pay_all()
    clock.at = until


@pytest.mark.parametrize("status", [429, 500])
def test_while_it_cannot_be_asked_nothing_is_sent_again(
    house: House, clock: Clock, server: NotifyServer, record: StandIn, status: int
) -> None:
    """Also not after a 429: that is a clear answer to a sending, and none to a question."""
    house = at_notify(house, server)
    record.will(Trouble.DROP_AFTER_ACCEPTING)
    owe_one(house)
    Worker(house).pay_all()
    record.lookups_fail_with = status
    work_for(house, clock, minutes=10)
    assert len(record.asked) > 3
    record.lookups_fail_with = 0
    work_for(house, clock, hours=1)
    assert (len(record.taken), len(record.attempts)) == (1, 1)
    assert the_notice(house).delivered_at is not None
    assert the_notice(house).deliveries_unsure == 0


def test_delivered_is_asked_once_and_that_is_all(
    house: House, clock: Clock, server: NotifyServer, record: StandIn
) -> None:
    house = at_notify(house, server)
    owe_one(house)
    Worker(house).pay_all()
    record.taken[0].status = "delivered"
    assert record.asked == []
    work_for(house, clock, hours=6)
    assert len(record.asked) == 1
    assert the_notice(house).failed_at is None
    assert {job.status for job in jobs(house)} == {JobStatus.SETTLED}


def test_undecided_is_asked_some_times_and_then_no_more(
    sqlite_house: House, clock: Clock, server: NotifyServer, record: StandIn
) -> None:
    house = at_notify(sqlite_house, server)
    owe_one(house)
    Worker(house).pay_all()
    work_for(house, clock, days=6)
    assert len(record.asked) == 7
    assert len(record.taken) == 1
    assert {job.status for job in jobs(house)} == {JobStatus.SETTLED}


@pytest.mark.parametrize(
    ("status", "failure"),
    [("permanent-failure", Failure.ADDRESS), ("temporary-failure", Failure.GIVEN_UP)],
)
def test_a_failure_marks_the_notice_and_sends_nothing(
    house: House,
    clock: Clock,
    server: NotifyServer,
    record: StandIn,
    status: str,
    failure: Failure,
) -> None:
    house = at_notify(house, server)
    owe_one(house)
    Worker(house).pay_all()
    record.taken[0].status = status
    work_for(house, clock, days=2)
    kept = the_notice(house)
    assert (kept.failure, kept.about) == (failure, "BWV-2222-3333")
    assert (len(record.taken), len(record.asked)) == (1, 1)
    assert deeds(house).count("notice.failed") == 1


def test_a_fault_of_notifys_has_it_sent_once_more_and_never_a_third_time(
    house: House, clock: Clock, server: NotifyServer, record: StandIn
) -> None:
    house = at_notify(house, server)
    owe_one(house)
    Worker(house).pay_all()
    record.taken[0].status = "technical-failure"
    work_for(house, clock, minutes=15)
    first, second = record.taken
    assert (first.reference, first.body) == (second.reference, second.body)
    second.status = "technical-failure"
    work_for(house, clock, days=4)
    assert len(record.taken) == 2
    assert the_notice(house).failure is Failure.GIVEN_UP


def test_sent_once_more_it_arrives(
    sqlite_house: House, clock: Clock, server: NotifyServer, record: StandIn
) -> None:
    house = at_notify(sqlite_house, server)
    owe_one(house)
    Worker(house).pay_all()
    record.taken[0].status = "technical-failure"
    work_for(house, clock, minutes=15)
    record.taken[1].status = "delivered"
    work_for(house, clock, days=4)
    kept = the_notice(house)
    assert (kept.failed_at, kept.deliveries_unsure, len(record.taken)) == (None, 0, 2)


def test_a_code_that_was_never_sent_is_not_sent_late(
    house: House, clock: Clock, server: NotifyServer, record: StandIn
) -> None:
    house = at_notify(house, server)
    owe_one(house, NoticeKind.CODE, code="01234567", minutes=10)
    Worker(house).pay_all()
    record.taken[0].status = "technical-failure"
    work_for(house, clock, days=1)
    assert len(record.taken) == 1
    assert the_notice(house).failure is Failure.GIVEN_UP


def test_nobody_asks_about_an_e_mail_that_was_deleted(
    house: House, clock: Clock, server: NotifyServer, record: StandIn
) -> None:
    house = at_notify(house, server)
    owe_one(house)
    Worker(house).pay_all()
    with house.db.writing() as session:
        session.execute(sa.delete(Notice))
    work_for(house, clock, hours=1)
    assert record.asked == []
    assert {job.status for job in jobs(house)} == {JobStatus.SETTLED}
