"""An answer that is given afresh, because a review or a complaint found the first one wrong.

Law: pure. The time that the law gave was kept or missed by the answer that was looked at again;
nothing that comes after moves those dates. What is owed now is a fresh decision, and we promise
one in 31 days, as we do after a hold.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from portal.requests.clock import Clock, Regime
from portal.requests.clock.words import long_day
from portal.requests.ledger import DatedStep
from portal.requests.lifecycle import Event
from portal.workdays import Holidays, previous_working_day

AFRESH = timedelta(days=31)
NOTHING_MOVES = (
    "We answered this, and opened it again for a fresh answer: nothing that we ask or tell now "
    "moves its date."
)
_ANSWERS = (Event.ANSWERED, Event.ANSWERED_WITH_HOLD)
_ENDS = (*_ANSWERS, Event.HOLD_ENDED, Event.WITHDRAWN, Event.CLOSED)


def opened_again_on(steps: Iterable[DatedStep]) -> date | None:
    """The day a review opened the request again; None when none did, or it has been answered."""
    opened_on = None
    for step in steps:
        if step.event is Event.REVIEW_UPHELD:
            opened_on = step.on
        elif step.event in _ENDS:
            opened_on = None
    return opened_on


def first_answered_on(steps: Iterable[DatedStep]) -> date | None:
    """The day of the answer that kept or missed the law's date: the first one, or the first one
    since the request was reopened after a hold. None while that answer is still owed."""
    answered_on = None
    for step in steps:
        if step.event is Event.HOLD_ENDED:
            answered_on = None
        elif step.event in _ANSWERS:
            answered_on = answered_on or step.on
    return answered_on


def afresh(clock: Clock, opened_on: date, holidays: Holidays) -> Clock:
    """The same clock with the day of the fresh answer as the one to work to and to show. The
    law's own date and the promise that was made with it stay where they were; while the law's
    date is still to come, the fresh answer keeps it too (rules 1.5)."""
    due_on = _due_on(clock, opened_on)
    closed = holidays.uk if clock.regime is Regime.FOI else holidays.england_and_wales
    return replace(
        clock,
        target_due_on=due_on,
        staff_target_on=previous_working_day(due_on, closed),
        working=(clock.working[0], *_lines(opened_on, due_on)),
    )


def _due_on(clock: Clock, opened_on: date) -> date:
    promised_on = opened_on + AFRESH
    in_law_on = clock.legal_due_on
    if in_law_on is None or in_law_on < opened_on:
        return promised_on
    return min(promised_on, in_law_on)


def _lines(opened_on: date, due_on: date) -> tuple[str, str]:
    opened = (
        f"We answered, and looked at our answer again. On {long_day(opened_on)} we opened your "
        "request again for a fresh decision."
    )
    if due_on < opened_on + AFRESH:
        why = "The time that the law gave us has not ended, so our fresh answer keeps it: by"
    else:
        why = "We promise a fresh answer within 31 days, weekends and bank holidays included: by"
    return opened, f"{why} {long_day(due_on)}."
