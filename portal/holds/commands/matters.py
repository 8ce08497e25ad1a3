"""Opening and closing matters. A matter closes once, and its holds end with it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import add_unless_there
from portal.errors import Refused
from portal.holds.commands.lifting import lift, locked_recording
from portal.holds.models import Hold, Matter
from portal.holds.policy import HoldKind
from portal.ids import new_id
from portal.recordings.models import Recording


def open_matter(
    session: Session, *, reference: str, kind: HoldKind, by: Actor, at: datetime
) -> Matter:
    """Open a matter under a reference that no other has."""
    reference = reference.strip()
    if not reference:
        raise Refused("Enter the reference of the matter.")
    if not _added(session, reference, kind, by, at):
        raise Refused("There is already a matter with this reference.")
    matter = session.scalars(sa.select(Matter).where(Matter.reference == reference)).one()
    _record_opened(session, matter, by, at)
    return matter


def _added(session: Session, reference: str, kind: HoldKind, by: Actor, at: datetime) -> bool:
    """Whether a matter was opened under this reference: of two at once, one is."""
    return add_unless_there(
        session,
        Matter,
        id=new_id(),
        reference=reference,
        kind=kind,
        opened_at=at,
        opened_by=by.id,
        closed_why="",
    )


def _record_opened(session: Session, matter: Matter, by: Actor, at: datetime) -> None:
    subject = f"matter {matter.id}"
    record(session, "matter.opened", subject=subject, by=by, at=at, kind=matter.kind.value)


def close_matter(session: Session, *, matter: Matter, why: str, by: Actor, at: datetime) -> int:
    """Close a matter, once, and lift every hold that serves it; returns how many it lifted.

    Each request whose last hold ends by this is owed a reopening, in the same transaction.
    """
    # Recordings before matters: placing a hold takes its locks in the same order.
    for hold in _open_holds(session, matter):
        locked_recording(session, hold.recording_id)
    session.refresh(matter, attribute_names=["closed_at"], with_for_update=True)
    if matter.closed_at is not None:
        raise Refused("This matter is closed already.")
    if not why.strip():
        raise Refused("Enter how the matter ended.")
    matter.closed_at, matter.closed_by, matter.closed_why = at, by.id, why.strip()
    holds = _open_holds(session, matter)
    for hold in holds:
        lift(session, hold=hold, by=by, at=at)
    record(session, "matter.closed", subject=f"matter {matter.id}", by=by, at=at, lifted=len(holds))
    return len(holds)


def is_still_open(session: Session, matter: Matter) -> bool:
    """Whether the matter is open now, and stays so until the transaction ends."""
    session.refresh(matter, attribute_names=["closed_at"], with_for_update={"read": True})
    return matter.closed_at is None


def matter_for_flag(session: Session, reference: str, *, by: Actor, at: datetime) -> Matter:
    """The matter a catalogue line names, opened as an investigation when it is new to us.

    Two imports that meet the same new reference at once make one matter.
    """
    found = _by_reference(session, reference)
    if found is not None:
        return found
    is_new = _added(session, reference, HoldKind.INVESTIGATION, by, at)
    matter = session.scalars(sa.select(Matter).where(Matter.reference == reference)).one()
    if is_new:
        _record_opened(session, matter, by, at)
    return matter


def _by_reference(session: Session, reference: str) -> Matter | None:
    return session.scalars(sa.select(Matter).where(Matter.reference == reference)).one_or_none()


def _open_holds(session: Session, matter: Matter) -> list[Hold]:
    """In the order of recordings, so that two closings can never wait for each other."""
    found = session.scalars(
        sa.select(Hold)
        .join(Recording, Recording.id == Hold.recording_id)
        .where(Hold.matter_id == matter.id, Hold.lifted_at.is_(None))
        .order_by(Hold.recording_id)
    )
    return list(found)
