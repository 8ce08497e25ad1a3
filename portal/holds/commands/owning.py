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
from portal.holds.models import Hold
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
    found = _locked(session, names)
    matter = matter_by_reference(session, reference)
    holds = {hold.recording_id: hold for hold in _open(session, matter.id, found)}
    free = [one.source_id for one in found if one.id not in holds]
    if free:
        raise NotFound(f"{matter.reference} does not hold {', '.join(free)}.")
    for one in found:
        lift(session, hold=holds[one.id], why=why, by=by, at=at)
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
