"""Lifting holds, and what is owed to those who asked for the recording."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import london_day
from portal.db import locked
from portal.errors import NotFound, Refused
from portal.holds.models import Hold
from portal.holds.policy import HoldKind
from portal.outbox.commands import owe
from portal.recordings.models import Candidate, CandidateStatus, Recording


def lift(session: Session, *, hold: Hold, why: str, by: Actor, at: datetime) -> None:
    """End one hold, and write down why. When it was the recording's last, everybody who asked
    for it is owed a look."""
    if not why.strip():
        raise Refused("Enter why the hold ends.")
    recording = locked_recording(session, hold.recording_id)
    session.refresh(hold, attribute_names=["lifted_at"])
    if hold.lifted_at is not None:
        return
    hold.lifted_at, hold.lifted_by, hold.lifted_why = at, by.id, why.strip()
    session.flush()
    record(
        session,
        "hold.lifted",
        subject=f"recording {recording.source_id}"[:80],
        by=by,
        at=at,
        hold=str(hold.id),
    )
    _owe_reopening(session, hold, at)


def locked_recording(session: Session, recording_id: int) -> Recording:
    """The recording under the lock that holds and releases share. NotFound when there is none."""
    recording = locked(session, Recording, recording_id)
    if recording is None:
        raise NotFound("There is no such recording.")
    return recording


def _owe_reopening(session: Session, hold: Hold, at: datetime) -> None:
    """A look for each request that the recording was confirmed for. A hold ends once, so each is
    owed once for it, whoever lifts it and however often."""
    if _is_held(session, hold.recording_id):
        return
    asked_for = session.scalars(
        sa.select(Candidate.request_id).where(
            Candidate.recording_id == hold.recording_id,
            Candidate.status == CandidateStatus.CONFIRMED,
        )
    )
    for request_id in asked_for:
        owe_look(session, request_id, hold.recording_id, cause=str(hold.id), at=at)


def owe_look(
    session: Session, request_id: UUID, recording_id: int, *, cause: str, at: datetime
) -> None:
    """Owe a look whether a request opens again, because a recording is free for it. The same
    `cause` twice is one look."""
    owe(
        session,
        "reopen",
        payload={
            "request_id": str(request_id),
            "recording_id": recording_id,
            "ended_on": london_day(at).isoformat(),
        },
        key=f"reopen:{request_id}:{cause}",
        at=at,
    )


def _is_held(session: Session, recording_id: int) -> bool:
    """Whether another open hold keeps it from everybody. One for a legal claim may not keep it
    from those who are in it: then each request is looked at, and the policy says."""
    held = sa.select(Hold.id).where(
        Hold.recording_id == recording_id,
        Hold.lifted_at.is_(None),
        Hold.kind != HoldKind.LEGAL_CLAIM,
    )
    return session.scalar(held.limit(1)) is not None
