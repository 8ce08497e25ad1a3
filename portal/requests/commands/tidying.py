"""Forgetting unsent requests that nobody came back for."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.requests.models import RequestDraft


def forget_old_drafts(session: Session, *, by: Actor, at: datetime) -> int:
    """Delete drafts past their time; returns how many."""
    gone = session.execute(sa.delete(RequestDraft).where(RequestDraft.expires_at <= at))
    count = int(gone.rowcount)  # type: ignore[attr-defined]
    if count:
        record(session, "drafts.forgotten", subject="drafts", by=by, at=at, count=count)
    return count
