"""Who looked at a request. Each handler's looking is one entry an hour, so that the book can
still be read; footage and proofs are not so: every view of those is an entry."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.audit.models import AuditEntry

VIEWED = "request.viewed"
NOTE_EVERY = timedelta(hours=1)


def is_viewing_noted(session: Session, *, reference: str, by: Actor, at: datetime) -> bool:
    """Whether the book knows already that this handler looks at this request now."""
    noted = sa.select(AuditEntry.sequence).where(
        AuditEntry.subject == reference,
        AuditEntry.deed == VIEWED,
        AuditEntry.actor_id == by.id,
        AuditEntry.at > at - NOTE_EVERY,
    )
    return session.scalar(noted.limit(1)) is not None


def note_viewing(session: Session, *, reference: str, by: Actor, at: datetime) -> None:
    """Write in the book that a handler looked at a request."""
    record(session, VIEWED, subject=reference, by=by, at=at)
