"""Opening a request again when what was missing came after it was closed."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.db import locked_one
from portal.requests.commands.keeping import keep_again
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.commands.moving import move
from portal.requests.endings import Ending
from portal.requests.foreseeing import clock_if
from portal.requests.letter_writing import answer_by
from portal.requests.lifecycle import Event, Status
from portal.requests.messages import Sender
from portal.requests.models import FootageRequest, Message
from portal.requests.queries import steps_of
from portal.requests.waiting import waiting_of


def take_up(session: Session, *, request_id: UUID, by: Actor, at: datetime) -> FootageRequest:
    """Open a closed request again: the day of receipt stays, and the clock goes on as the ledger
    says (rules R9): an answer counts from the day it came, not from the day we saw that it had.
    What is left of its video is kept from deletion again.

    Refused when it did not end for want of something, and when a fees notice has lapsed (FOIA
    s.9(2)): then a new request is needed. The applicant is told.
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    came_on = _came_on(session, footage_request, at)
    if footage_request.status is Status.CLOSED:
        clock_if(session, footage_request, Event.TAKEN_UP, came_on)
    move(session, request_id=request_id, event=Event.TAKEN_UP, by=by, at=at, on=came_on)
    keep_again(session, footage_request, by=by, at=at)
    steps = steps_of(session, request_id)
    waiting = waiting_of(footage_request.status, footage_request.regime, steps)
    words = _words(footage_request, london_day(at), is_missing=waiting is not None)
    write_to_applicant(session, request_id=request_id, body=words, by=by, at=at)
    return footage_request


def _came_on(session: Session, footage_request: FootageRequest, at: datetime) -> date:
    """The day the answer came: that of the first message since we closed for want of it, and
    today when it came some other way (DPA 2018 s.54(3C): to "the day on which the controller
    receives the information"). Our own delay in opening the request is no pause."""
    if footage_request.ending is not Ending.CLARIFICATION_NOT_RECEIVED:
        return london_day(at)
    steps = steps_of(session, footage_request.id)
    closed_at = max(step.at for step in steps if step.event is Event.CLOSED)
    first_at = session.scalar(
        sa.select(sa.func.min(Message.sent_at)).where(
            Message.request_id == footage_request.id,
            Message.sender == Sender.APPLICANT,
            Message.sent_at >= closed_at,
        )
    )
    return london_day(first_at or at)


def _words(footage_request: FootageRequest, today: date, *, is_missing: bool) -> str:
    opened = "We have opened your request again. You do not have to send it again."
    if is_missing:
        return f"{opened}\nWe still need what we asked you for."
    if footage_request.target_due_on is None:
        return f"{opened}\nWe tell you the date of our answer as soon as there is one."
    return f"{opened}\n{answer_by(footage_request.target_due_on, today)}"
