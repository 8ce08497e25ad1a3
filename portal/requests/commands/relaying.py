"""Writing down what an applicant told us by telephone, by post or over a counter."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import day_in_words, london_day
from portal.errors import Refused
from portal.requests.commands.messaging import (
    answer_clarification,
    keep_from_applicant,
    write_to_us,
)
from portal.requests.commands.narrowing import narrow
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import Channel
from portal.requests.lifecycle import TABLE, Event, Status
from portal.requests.messages import Meaning
from portal.requests.models import FootageRequest
from portal.requests.queries import lock_request, steps_of


class Told(StrEnum):
    """What somebody can tell us of their request; each has a page of theirs on the website."""

    ANSWER = "answer"
    LESS = "less"
    WITHDRAWAL = "withdrawal"
    OTHER = "other"

    @property
    def label(self) -> str:
        """What they told us, as handlers choose it."""
        return _LABELS[self]


_LABELS = {
    Told.ANSWER: "They answered our question",
    Told.LESS: "They want less than they asked for",
    Told.WITHDRAWAL: "They want to end their request",
    Told.OTHER: "Something else",
}
_EVENTS = {
    Told.ANSWER: Event.CLARIFICATION_ANSWERED,
    Told.LESS: Event.NARROWED,
    Told.WITHDRAWAL: Event.WITHDRAWN,
}
_HOW = {
    Channel.PHONE: "They told us by telephone",
    Channel.POST: "They told us by post",
    Channel.COUNTER: "They told us at a front counter",
}


def may_tell(status: Status) -> list[Told]:
    """What can be told of a request that stands there. Something else can always be."""
    return [told for told in Told if told is Told.OTHER or (status, _EVENTS[told]) in TABLE]


def relay(
    session: Session,
    *,
    request_id: UUID,
    told: Told,
    words: str,
    channel: Channel,
    on: date,
    by: Actor,
    at: datetime,
) -> FootageRequest:
    """Do what the applicant's own page would have done, on the day they truly told us.

    That day counts, not the day it is written down: an answer ends the pause of a SAR (DPA 2018
    s.54(3C)) and begins the days of an FOI request (FOIA s.1(3)). Their words are kept, with how
    and when they came. Refused for a day to come, or before the request or the question.
    """
    footage_request = lock_request(session, request_id)
    if told not in may_tell(footage_request.status):
        raise Refused("This cannot be done now. Look at the request again.")
    _check_day(session, footage_request, told, on, london_day(at))
    body = f"{_HOW[channel]} on {day_in_words(on)}.\n{words.strip()}"
    if told is Told.ANSWER:
        answer_clarification(session, request_id=request_id, body=body, by=by, at=at, on=on)
    elif told is Told.LESS:
        narrow(session, request_id=request_id, body=body, by=by, at=at, on=on)
    elif told is Told.WITHDRAWAL:
        withdraw(session, request_id=request_id, by=by, at=at, on=on)
        keep_from_applicant(session, footage_request, Meaning.INFORMATION, body, by=by, at=at)
    else:
        write_to_us(session, request_id=request_id, body=body, by=by, at=at)
    return footage_request


def _check_day(
    session: Session, footage_request: FootageRequest, told: Told, on: date, today: date
) -> None:
    if on > today:
        raise Refused("The day they told us must be today or in the past.")
    steps = steps_of(session, footage_request.id)
    asked = [step.on for step in steps if step.event is Event.CLARIFICATION_ASKED]
    if told is Told.ANSWER and on < asked[-1]:
        raise Refused(f"We asked them on {day_in_words(asked[-1])}. Enter that day or a later one.")
    if on < footage_request.received_on:
        raise Refused("The day they told us must not be before the day the request was received.")
