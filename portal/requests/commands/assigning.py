"""Whose request it is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.requests.models import FootageRequest
from portal.requests.queries import lock_request


def assign(
    session: Session, *, request_id: UUID, to: UUID | None, by: Actor, at: datetime
) -> FootageRequest:
    """Give a request to a handler, or to nobody. Giving it twice is one entry in the book."""
    footage_request = lock_request(session, request_id)
    if footage_request.assigned_to != to:
        footage_request.assigned_to = to
        session.flush()
        record(
            session,
            "request.assigned",
            subject=footage_request.reference,
            by=by,
            at=at,
            to=str(to) if to else "nobody",
        )
    return footage_request
