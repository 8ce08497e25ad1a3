"""Holds that an import places, because the evidence system says that a recording is evidence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE, Actor
from portal.holds.commands.matters import matters_for_flags
from portal.holds.commands.placing import Placing, place_each
from portal.holds.models import Hold
from portal.holds.policy import Level, strictest
from portal.recordings.models import Recording

FLAGGED = "The evidence system says that this recording is evidence in this matter."


def follow_evidence_flags(
    session: Session, recording_ids: Sequence[int], *, by: Actor = COMMAND_LINE
) -> None:
    """What an import does with the recordings of one batch that name an open matter: a hold for
    each, in the same breath.

    It has the strictest level that a person chose for the matter's other holds, or L2 where there
    is none: one of a matter nobody may know of must not tell that there is something. A matter
    that is closed here stays closed: an old flag does not bring it back.
    """
    flagged = _locked(session, recording_ids)
    if not flagged:
        return
    at = flagged[0].imported_at
    named = [row.matter_reference for row in flagged if row.matter_reference is not None]
    matters = matters_for_flags(session, named, by=by, at=at)
    found = {matter.reference: matter for matter in matters if matter.closed_at is None}
    levels = _levels_of(session, (matter.id for matter in found.values()))
    placings = [
        Placing(row.id, row.source_id, matter, levels.get(matter.id, Level.LIMITED))
        for row in flagged
        if row.matter_reference is not None
        and (matter := found.get(row.matter_reference)) is not None
    ]
    place_each(session, placings, reason=FLAGGED, by=by, at=at)


def _locked(
    session: Session, recording_ids: Sequence[int]
) -> Sequence[sa.Row[int, str, str | None, datetime]]:
    """All of them before any matter, in the order in which the gate and closings lock too."""
    return session.execute(
        sa.select(
            Recording.id, Recording.source_id, Recording.matter_reference, Recording.imported_at
        )
        .where(Recording.id.in_(recording_ids), Recording.matter_reference.is_not(None))
        .order_by(Recording.id)
        .with_for_update()
    ).all()


def _levels_of(session: Session, matter_ids: Iterable[UUID]) -> dict[UUID, Level]:
    """The strictest level among the open holds of each matter that has one."""
    rows = session.execute(
        sa.select(Hold.matter_id, Hold.level)
        .where(Hold.matter_id.in_(list(matter_ids)), Hold.lifted_at.is_(None))
        .distinct()
    )
    levels: dict[UUID, list[Level]] = {}
    for matter_id, level in rows:
        levels.setdefault(matter_id, []).append(level)
    return {matter_id: strictest(each) for matter_id, each in levels.items()}
