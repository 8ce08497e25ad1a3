"""Wanting less: what the applicant says they no longer need."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.requests.commands.messaging import keep_from_applicant
from portal.requests.commands.moving import move
from portal.requests.lifecycle import Event
from portal.requests.messages import Meaning
from portal.requests.models import Message


def narrow(
    session: Session,
    *,
    request_id: UUID,
    body: str,
    by: Actor,
    at: datetime,
    on: date | None = None,
) -> Message:
    """The applicant needs less than they asked for.

    It moves no date and binds nobody: they may ask for the rest at any time. `on` is
    the day they said so, by default today. Refused once the answer is decided, or given.
    """
    footage_request = move(
        session, request_id=request_id, event=Event.NARROWED, by=by, at=at, on=on
    )
    return keep_from_applicant(session, footage_request, Meaning.NARROWING, body, by=by, at=at)
