"""Looking again at a hold, and writing down what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import london_day
from portal.errors import NotFound, Refused
from portal.holds.commands.lifting import lift, locked_recording
from portal.holds.looking import HoldFinding, why_not_narrower
from portal.holds.models import Hold, HoldReview
from portal.holds.policy import (
    Level,
    Segment,
    next_review_on,
    why_not_review_on,
    why_not_segments,
)
from portal.recordings.models import Recording


@dataclass(frozen=True)
class Found:
    """What a look found, and why. `segments` and `level` are what a narrower hold is about (no
    segment is the whole); without `next_on` the next look is in 90 days."""

    finding: HoldFinding
    reason: str
    segments: Sequence[Segment] = ()
    level: Level | None = None
    next_on: date | None = None


def review_hold(
    session: Session, *, hold_id: UUID, number: int, found: Found, by: Actor, at: datetime
) -> HoldReview:
    """Write down a look at an open hold, and what follows: it goes on, becomes less, or ends.

    `number` is which look it is, from 1: whoever pressed twice looked once, and of two who looked
    at once the second is told. An end is a lifting: requests that waited reopen by themselves.
    """
    if not found.reason.strip():
        raise Refused("Enter the reason.")
    hold, recording = locked_hold(session, hold_id)
    if hold.lifted_at is not None:
        raise Refused("This hold has ended.")
    if hold.looks + 1 != number:
        raise Refused("This look is written down already. Read what was found.")
    was_due_on = hold.review_due_on
    if found.finding is HoldFinding.NARROW:
        _narrow(hold, recording, found)
    if found.finding is not HoldFinding.END:
        hold.review_due_on = _next(found, london_day(at))
    hold.looks = number
    review = HoldReview(
        hold_id=hold.id,
        number=number,
        finding=found.finding,
        reason=found.reason.strip(),
        level=hold.level,
        segments=hold.segments,
        was_due_on=was_due_on,
        next_due_on=None if found.finding is HoldFinding.END else hold.review_due_on,
        done_at=at,
        done_by=by.id,
    )
    session.add(review)
    session.flush()
    _write_down(session, hold, review, recording, by, at)
    if found.finding is HoldFinding.END:
        lift(session, hold=hold, why=found.reason, by=by, at=at)
    return review


def locked_hold(session: Session, hold_id: UUID) -> tuple[Hold, Recording]:
    """The hold under the lock of its recording, as the gate and liftings take it. NotFound when
    there is none."""
    hold = session.get(Hold, hold_id)
    if hold is None:
        raise NotFound("There is no such hold.")
    recording = locked_recording(session, hold.recording_id)
    session.refresh(hold)
    return hold, recording


def _narrow(hold: Hold, recording: Recording, found: Found) -> None:
    level = found.level or hold.level
    length = recording.ended_at - recording.started_at
    wrong = why_not_segments(found.segments, length=length) or why_not_narrower(
        (hold.parts, hold.level), (found.segments, level)
    )
    if wrong:
        raise Refused(wrong)
    hold.level = level
    hold.segments = [[part.begins, part.ends] for part in found.segments]


def _next(found: Found, today: date) -> date:
    day = found.next_on or next_review_on(today)
    wrong = why_not_review_on(day, today=today)
    if wrong:
        raise Refused(wrong)
    return day


def _write_down(
    session: Session,
    hold: Hold,
    review: HoldReview,
    recording: Recording,
    by: Actor,
    at: datetime,
) -> None:
    record(
        session,
        "hold.reviewed",
        subject=f"recording {recording.source_id}"[:80],
        by=by,
        at=at,
        hold=str(hold.id),
        number=review.number,
        finding=review.finding.value,
        level=hold.level.value,
        parts=len(hold.segments),
        next_due_on=review.next_due_on.isoformat() if review.next_due_on else None,
    )
