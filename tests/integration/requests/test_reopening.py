"""A hold ends, and what it kept waiting opens again: by itself, once, with a new promise."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import WORKER
from portal.audit.models import AuditEntry
from portal.dates import london_day
from portal.db import Database
from portal.disclosure.jobs import reopen
from portal.disclosure.queries.decisions import standings
from portal.errors import Refused
from portal.holds.commands import close_matter
from portal.holds.models import Hold, Matter
from portal.house import House
from portal.identity.codes import CodeVerdict
from portal.identity.proof import CodePurpose
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.notifications.commands import write_once
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import Lease
from portal.outbox.models import OutboxJob
from portal.recordings.models import Recording
from portal.requests.commands import move
from portal.requests.commands.confirming import send_code, type_code
from portal.requests.commands.proving import Known, accept_identity
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status
from portal.requests.models import Applicant, FootageRequest, RequestStep
from tests.conftest import Clock
from tests.factories.disclosure import (
    HOLD_OWNER,
    Ready,
    answered,
    confirm,
    decided,
    held_line,
    lift_hold,
    place_hold,
    ready_to_decide,
    release_line,
    status_of,
)
from tests.factories.reopening import pay_reopenings


def times_reopened(house: House, ready: Ready) -> tuple[int, int, int]:
    """How often it was opened again, how often an e-mail said so, and how often a letter."""
    counts = (
        sa.select(sa.func.count()).where(
            RequestStep.request_id == ready.request_id, RequestStep.event == Event.HOLD_ENDED
        ),
        sa.select(sa.func.count()).where(
            Notice.kind == NoticeKind.REOPENED, Notice.key.contains(str(ready.request_id))
        ),
        sa.select(sa.func.count()).where(
            Letter.kind == LetterKind.REOPENED, Letter.subject_id == ready.request_id
        ),
    )
    with house.db.reading() as session:
        one, two, three = (session.scalar(count) or 0 for count in counts)
    return one, two, three


def deeds(house: House, deed: str) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).where(AuditEntry.deed == deed)) or 0


def promised(house: House, ready: Ready) -> date | None:
    with house.db.reading() as session:
        return session.get_one(FootageRequest, ready.request_id).target_due_on


def held(house: House) -> tuple[Ready, UUID]:
    """A request that was answered with its one recording held, and the hold."""
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    hold = place_hold(house, one)
    answered(house, ready, [held_line(house, ready, one)])
    return ready, hold


def answered_again(house: House, ready: Ready) -> None:
    """From "reopened" to the next answer, which holds everything back."""
    with house.db.writing() as session:
        finished, by = Event.SEARCH_FINISHED, ready.staff.decider
        move(session, request_id=ready.request_id, event=finished, by=by, at=house.now())
    answered(house, ready, [held_line(house, ready, each) for each in ready.recording_ids])


def test_the_last_hold_ends_and_it_opens_again_once(house: House, clock: Clock) -> None:
    ready, first = held(house)
    (one,) = ready.recording_ids
    second = place_hold(house, one)
    clock.forward(days=20)
    lift_hold(house, first)
    pay_reopenings(house)
    assert times_reopened(house, ready) == (0, 0, 0)
    lift_hold(house, second)
    lift_hold(house, second)
    pay_reopenings(house)
    pay_reopenings(house)
    assert status_of(house, ready) == "reopened"
    assert times_reopened(house, ready) == (1, 1, 1)
    assert promised(house, ready) == london_day(house.now()) + timedelta(days=31)


def test_each_of_several_requests_for_the_same_recording_opens_once(house: House) -> None:
    everyone = [ready_to_decide(house) for _ in range(3)]
    shared = everyone[0].recording_ids[0]
    hold = place_hold(house, shared)
    for ready in everyone:
        own = [each for each in ready.recording_ids if each != shared]
        if own:
            with house.db.writing() as session:
                found = [session.get_one(Recording, shared)]
                confirm(session, ready.request_id, found, at=house.now())
        lines = [held_line(house, ready, shared), *(release_line(each) for each in own)]
        answered(house, ready, lines)
    first, second, gone = everyone
    with house.db.writing() as session:
        withdraw(session, request_id=gone.request_id, by=WORKER, at=house.now())
    lift_hold(house, hold)
    pay_reopenings(house)
    assert [times_reopened(house, ready) for ready in (first, second)] == [(1, 1, 1)] * 2
    assert status_of(house, gone) == "closed"
    assert times_reopened(house, gone) == (0, 0, 0)


def test_one_matter_that_held_several_recordings_opens_a_request_once(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"one", b"two"])
    holds = [place_hold(house, each) for each in ready.recording_ids]
    answered(house, ready, [held_line(house, ready, each) for each in ready.recording_ids])
    for hold in holds:
        lift_hold(house, hold)
    pay_reopenings(house)
    assert times_reopened(house, ready) == (1, 1, 1)


def test_each_hold_that_ends_at_another_time_opens_it_again(house: House, clock: Clock) -> None:
    ready = ready_to_decide(house, contents=[b"one", b"two"])
    one, two = ready.recording_ids
    first, second = place_hold(house, one), place_hold(house, two)
    answered(house, ready, [held_line(house, ready, each) for each in (one, two)])
    lift_hold(house, first)
    pay_reopenings(house)
    assert times_reopened(house, ready) == (1, 1, 1)
    with house.db.writing() as session:
        finished, by = Event.SEARCH_FINISHED, ready.staff.decider
        move(session, request_id=ready.request_id, event=finished, by=by, at=house.now())
    clock.forward(days=5)
    answered(house, ready, [release_line(one), held_line(house, ready, two)])
    clock.forward(days=5)
    lift_hold(house, second)
    pay_reopenings(house)
    assert times_reopened(house, ready) == (2, 2, 2)


@pytest.mark.parametrize(("late", "counted_from"), [(0, 0), (3, 0), (30, 0), (31, 31), (400, 400)])
def test_the_promise_counts_from_the_day_the_hold_ended(
    house: House, clock: Clock, late: int, counted_from: int
) -> None:
    """Rules 5, 6. Where no worker ran until it was over, it counts from the day one did."""
    ready, hold = held(house)
    ended_on = london_day(house.now())
    lift_hold(house, hold)
    clock.forward(days=late)
    pay_reopenings(house)
    assert promised(house, ready) == ended_on + timedelta(days=counted_from + 31)


def test_a_job_that_is_done_twice_opens_it_once(house: House, clock: Clock) -> None:
    ready, hold = held(house)
    lift_hold(house, hold)
    with house.db.reading() as session:
        job = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "reopen")).one()
    twice = [reopen(house, Lease(job.id, job.job, job.payload, 1, "token")) for _ in range(2)]
    for write_down in twice:
        clock.forward(minutes=1)
        with house.db.writing() as session:
            write_down(session)
    assert times_reopened(house, ready) == (1, 1, 1)
    # And long after, when the next answer holds it back for another matter.
    place_hold(house, ready.recording_ids[0])
    answered_again(house, ready)
    with house.db.writing() as session:
        twice[0](session)
    assert status_of(house, ready) == "answered_held"
    assert times_reopened(house, ready) == (1, 1, 1)


def test_a_matter_that_takes_it_back_before_the_worker_comes_keeps_it_shut(house: House) -> None:
    ready, first = held(house)
    (one,) = ready.recording_ids
    lift_hold(house, first)
    second = place_hold(house, one)
    pay_reopenings(house)
    assert status_of(house, ready) == "answered_held"
    assert times_reopened(house, ready) == (0, 0, 0)
    assert deeds(house, "request.stays_held") == 1
    lift_hold(house, second)
    pay_reopenings(house)
    assert times_reopened(house, ready) == (1, 1, 1)


def test_a_matter_that_takes_it_back_after_it_opened_is_shown_and_bars(
    house: House, clock: Clock
) -> None:
    ready, first = held(house)
    (one,) = ready.recording_ids
    lift_hold(house, first)
    pay_reopenings(house)
    clock.forward(minutes=1)
    second = place_hold(house, one)
    assert status_of(house, ready) == "reopened"
    with house.db.writing() as session:
        (standing,) = standings(session, ready.request_id)
        assert standing.is_held
        matter = session.get_one(Matter, session.get_one(Hold, second).matter_id)
        assert standing.matters == (matter.reference,)
        finished, by = Event.SEARCH_FINISHED, ready.staff.decider
        move(session, request_id=ready.request_id, event=finished, by=by, at=house.now())
    with pytest.raises(Refused, match="held as evidence"):
        decided(house, ready)
    answered(house, ready, [held_line(house, ready, one)])
    assert times_reopened(house, ready) == (1, 1, 1)
    clock.forward(days=100)
    lift_hold(house, second)
    pay_reopenings(house)
    assert status_of(house, ready) == "reopened"
    assert times_reopened(house, ready) == (2, 2, 2)
    assert promised(house, ready) == london_day(house.now()) + timedelta(days=31)


def test_years_later_they_show_again_who_they_are_before_anything_goes(
    house: House, clock: Clock
) -> None:
    ready, hold = held(house)
    clock.forward(days=4 * 365)
    lift_hold(house, hold)
    pay_reopenings(house)
    assert promised(house, ready) == london_day(house.now()) + timedelta(days=31)
    with house.db.writing() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.kind == "reopened")).one()
        written = write_once(session, notice.id, settings=house.settings, token="one")
        assert written is not None
        finished, by = Event.SEARCH_FINISHED, ready.staff.decider
        move(session, request_id=ready.request_id, event=finished, by=by, at=house.now())
    told = " ".join(written.letter.body.split())
    assert "Show us again" in told
    assert "type the code that we send you" in told

    with pytest.raises(Refused, match="identity first"):
        decided(house, ready)
    with house.db.writing() as session:
        known, by = Known.ESTABLISHED, ready.staff.decider
        accept_identity(session, request_id=ready.request_id, by=by, at=house.now(), known=known)
    with pytest.raises(Refused, match="e-mail address is theirs"):
        decided(house, ready)
    confirm_address(house, ready)
    answered(house, ready)
    assert status_of(house, ready) == "answered"


def confirm_address(house: House, ready: Ready) -> None:
    """The applicant types the code that went to the address on file."""
    given = {"reference": ready.reference, "purpose": CodePurpose.REQUEST, "browser": "theirs"}
    with house.db.writing() as session:
        send_code(session, at=house.now(), **given)  # type: ignore[arg-type]
        codes = sa.select(Notice).where(Notice.kind == NoticeKind.CODE)
        code = session.scalars(codes).one().fields["code"]
        verdict = type_code(session, typed=code, at=house.now(), **given)  # type: ignore[arg-type]
    assert verdict is CodeVerdict.ACCEPTED


def test_who_typed_a_code_not_long_ago_is_asked_for_nothing(house: House, clock: Clock) -> None:
    """What counts is when we last knew, and not when we first did."""
    ready = ready_to_decide(house, about=AboutWhom.GENERAL)
    (one,) = ready.recording_ids
    hold = place_hold(house, one)
    answered(house, ready, [held_line(house, ready, one)])
    clock.forward(days=150)
    confirm_address(house, ready)
    clock.forward(days=100)
    lift_hold(house, hold)
    pay_reopenings(house)
    with house.db.reading() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.kind == "reopened")).one()
        assert notice.fields["to_show"] == ""
        assert session.get_one(Applicant, ready.request_id).email_confirmed_at is not None


def test_without_an_e_mail_address_there_is_none_to_confirm(house: House, clock: Clock) -> None:
    ready = ready_to_decide(house, about=AboutWhom.GENERAL, email="")
    (one,) = ready.recording_ids
    hold = place_hold(house, one)
    answered(house, ready, [held_line(house, ready, one)])
    clock.forward(days=400)
    lift_hold(house, hold)
    pay_reopenings(house)
    assert times_reopened(house, ready) == (1, 0, 1)
    with house.db.writing() as session:
        finished, by = Event.SEARCH_FINISHED, ready.staff.decider
        move(session, request_id=ready.request_id, event=finished, by=by, at=house.now())
    decided(house, ready)


@pytest.fixture
def busy(make_house: Callable[[Database], House], postgres_database: Database) -> House:
    """A house on the database where people really do things at the same time."""
    return make_house(postgres_database)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(len(deeds)) as pool:
        return [each.result(timeout=60) for each in [pool.submit(deed) for deed in deeds]]


def closing(house: House, hold_id: UUID) -> Callable[[], object]:
    def close() -> None:
        with house.db.writing() as session:
            matter = session.get_one(Matter, session.get_one(Hold, hold_id).matter_id)
            close_matter(session, matter=matter, why="Over.", by=HOLD_OWNER, at=house.now())

    return close


ROUNDS = 4


@pytest.mark.postgresql
def test_two_matters_that_close_at_once_open_it_once(busy: House) -> None:
    for _ in range(ROUNDS):
        ready, first = held(busy)
        second = place_hold(busy, ready.recording_ids[0])
        at_once(closing(busy, first), closing(busy, second))
        at_once(lambda: pay_reopenings(busy), lambda: pay_reopenings(busy))
        pay_reopenings(busy)
        assert status_of(busy, ready) == "reopened"
        assert times_reopened(busy, ready) == (1, 1, 1)


@pytest.mark.postgresql
def test_a_matter_that_takes_it_back_while_the_worker_is_at_it(busy: House) -> None:
    """Whoever was first: it is open and shows the hold, or it stays shut; and when that hold ends
    it is open, once for each time that it was opened."""
    seen: list[Status] = []
    for _ in range(ROUNDS):
        ready, first = held(busy)
        (one,) = ready.recording_ids
        lift_hold(busy, first)
        _, second = at_once(lambda: pay_reopenings(busy), partial(place_hold, busy, one))
        assert isinstance(second, UUID)
        seen.append(Status(status_of(busy, ready)))
        with busy.db.reading() as session:
            assert [each.is_held for each in standings(session, ready.request_id)] == [True]
        was_open = seen[-1] is Status.REOPENED
        assert times_reopened(busy, ready) == ((1, 1, 1) if was_open else (0, 0, 0))
        if was_open:
            answered_again(busy, ready)
        lift_hold(busy, second)
        pay_reopenings(busy)
        assert status_of(busy, ready) == "reopened"
        assert times_reopened(busy, ready) == ((2, 2, 2) if was_open else (1, 1, 1))
    assert set(seen) <= {Status.REOPENED, Status.ANSWERED_HELD}


@pytest.mark.postgresql
def test_workers_that_do_one_job_at_once_open_it_once(busy: House) -> None:
    for _ in range(ROUNDS):
        ready, hold = held(busy)
        lift_hold(busy, hold)
        with busy.db.reading() as session:
            owed: Sequence[OutboxJob] = session.scalars(
                sa.select(OutboxJob).where(
                    OutboxJob.job == "reopen", OutboxJob.key.contains(str(ready.request_id))
                )
            ).all()
        (job,) = owed

        def work(job: OutboxJob = job) -> None:
            write_down = reopen(busy, Lease(job.id, job.job, job.payload, 1, "token"))
            with busy.db.writing() as session:
                write_down(session)

        at_once(*[work] * 4)
        assert times_reopened(busy, ready) == (1, 1, 1)
