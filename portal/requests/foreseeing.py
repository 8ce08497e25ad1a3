"""What an act would do to the dates, before it is done: the clock with one step more."""

from datetime import date

from sqlalchemy.orm import Session

from portal.errors import Refused
from portal.requests.afresh import NOTHING_MOVES, opened_again_on
from portal.requests.clock import Clock
from portal.requests.lifecycle import TABLE, Event
from portal.requests.models import FootageRequest, RequestStep
from portal.requests.queries import clock_now, steps_of

NO_DATE_YET = (
    "There is no date yet, because we wait for the applicant. This can be done when the time runs."
)

# An ask that cannot move the date must not look as if it did: nobody would be told that we are
# late, and silence could end a request that was overdue by our own fault.
ASK_IN_A_MESSAGE = (
    "Ask in a message instead: the time goes on, and what they send reaches us all the same."
)


def clock_if(session: Session, footage_request: FootageRequest, event: Event, on: date) -> Clock:
    """The clock as it would be after this event on this day. Nothing is written.

    Refused, in the clock's own words, when the event would not be allowed to move the date: too
    late, a second time, or not for this kind of request. Refused too while a fresh answer is owed:
    the law's dates were kept or missed by the first one, and its ending stands.
    """
    steps = list(steps_of(session, footage_request.id))
    if opened_again_on(steps) is not None:
        raise Refused(NOTHING_MOVES)
    before = clock_now(session, footage_request, steps)
    after = clock_now(session, footage_request, [*steps, RequestStep(event=event, on=on)])
    new = [reason for reason in after.refused if reason not in before.refused]
    if new:
        raise Refused(new[0])
    return after


def check_ask_counts(
    session: Session, footage_request: FootageRequest, event: Event, on: date
) -> None:
    """Refused when we may ask no more in a way that waits for the applicant: the time has ended
    (rules R10), or nothing that we ask can move it. Whether the request stands where it can be
    asked is for the lifecycle to say."""
    if (footage_request.status, event) not in TABLE:
        return
    try:
        clock_if(session, footage_request, event, on)
    except Refused as refusal:
        raise Refused(f"{refusal.message} {ASK_IN_A_MESSAGE}") from refusal


def dates_if(
    session: Session, footage_request: FootageRequest, event: Event, on: date
) -> tuple[date, date]:
    """The date we gave, and the date we would give after this event.

    Refused when the event would not be allowed or moves no date, or when there is no date now.
    """
    before = clock_now(session, footage_request, steps_of(session, footage_request.id))
    after = clock_if(session, footage_request, event, on)
    if before.target_due_on is None or after.target_due_on is None:
        raise Refused(NO_DATE_YET)
    if after.target_due_on <= before.target_due_on:
        raise Refused("The time was extended for this before. It can be extended only once.")
    return before.target_due_on, after.target_due_on


def dates_if_asked_again(
    session: Session, footage_request: FootageRequest, today: date
) -> tuple[date, date] | None:
    """The date we gave, and the one if we asked anew who they are and proof came today.

    None when who they are was never accepted, or asking anew moves nothing. Rules, section 10
    (4b): ask once; each further ask starts the month anew (DPA 2018 s.54(3)(b)).
    """
    steps = list(steps_of(session, footage_request.id))
    if not any(step.event is Event.IDENTITY_ACCEPTED for step in steps):
        return None
    asked = (Event.IDENTITY_ASKED, Event.IDENTITY_ACCEPTED)
    again = [*steps, *(RequestStep(event=event, on=today) for event in asked)]
    before = clock_now(session, footage_request, steps).target_due_on
    after = clock_now(session, footage_request, again).target_due_on
    return (before, after) if before and after and before < after else None
