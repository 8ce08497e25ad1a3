"""Placing holds. Opening one never changes a clock (rules, section 5, rule 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import london_day
from portal.errors import Refused
from portal.holds.commands.lifting import locked_recording
from portal.holds.commands.matters import is_still_open
from portal.holds.commands.shutting import owe_closing
from portal.holds.models import Hold, Matter
from portal.holds.policy import (
    HoldKind,
    Level,
    Segment,
    next_review_on,
    why_not_review_on,
    why_not_segments,
)
from portal.ids import new_id
from portal.recordings.models import Recording


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
    segments: Sequence[Segment] = (),
    review_on: date | None = None,
) -> Hold:
    """Bar a recording from leaving and from deletion while the matter is open.

    `reason` is the record that DPA 2018 s.45(7) asks for. Takes the recording's lock, so that a
    release in the same moment either comes first or is stopped. Placing twice is one hold.
    Without `segments` it is about the whole recording; without `review_on` it is looked at again
    in 90 days.
    """
    if not reason.strip():
        raise Refused("Enter the reason for the hold.")
    recording = locked_recording(session, recording_id)
    _check(recording, segments, review_on, at)
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
    facts = _facts(matter, level, reason, by, at) | {
        "kind": kind,
        "segments": [[part.begins, part.ends] for part in segments],
        "review_due_on": review_on or next_review_on(london_day(at)),
    }
    hold = Hold(id=new_id(), recording_id=recording_id, **facts)
    session.add(hold)
    owe_closing(session, recordings=[recording_id], cause=f"hold:{hold.id}", at=at)
    _record_placed(session, hold.id, recording.source_id, matter, facts, by, at)
    return hold


def _check(
    recording: Recording, segments: Sequence[Segment], review_on: date | None, at: datetime
) -> None:
    length = recording.ended_at - recording.started_at
    wrong = why_not_segments(segments, length=length)
    if not wrong and review_on is not None:
        wrong = why_not_review_on(review_on, today=london_day(at))
    if wrong:
        raise Refused(wrong)


@dataclass(frozen=True)
class Placing:
    """A hold to place for an open matter, on a recording that exists."""

    recording_id: int
    source_id: str
    matter: Matter
    level: Level


def place_each(
    session: Session, placings: Sequence[Placing], *, reason: str, by: Actor, at: datetime
) -> int:
    """Place many holds in a few statements, with a line in the book for each; returns how many
    are new.

    The caller has locked the recordings, in the order of their numbers, and then the matters, and
    has seen that those are open. What a matter holds already stays as it is.
    """
    held = _held(session, [one.recording_id for one in placings])
    fresh = [one for one in placings if (one.recording_id, one.matter.id) not in held]
    rows = [
        {
            "id": new_id(),
            "recording_id": one.recording_id,
            **_facts(one.matter, one.level, reason, by, at),
        }
        for one in fresh
    ]
    if rows:
        session.execute(sa.insert(Hold), rows)
        barred = [one.recording_id for one in fresh]
        owe_closing(session, recordings=barred, cause=f"hold:{rows[0]['id']}", at=at)
    for one, row in zip(fresh, rows, strict=True):
        _record_placed(session, row["id"], one.source_id, one.matter, row, by, at)
    return len(rows)


def _held(session: Session, numbers: Sequence[int]) -> set[tuple[int, UUID]]:
    rows = session.execute(
        sa.select(Hold.recording_id, Hold.matter_id).where(
            Hold.recording_id.in_(numbers), Hold.lifted_at.is_(None)
        )
    )
    return {(row.recording_id, row.matter_id) for row in rows}


def _facts(matter: Matter, level: Level, reason: str, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        "matter_id": matter.id,
        "kind": matter.kind,
        "level": level,
        "reason": reason.strip(),
        "segments": [],
        "placed_at": at,
        "placed_by": by.id,
        "review_due_on": next_review_on(london_day(at)),
    }


def _record_placed(
    session: Session,
    hold_id: UUID,
    source_id: str,
    matter: Matter,
    facts: dict[str, Any],
    by: Actor,
    at: datetime,
) -> None:
    record(
        session,
        "hold.placed",
        subject=f"recording {source_id}"[:80],
        by=by,
        at=at,
        hold=str(hold_id),
        matter=str(matter.id),
        kind=facts["kind"].value,
        level=facts["level"].value,
    )
