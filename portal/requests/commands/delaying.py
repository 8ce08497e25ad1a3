"""Saying that we are late: on the day after the date we gave, and every week until the answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.db import locked_one
from portal.letters.kinds import LetterKind
from portal.requests.commands.moving import move
from portal.requests.commands.telling import tell_of_letter
from portal.requests.commands.writing import write_letter
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest
from portal.requests.queries import steps_of
from portal.requests.waiting import DELAY_EVERY, is_delay_due


def tell_of_delay(session: Session, *, request_id: UUID, by: Actor, at: datetime) -> bool:
    """Issue the letter that we are late, with its e-mail, when it is due; returns whether.

    Rules, section 10, row 14. The letter says nothing of a search or a decision, and goes out on
    the same days whatever was found: DPA 2018 s.45(6).
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    today, target_on = london_day(at), footage_request.target_due_on
    steps = steps_of(session, request_id)
    if target_on is None or not is_delay_due(footage_request.status, target_on, steps, today):
        return False
    move(session, request_id=request_id, event=Event.DELAY_TOLD, by=by, at=at)
    own = {"old_due_on": target_on, "write_again_on": today + DELAY_EVERY}
    letter = write_letter(session, footage_request, LetterKind.DELAY, own, by=by, at=at)
    tell_of_letter(session, footage_request, letter, at=at)
    return True
