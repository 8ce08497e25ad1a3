"""Changing what may be told of a hold, up or down, without waiting for its next look."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import day_in_words, london_day
from portal.errors import Refused
from portal.holds.commands.reviewing import locked_hold
from portal.holds.models import Hold
from portal.holds.policy import Level


def change_level(
    session: Session, *, hold_id: UUID, level: Level, why: str, by: Actor, at: datetime
) -> Hold:
    """From now on the applicant may be told that much of an open hold, with the reason kept (DPA
    2018 s.45(7)). A decision that is on its way is stopped, and made again; an answer that went
    out is not taken back.
    """
    if not why.strip():
        raise Refused("Enter the reason.")
    hold, recording = locked_hold(session, hold_id)
    if hold.lifted_at is not None:
        raise Refused("This hold has ended.")
    if hold.level is level:
        raise Refused("That is what may be told already.")
    was, hold.level = hold.level, level
    day = day_in_words(london_day(at))
    hold.reason = f"{hold.reason}\n{day}, {was.value} to {level.value}: {why.strip()}"
    session.flush()
    record(
        session,
        "hold.relevelled",
        subject=f"recording {recording.source_id}"[:80],
        by=by,
        at=at,
        hold=str(hold.id),
        was=was.value,
        level=level.value,
    )
    return hold
