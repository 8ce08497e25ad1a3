"""Opening and closing matters. A matter closes once, and its holds end with it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import add_those_not_there, add_unless_there
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
        lift(session, hold=hold, why=matter.closed_why, by=by, at=at)
    record(session, "matter.closed", subject=f"matter {matter.id}", by=by, at=at, lifted=len(holds))
    return len(holds)


def is_still_open(session: Session, matter: Matter) -> bool:
    """Whether the matter is open now, and stays so until the transaction ends."""
    session.refresh(matter, attribute_names=["closed_at"], with_for_update={"read": True})
    return matter.closed_at is None


def matters_for_flags(
    session: Session, references: Iterable[str], *, by: Actor, at: datetime
) -> Sequence[Matter]:
    """The matters that catalogue lines name, locked so that none closes before the transaction
    ends. One that is new to us is opened as an investigation.

    Two imports that meet the same new reference at once make one matter.
    """
    named = list(dict.fromkeys(references))
    known = set(session.scalars(sa.select(Matter.reference).where(Matter.reference.in_(named))))
    opened = _opened(session, [one for one in named if one not in known], by, at)
    matters = session.scalars(
        sa.select(Matter)
        .where(Matter.reference.in_(named))
        .order_by(Matter.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).all()
    for matter in matters:
        if matter.id in opened:
            _record_opened(session, matter, by, at)
    return matters


def _opened(session: Session, references: Sequence[str], by: Actor, at: datetime) -> set[UUID]:
    """Those that this opened, and nobody else in the same moment."""
    facts = {"kind": HoldKind.INVESTIGATION, "opened_at": at, "opened_by": by.id, "closed_why": ""}
    rows = [{"id": new_id(), "reference": reference, **facts} for reference in references]
    return add_those_not_there(session, Matter, rows)


def _open_holds(session: Session, matter: Matter) -> list[Hold]:
    """In the order of recordings, so that two closings can never wait for each other."""
    found = session.scalars(
        sa.select(Hold)
        .join(Recording, Recording.id == Hold.recording_id)
        .where(Hold.matter_id == matter.id, Hold.lifted_at.is_(None))
        .order_by(Hold.recording_id)
    )
    return list(found)
