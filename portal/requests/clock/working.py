"""The sum in words: how a date came about, line by line, fit to show the applicant.

Every line that rests on a rule of law names it. The year of a day is left out where it is the year
of receipt, which the first line gives.
"""

from collections.abc import Iterator
from datetime import date

from portal.requests.clock.foi_working import foi_lines, review_lines
from portal.requests.clock.ledger import Ledger
from portal.requests.clock.result import Regime, Sum
from portal.requests.clock.sar_working import pause_lines, sar_lines
from portal.requests.clock.words import days, long_day, short_day
from portal.workdays import Holidays, previous_working_day

_LINES = {
    Regime.SAR_PART3: sar_lines,
    Regime.SAR_GDPR: sar_lines,
    Regime.FOI: foi_lines,
    Regime.FOI_REVIEW: review_lines,
}
_ASKED_FOR = {Regime.FOI_REVIEW: "request for a review", Regime.DP_COMPLAINT: "complaint"}
_PROMISES = (Regime.SAR_PART3, Regime.SAR_GDPR, Regime.FOI)


def working_of(
    regime: Regime, ledger: Ledger, total: Sum, holidays: Holidays, closed: frozenset[date]
) -> tuple[str, ...]:
    """All lines, from the day of receipt to the one date the applicant is given."""
    thing = _ASKED_FOR.get(regime, "request")
    lines = [f"We received your {thing} on {long_day(ledger.received_on)}."]
    if regime is Regime.DP_COMPLAINT:
        lines += _complaint_lines()
    else:
        lines += _LINES[regime](ledger, total, holidays)
    if regime in _PROMISES:
        lines += _promise_lines(total)
    return (*lines, *_target_lines(regime, ledger, total, holidays, closed))


def reopened_working(
    received_on: date, ledger: Ledger, total: Sum, holidays: Holidays, closed: frozenset[date]
) -> tuple[str, ...]:
    """The lines of a new promise, which starts on `ledger.received_on`."""
    return (
        f"We received your request on {long_day(received_on)}.",
        "We had to keep some footage back. The reason for that ended on "
        f"{long_day(ledger.received_on)}, so we are looking again.",
        *pause_lines(ledger, total, ledger.received_on),
        *_promise_lines(total),
        *_target_lines(Regime.SAR_PART3, ledger, total, holidays, closed),
    )


def _complaint_lines() -> Iterator[str]:
    yield (
        "The law gives us 30 days to tell you that we have it (Data Protection Act 2018, section "
        "164A). Weekends and bank holidays do not move that date."
    )


def _promise_lines(total: Sum) -> Iterator[str]:
    if total.target_due_on is None:
        return
    if total.promise_due_on is None:
        yield "The law gives us longer here, so our promise of 31 days does not apply."
        return
    more = f", and the {days(total.paused_days)} we did not count" if total.paused_days else ""
    yield (
        f"We promise an answer within 31 days{more}, weekends and bank holidays included: by "
        f"{long_day(total.promise_due_on)}."
    )


def _target_lines(
    regime: Regime, ledger: Ledger, total: Sum, holidays: Holidays, closed: frozenset[date]
) -> Iterator[str]:
    target_on = total.target_due_on
    if target_on is None:
        return
    deed = "tell you that we have it" if regime is Regime.DP_COMPLAINT else "reply"
    yield f"We will {deed} by {long_day(target_on)}."
    staff_on = previous_working_day(target_on, closed)
    if staff_on != target_on:
        day = short_day(target_on, ledger.received_on.year)
        yield f"{day} is not a working day, so our staff work to {long_day(staff_on)}."
    # Thirty calendar days need no table of holidays.
    if not holidays.covers(target_on) and regime is not Regime.DP_COMPLAINT:
        yield (
            f"We know bank holidays up to {long_day(holidays.last_known_on)}. A later one could "
            "move this date."
        )
