"""Those who own holds are told once a week that some are to be looked at again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.holds.jobs import REMIND_OWNERS, remind_owners
from portal.holds.policy import REVIEW_EVERY
from portal.house import House
from portal.notifications.commands import write_once
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import Lease
from portal.outbox.models import OutboxJob
from portal.worker import JOBS, Job, Worker
from tests.conftest import Clock
from tests.factories.disclosure import lift_hold, place_hold, ready_to_decide

OWNERS = "holds@force.example.org"


@pytest.fixture
def owners(house: House) -> House:
    """A house that knows where to write to those who own holds."""
    return replace(house, settings=replace(house.settings, hold_owners_email=OWNERS))


def nothing(_house: House, _held: Lease) -> Callable[[object], None]:
    return lambda session: None


def days(house: House, clock: Clock, count: int) -> None:
    """A worker that does only this, begun anew each day."""
    jobs: dict[str, Job] = {**dict.fromkeys(JOBS, nothing), REMIND_OWNERS: remind_owners}
    for _ in range(count):
        worker = Worker(house, jobs=jobs)
        worker._beat()
        worker.pay_all()
        clock.forward(days=1)


def told(house: House) -> list[Notice]:
    with house.db.reading() as session:
        found = sa.select(Notice).where(Notice.kind == NoticeKind.HOLDS_TO_REVIEW)
        return list(session.scalars(found.order_by(Notice.written_at)))


def test_once_a_week_while_one_is_due_and_not_after(owners: House, clock: Clock) -> None:
    ready = ready_to_decide(owners)
    hold = place_hold(owners, ready.recording_ids[0])
    days(owners, clock, 7)
    assert told(owners) == []
    clock.forward(days=REVIEW_EVERY.days - 14)
    clock.forward(days=7 - clock().weekday())
    days(owners, clock, 14)
    first, second = told(owners)
    assert second.written_at - first.written_at == timedelta(days=7)
    assert {first.to, second.to} == {OWNERS}
    lift_hold(owners, hold)
    days(owners, clock, 14)
    assert len(told(owners)) == 2


def test_the_e_mail_names_no_hold_and_no_case(owners: House, clock: Clock) -> None:
    ready = ready_to_decide(owners)
    place_hold(owners, ready.recording_ids[0])
    clock.forward(days=REVIEW_EVERY.days)
    days(owners, clock, 1)
    (notice,) = told(owners)
    with owners.db.writing() as session:
        written = write_once(session, notice.id, settings=owners.settings, token="one")
    assert written is not None
    body = written.letter.body
    assert "/office/matters/holds-to-review" in body
    for word in ("CR/", "REC-", ready.reference, "Investigation"):
        assert word not in body
    assert not any(sign.isdigit() for sign in body.replace("90 days", ""))


def test_nobody_is_told_where_no_address_is_set(house: House, clock: Clock) -> None:
    ready = ready_to_decide(house)
    place_hold(house, ready.recording_ids[0])
    clock.forward(days=REVIEW_EVERY.days)
    days(house, clock, 2)
    assert told(house) == []
    with house.db.reading() as session:
        owed = sa.select(sa.func.count()).where(OutboxJob.job == REMIND_OWNERS)
        assert session.scalar(owed) == 0
