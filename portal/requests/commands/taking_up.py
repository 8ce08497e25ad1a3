"""Opening a request again when what was missing came after it was closed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.db import locked_one
from portal.requests.commands.keeping import keep_again
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.commands.moving import move
from portal.requests.foreseeing import clock_if
from portal.requests.letter_writing import answer_by
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest


def take_up(session: Session, *, request_id: UUID, by: Actor, at: datetime) -> FootageRequest:
    """Open a closed request again: the day of receipt stays, and the clock goes on as the ledger
    says (rules R9). What is left of its video is kept from deletion again.

    Refused when it did not end for want of something, and when a fees notice has lapsed (FOIA
    s.9(2)): then a new request is needed. The applicant is told.
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    if footage_request.status is Status.CLOSED:
        clock_if(session, footage_request, Event.TAKEN_UP, london_day(at))
    move(session, request_id=request_id, event=Event.TAKEN_UP, by=by, at=at)
    keep_again(session, footage_request, by=by, at=at)
    write_to_applicant(
        session, request_id=request_id, body=_words(footage_request, london_day(at)), by=by, at=at
    )
    return footage_request


def _words(footage_request: FootageRequest, today: date) -> str:
    opened = "We have opened your request again. You do not have to send it again."
    if footage_request.target_due_on is None:
        return f"{opened}\nWe tell you the date of our answer as soon as there is one."
    return f"{opened}\n{answer_by(footage_request.target_due_on, today)}"
