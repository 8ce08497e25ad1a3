"""Asking once more for what has not come. A machine may remind; only a person may close."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import day_in_words, london_day
from portal.db import locked_one
from portal.notifications.notices import NoticeKind
from portal.requests.commands.messaging import keep_from_us
from portal.requests.commands.moving import move
from portal.requests.commands.telling import notify_applicant
from portal.requests.lifecycle import Event, Status
from portal.requests.messages import Meaning
from portal.requests.models import FootageRequest
from portal.requests.queries import steps_of
from portal.requests.waiting import Waiting, waiting_of

_NEEDED = {
    Status.AWAITING_IDENTITY: "proof of who you are",
    Status.AWAITING_AUTHORITY: "what shows that you may act for somebody else",
    Status.AWAITING_CLARIFICATION: "the answer to our question",
    Status.AWAITING_FEE: "the fee",
}


def remind(session: Session, *, request_id: UUID, by: Actor, at: datetime) -> bool:
    """Remind the applicant of what we asked for, once for each time we asked; returns whether.

    Nothing happens when it came meanwhile, when they were reminded before, or when the time is
    over. The e-mail says only that we need something (rules R9, section 10 rows 4b and 5a).
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    steps = steps_of(session, request_id)
    waiting = waiting_of(footage_request.status, footage_request.regime, steps)
    if waiting is None or not waiting.is_reminder_due(london_day(at)):
        return False
    move(session, request_id=request_id, event=Event.REMINDED, by=by, at=at)
    body = _asked_again(footage_request.status, waiting)
    keep_from_us(session, footage_request, Meaning.INFORMATION, body, by=by, at=at)
    notify_applicant(
        session,
        footage_request,
        NoticeKind.REMINDER,
        key=f"reminder:{request_id}:{len(steps)}",
        at=at,
    )
    return True


def _asked_again(status: Status, waiting: Waiting) -> str:
    return (
        f"On {day_in_words(waiting.asked_on)} we asked you for {_NEEDED[status]}. We do not have "
        f"it yet.\nIf we have not heard from you by {day_in_words(waiting.close_on)}, we may "
        "close your request. You can have it opened again."
    )
