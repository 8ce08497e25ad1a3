"""Placing holds. Opening one never changes a clock (rules, section 5, rule 2)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE, Actor
from portal.audit.commands import record
from portal.dates import london_day
from portal.errors import Refused
from portal.holds.commands.lifting import locked_recording
from portal.holds.commands.matters import is_still_open, matter_for_flag
from portal.holds.models import Hold, Matter
from portal.holds.policy import HoldKind, Level, next_review_on, strictest
from portal.recordings.models import Recording

FLAGGED = "The evidence system says that this recording is evidence in this matter."


def place(
    session: Session,
    *,
    recording_id: int,
    matter: Matter,
    kind: HoldKind,
    level: Level,
    reason: str,
    by: Actor,
    at: datetime,
) -> Hold:
    """Bar a recording from leaving and from deletion while the matter is open.

    `reason` is the record that DPA 2018 s.45(7) asks for. Takes the recording's lock, so that a
    release in the same moment either comes first or is stopped. Placing twice is one hold.
    """
    if not reason.strip():
        raise Refused("Enter the reason for the hold.")
    recording = locked_recording(session, recording_id)
    if not is_still_open(session, matter):
        raise Refused("This matter is closed. Open a new one.")
    already = session.scalars(
        sa.select(Hold).where(
            Hold.recording_id == recording_id,
            Hold.matter_id == matter.id,
            Hold.lifted_at.is_(None),
        )
    ).one_or_none()
    if already is not None:
        return already
    hold = Hold(
        recording_id=recording_id,
        matter_id=matter.id,
        kind=kind,
        level=level,
        reason=reason.strip(),
        segments=[],
        placed_at=at,
        placed_by=by.id,
        review_due_on=next_review_on(london_day(at)),
    )
    session.add(hold)
    session.flush()
    record(
        session,
        "hold.placed",
        subject=f"recording {recording.source_id}"[:80],
        by=by,
        at=at,
        hold=str(hold.id),
        matter=str(matter.id),
        kind=kind.value,
        level=level.value,
    )
    return hold


def follow_evidence_flag(
    session: Session, recording: Recording, reference: str, *, by: Actor = COMMAND_LINE
) -> None:
    """What an import does with a line that names an open matter: a hold, in the same breath.

    It has the strictest level that a person chose for the matter's other holds, or L2 where there
    is none: one of a matter nobody may know of must not tell that there is something. A matter
    that is closed here stays closed: an old flag does not bring it back.
    """
    matter = matter_for_flag(session, reference, by=by, at=recording.imported_at)
    locked_recording(session, recording.id)
    if is_still_open(session, matter):
        place(
            session,
            recording_id=recording.id,
            matter=matter,
            kind=matter.kind,
            level=_level_of(session, matter),
            reason=FLAGGED,
            by=by,
            at=recording.imported_at,
        )


def _level_of(session: Session, matter: Matter) -> Level:
    levels = session.scalars(
        sa.select(Hold.level).where(Hold.matter_id == matter.id, Hold.lifted_at.is_(None))
    ).all()
    return strictest(levels) if levels else Level.LIMITED
