"""What the owner of holds does on the command line, by the names that the evidence system gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.errors import NotFound
from portal.holds.commands.lifting import lift
from portal.holds.commands.placing import place
from portal.holds.commands.relevelling import change_level
from portal.holds.commands.reviewing import Found, review_hold
from portal.holds.models import Hold, HoldReview
from portal.holds.policy import Level, Segment
from portal.holds.queries import matter_by_reference
from portal.recordings.models import Recording


@dataclass(frozen=True)
class HoldWanted:
    """What a hold is to be, for each recording it is placed on."""

    matter: str
    level: Level
    reason: str
    segments: Sequence[Segment] = ()
    review_on: date | None = None


def hold_named(
    session: Session, names: Sequence[str], *, wanted: HoldWanted, by: Actor, at: datetime
) -> list[Hold]:
    """Hold these recordings for an open matter, all or none; their holds, in the order of our
    numbers. One that the matter holds already keeps the hold it has. NotFound names those we do
    not have."""
    found = _locked(session, names)
    matter = matter_by_reference(session, wanted.matter)
    return [
        place(
            session,
            recording_id=recording.id,
            matter=matter,
            kind=matter.kind,
            level=wanted.level,
            reason=wanted.reason,
            segments=wanted.segments,
            review_on=wanted.review_on,
            by=by,
            at=at,
        )
        for recording in found
    ]


def lift_named(
    session: Session, names: Sequence[str], *, reference: str, why: str, by: Actor, at: datetime
) -> list[Hold]:
    """End a matter's holds on these recordings, all or none. NotFound names the recordings that
    it does not hold."""
    holds = _holds(session, names, reference)
    for hold in holds:
        lift(session, hold=hold, why=why, by=by, at=at)
    return holds


def review_named(
    session: Session,
    name: str,
    *,
    reference: str,
    found: Found,
    number: int | None = None,
    by: Actor,
    at: datetime,
) -> HoldReview:
    """Write down a look at a matter's hold on one recording. `number` is which look it is, from
    1; without it, the next. NotFound when the matter does not hold it."""
    (hold,) = _holds(session, [name], reference)
    return review_hold(
        session, hold_id=hold.id, number=number or hold.looks + 1, found=found, by=by, at=at
    )


def change_level_named(
    session: Session,
    names: Sequence[str],
    *,
    reference: str,
    level: Level,
    why: str,
    by: Actor,
    at: datetime,
) -> list[Hold]:
    """From now on that much may be told of a matter's holds on these recordings, all or none;
    those that this changed. NotFound names the recordings that the matter does not hold."""
    return [
        change_level(session, hold_id=hold.id, level=level, why=why, by=by, at=at)
        for hold in _holds(session, names, reference)
        if hold.level is not level
    ]


def _holds(session: Session, names: Sequence[str], reference: str) -> list[Hold]:
    """A matter's open holds on these recordings, which are locked, in their order."""
    found = _locked(session, names)
    matter = matter_by_reference(session, reference)
    holds = {hold.recording_id: hold for hold in _open(session, matter.id, found)}
    free = [one.source_id for one in found if one.id not in holds]
    if free:
        raise NotFound(f"{matter.reference} does not hold {', '.join(free)}.")
    return [holds[one.id] for one in found]


def _locked(session: Session, names: Sequence[str]) -> Sequence[Recording]:
    """All of them before the matter, in the order in which the gate and closings lock too."""
    found = session.scalars(
        sa.select(Recording)
        .where(Recording.source_id.in_(names), Recording.deleted_at.is_(None))
        .order_by(Recording.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    missing = sorted(set(names) - {one.source_id for one in found})
    if missing:
        raise NotFound(f"We do not have {', '.join(missing)}. Nothing was done.")
    return found


def _open(session: Session, matter_id: UUID, found: Sequence[Recording]) -> Sequence[Hold]:
    return session.scalars(
        sa.select(Hold).where(
            Hold.matter_id == matter_id,
            Hold.recording_id.in_([one.id for one in found]),
            Hold.lifted_at.is_(None),
        )
    ).all()
