"""Looking again, every 90 days, at what an answer held back, on both engines."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.actors import Actor, Role
from portal.dates import london_day
from portal.disclosure.commands import review_restriction
from portal.disclosure.jobs import reopen
from portal.disclosure.models import Finding, RestrictionReview
from portal.disclosure.queries.restrictions import due_by, restrictions, reviews_of, standing_review
from portal.errors import NotAllowed, Refused
from portal.holds.policy import Level
from portal.house import House
from portal.ids import new_id
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import Lease
from portal.outbox.models import OutboxJob
from portal.requests.applicant_queries import applicant_page
from portal.requests.commands import move
from portal.requests.commands.reopening import reopen_request
from portal.requests.commands.withdrawing import withdraw
from portal.requests.lifecycle import Event, PublicStatus
from portal.requests.queries import by_id
from tests.conftest import Clock
from tests.factories.disclosure import (
    Ready,
    answered,
    handler,
    held_line,
    lift_hold,
    place_hold,
    ready_to_decide,
    release_line,
    status_of,
    withhold_line,
)
from tests.factories.grounds import answers_to, ground


def held(house: House, level: Level = Level.OPEN) -> tuple[Ready, object]:
    """A request that was answered with one recording held, and its hold."""
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    hold = place_hold(house, one, level=level)
    answered(house, ready, [held_line(house, ready, one)])
    return ready, hold


def look(
    house: House,
    ready: Ready,
    finding: Finding = Finding.CONTINUE,
    *,
    reason: str = "The trial is near.",
    by: Actor | None = None,
) -> None:
    with house.db.writing() as session:
        review_restriction(
            session,
            request_id=ready.request_id,
            review_id=standing_review(session, ready.request_id)[0].id,
            finding=finding,
            reason=reason,
            told="The case is still open.",
            by=by or ready.staff.decider,
            at=house.now(),
        )


def letters(house: House) -> list[Letter]:
    with house.db.reading() as session:
        found = sa.select(Letter).where(Letter.kind == LetterKind.RESTRICTION_REVIEW)
        return list(session.scalars(found))


def told_of_letters(house: House) -> int:
    with house.db.reading() as session:
        found = sa.select(sa.func.count()).where(Notice.kind == NoticeKind.LETTER)
        return session.scalar(found) or 0


def reopenings(house: House) -> int:
    with house.db.reading() as session:
        jobs = sa.select(sa.func.count()).where(OutboxJob.job == "reopen")
        return session.scalar(jobs) or 0


def test_an_answer_that_holds_back_owes_a_look_after_ninety_days(house: House) -> None:
    ready, _ = held(house)
    today = london_day(house.now())
    with house.db.reading() as session:
        (row,) = restrictions(session)
        assert (row.reference, row.last_finding) == (ready.reference, None)
        assert row.due_on == today + timedelta(days=90)
        assert row.matters
        assert not row.waits_for_owner
        assert due_by(session, today + timedelta(days=89)) == 0
        assert due_by(session, today + timedelta(days=90)) == 1


def test_an_answer_that_holds_nothing_back_owes_none(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"a", b"b"])
    one, two = ready.recording_ids
    answered(house, ready, [release_line(one), withhold_line(two)])
    with house.db.reading() as session:
        assert restrictions(session) == []
    with pytest.raises(Refused, match="Nothing is held back"):
        look(house, ready)


@pytest.mark.parametrize("level", Level)
def test_each_look_owes_the_next_and_writes_only_of_what_may_be_told(
    house: House, clock: Clock, level: Level
) -> None:
    ready, _ = held(house, level)
    clock.forward(days=80)
    look(house, ready)
    with house.db.reading() as session:
        (row,) = restrictions(session)
        (done,) = reviews_of(session, ready.request_id)
    assert row.due_on == london_day(house.now()) + timedelta(days=90)
    assert row.last_finding is Finding.CONTINUE
    assert (done.finding, done.reason) == (Finding.CONTINUE, "The trial is near.")
    assert status_of(house, ready) == "answered_held"
    found = letters(house)
    if level is Level.NEITHER_CONFIRM_NOR_DENY:
        assert found == []
        assert told_of_letters(house) == 0
        return
    (letter,) = found
    assert told_of_letters(house) == 1
    assert letter.fields["level"] == level.value
    assert letter.fields["review_on"] == row.due_on.isoformat()
    told = letter.fields.get("reasons")
    assert told == ("The case is still open." if level is Level.OPEN else None)


@pytest.mark.parametrize("finding", [Finding.NARROW, Finding.END])
def test_what_should_end_but_is_held_waits_for_the_owner_of_the_hold(
    house: House, finding: Finding
) -> None:
    ready, hold = held(house)
    look(house, ready, finding)
    assert reopenings(house) == 0
    assert letters(house) == []
    with house.db.reading() as session:
        (row,) = restrictions(session)
    assert row.waits_for_owner
    lift_hold(house, hold)  # type: ignore[arg-type]
    assert reopenings(house) == 1


def test_pressing_twice_is_one_look(house: House) -> None:
    ready, _ = held(house)
    with house.db.reading() as session:
        first, _ = standing_review(session, ready.request_id)

    def press() -> None:
        with house.db.writing() as session:
            review_restriction(
                session,
                request_id=ready.request_id,
                review_id=first.id,
                finding=Finding.CONTINUE,
                reason="The trial is near.",
                told="The case is still open.",
                by=ready.staff.decider,
                at=house.now(),
            )

    press()
    with pytest.raises(Refused, match="already"):
        press()
    assert len(letters(house)) == 1
    with house.db.reading() as session:
        assert len(reviews_of(session, ready.request_id)) == 1


def pay_reopenings(house: House) -> None:
    with house.db.reading() as session:
        owed = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "reopen")).all()
    for job in owed:
        write_down = reopen(house, Lease(job.id, job.job, job.payload, 1, "token"))
        with house.db.writing() as session:
            write_down(session)


def test_only_what_the_answer_held_back_opens_it_again(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"one", b"two"])
    one, two = ready.recording_ids
    hold = place_hold(house, one)
    answered(house, ready, [held_line(house, ready, one), release_line(two)])
    lift_hold(house, place_hold(house, two))
    pay_reopenings(house)
    assert status_of(house, ready) == "answered_held"
    lift_hold(house, hold)
    pay_reopenings(house)
    assert status_of(house, ready) == "reopened"


def test_it_has_not_ended_while_a_part_is_held(house: House) -> None:
    """The letter would say that we no longer have to limit what we give."""
    ready = ready_to_decide(house, contents=[b"one", b"two"])
    hold, _ = [place_hold(house, each) for each in ready.recording_ids]
    answered(house, ready, [held_line(house, ready, each) for each in ready.recording_ids])
    lift_hold(house, hold)
    with pytest.raises(Refused, match="still held"):
        look(house, ready, Finding.END)
    assert letters(house) == []
    look(house, ready, Finding.NARROW)
    (letter,) = letters(house)
    assert letter.fields["finding"] == "narrow"


def for_now(recording_id: int) -> object:
    from portal.disclosure.exemptions import Line, Outcome

    answers = answers_to(ground("P3-45-4-a").questions, how_long="for_now")
    return Line(recording_id, Outcome.WITHHOLD, "P3-45-4-a", answers)


def test_what_was_limited_in_time_is_looked_at_and_opens_by_itself(house: House) -> None:
    """ICO: a restriction can be limited in time; s.45(4): only for so long as it must be."""
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    answered(house, ready, [for_now(one)])  # type: ignore[list-item]
    assert status_of(house, ready) == "answered_held"
    with house.db.reading() as session:
        page = applicant_page(session, by_id(session, ready.request_id))
    assert page.status is PublicStatus.ANSWERED_AND_AGAIN
    look(house, ready, Finding.END)
    assert reopenings(house) == 1
    (letter,) = letters(house)
    assert letter.fields["finding"] == "end"
    with house.db.reading() as session:
        assert restrictions(session) == []


def test_a_request_that_was_opened_again_or_withdrawn_drops_out(house: House) -> None:
    reopened, _ = held(house)
    withdrawn, _ = held(house)
    with house.db.writing() as session:
        assert len(restrictions(session)) == 2
        by = reopened.staff.decider
        reopen_request(session, request_id=reopened.request_id, by=by, at=house.now())
        withdraw(session, request_id=withdrawn.request_id, by=by, at=house.now())
    with house.db.reading() as session:
        assert restrictions(session) == []
    for ready in (reopened, withdrawn):
        with pytest.raises(Refused, match="Nothing is held back"):
            look(house, ready)


def test_an_answer_that_a_complaint_opened_again_is_not_looked_at(house: House) -> None:
    """The look that was owed ends with the answer, and the next answer owes its own."""
    ready, _ = held(house)
    (one,) = ready.recording_ids
    by = ready.staff.decider
    with house.db.writing() as session:
        move(
            session,
            request_id=ready.request_id,
            event=Event.REVIEW_UPHELD,
            by=by,
            at=house.now(),
        )
    with house.db.reading() as session:
        assert restrictions(session) == []
        assert due_by(session, london_day(house.now()) + timedelta(days=90)) == 0
    with pytest.raises(Refused, match="Nothing is held back"):
        look(house, ready)
    with house.db.writing() as session:
        finished = Event.SEARCH_FINISHED
        move(session, request_id=ready.request_id, event=finished, by=by, at=house.now())
    answered(house, ready, [held_line(house, ready, one)])
    with house.db.reading() as session:
        assert due_by(session, london_day(house.now()) + timedelta(days=90)) == 1
    look(house, ready)


def test_only_the_newest_answer_is_looked_at(house: House, clock: Clock) -> None:
    ready, _ = held(house)
    (one,) = ready.recording_ids
    clock.forward(days=10)
    with house.db.writing() as session:
        by, at = ready.staff.decider, house.now()
        reopen_request(session, request_id=ready.request_id, by=by, at=at)
        move(session, request_id=ready.request_id, event=Event.SEARCH_FINISHED, by=by, at=at)
    answered(house, ready, [held_line(house, ready, one)])
    with house.db.reading() as session:
        (row,) = restrictions(session)
        assert session.scalar(sa.select(sa.func.count()).select_from(RestrictionReview)) == 2
    assert row.due_on == london_day(house.now()) + timedelta(days=90)


def test_a_look_needs_a_reason_and_a_decision_maker(house: House) -> None:
    ready, _ = held(house)
    with pytest.raises(Refused, match="Enter the reason"):
        look(house, ready, reason=" ")
    with house.db.writing() as session:
        owner = handler(session, f"Hal{new_id().hex[:6]}", Role.HOLD_OWNER, at=house.now())
    with pytest.raises(NotAllowed):
        look(house, ready, by=owner)
    with pytest.raises(Refused, match="Still blank: the reasons"), house.db.writing() as session:
        review_restriction(
            session,
            request_id=ready.request_id,
            review_id=standing_review(session, ready.request_id)[0].id,
            finding=Finding.CONTINUE,
            reason="Why.",
            told=" ",
            by=ready.staff.decider,
            at=house.now(),
        )
