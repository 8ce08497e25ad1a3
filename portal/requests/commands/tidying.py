"""Forgetting unsent requests that nobody came back for."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.identity.commands.proofs import delete_pictures
from portal.requests.commands.proving import delete_old_pictures
from portal.requests.models import RequestDraft


def forget_old_drafts(session: Session, *, by: Actor, at: datetime) -> int:
    """Delete drafts past their time, and owe the deletion of their proofs; returns how many."""
    gone = session.scalars(
        sa.select(RequestDraft).where(RequestDraft.expires_at <= at).with_for_update()
    ).all()
    for draft in gone:
        delete_pictures(session, subject_id=draft.id, at=at, due_at=at)
        session.delete(draft)
    if gone:
        record(session, "drafts.forgotten", subject="drafts", by=by, at=at, count=len(gone))
    return len(gone)


def tidy(session: Session, *, by: Actor, at: datetime) -> None:
    """Everything that goes by schedule: old drafts, and proofs that outlived their request."""
    forget_old_drafts(session, by=by, at=at)
    delete_old_pictures(session, at=at)
