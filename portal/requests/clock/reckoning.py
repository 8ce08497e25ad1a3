"""One entry to the law of time: a regime, the events so far, the bank holidays; out comes a clock.

Events are admitted one by one, in the order of their days. One rule serves them all: an act that
would move the date must be done while the time still runs, on or before the day on which the time
would end without it. (For an extension that is the end of the paused first month, DPA 2018
s.54(3B)(a); for the public interest and for fees the 20th working day, FOIA s.9(1), s.17(1).)
A time that has ended cannot be paused, restarted or extended. A refused act moves nothing, so a
fault in the ledger can only make us answer sooner.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from portal.requests.clock.complaint import sum_complaint
from portal.requests.clock.events import About, ClockEvent, Reopened
from portal.requests.clock.foi import sum_foi, sum_review
from portal.requests.clock.ledger import (
    Act,
    Exceptional,
    Extension,
    FeesNotice,
    Ledger,
    Need,
    PublicInterest,
    Question,
    Wait,
    gather,
)
from portal.requests.clock.result import Clock, Regime, Sum
from portal.requests.clock.sar import sum_reopened, sum_sar
from portal.requests.clock.words import long_day
from portal.requests.clock.working import reopened_working, working_of
from portal.workdays import Holidays, previous_working_day

# FOIA s.9(2).
FEE_LAPSED = "The fee was not paid within three months, so we do not have to answer."


@dataclass(frozen=True)
class _Rules:
    """How one regime counts, and which acts can move its date."""

    total: Callable[[Ledger, frozenset[date], date | None], Sum]
    admits: tuple[type[Act], ...]
    whole_uk: bool = False


_SAR = _Rules(sum_sar, (Wait, Question, Extension))
_REOPENED = _Rules(sum_reopened, (Question,))
_RULES = {
    Regime.SAR_PART3: _SAR,
    Regime.SAR_GDPR: _SAR,
    Regime.FOI: _Rules(sum_foi, (Question, PublicInterest, FeesNotice), whole_uk=True),
    Regime.FOI_REVIEW: _Rules(sum_review, (Exceptional,), whole_uk=True),
    Regime.DP_COMPLAINT: _Rules(sum_complaint, ()),
}


def clock_of(
    regime: Regime | str,
    events: Iterable[ClockEvent],
    holidays: Holidays,
    *,
    as_of: date | None = None,
) -> Clock:
    """The time of one request, from everything that has happened to it.

    `as_of` is only for what depends on today: how long a pause has lasted, whether an unpaid fee
    has lapsed. Refused if nothing was received, or an answer came before its question. An event
    that is not allowed is no error: the clock says why in `refused` and keeps its date.
    """
    regime, events = Regime(regime), tuple(events)
    whole = gather(events)
    rules = _RULES[regime]
    closed = holidays.uk if rules.whole_uk else holidays.england_and_wales
    reopened_on = _reopened_on(events, whole)
    if reopened_on is None:
        admitted, refused = _admit(rules, whole, closed, as_of)
        total = rules.total(admitted, closed, as_of)
        working = working_of(regime, admitted, total, holidays, closed)
    else:
        # Only the new promise runs, and only what was done since can move it.
        since = tuple(act for act in whole.acts if act.on >= reopened_on)
        admitted, refused = _admit(_REOPENED, Ledger(reopened_on, since), closed, as_of)
        total = _REOPENED.total(admitted, closed, as_of)
        working = reopened_working(whole.received_on, admitted, total, holidays, closed)
    target_on = total.target_due_on
    return Clock(
        regime=regime,
        received_on=whole.received_on,
        start_on=total.start_on,
        paused_days=total.paused_days,
        pauses=total.pauses,
        legal_due_on=total.legal_due_on,
        promise_due_on=total.promise_due_on,
        target_due_on=target_on,
        staff_target_on=target_on and previous_working_day(target_on, closed),
        is_extended=total.is_extended,
        has_duty=total.has_duty,
        waiting_for=total.waiting_for,
        refused=refused if total.has_duty else (*refused, FEE_LAPSED),
        working=working,
    )


def _reopened_on(events: tuple[ClockEvent, ...], whole: Ledger) -> date | None:
    days = (event.on for event in events if isinstance(event, Reopened))
    return max((day for day in days if day >= whole.received_on), default=None)


def _admit(
    rules: _Rules, ledger: Ledger, closed: frozenset[date], as_of: date | None
) -> tuple[Ledger, tuple[str, ...]]:
    admitted, refused = Ledger(ledger.received_on), []
    for act in ledger.acts:
        limit_on = rules.total(admitted, closed, as_of).limit_on
        reason = _obstacle(rules, admitted, act, limit_on)
        if reason is None:
            admitted = admitted.with_act(act)
        else:
            refused.append(reason)
    return admitted, tuple(refused)


def _obstacle(rules: _Rules, admitted: Ledger, act: Act, limit_on: date | None) -> str | None:
    """Why this act may not move the date, or None."""
    name = _name(act)
    if not isinstance(act, rules.admits):
        return f"{name} cannot change the time for this kind of request."
    if isinstance(act, Question) and act.about is not About.INFORMATION:
        return f"{name} was about the format of the footage, so it cannot stop the time."
    if act.on < admitted.received_on:
        return f"{name} came before the request was received, so the date stays."
    if isinstance(act, Extension) and admitted.has(Extension):
        return f"{name} came after an earlier one. The time can be extended only once."
    if limit_on is not None and act.on > limit_on:
        return f"{name} came after the time had ended on {long_day(limit_on)}, so the date stays."
    return None


_WAITS = {
    Need.IDENTITY: "The request for proof of identity",
    Need.AUTHORITY: "The request for authority to act",
    Need.FEE: "The request for a fee",
}
_ACTS: dict[type[Act], str] = {
    Question: "The question asked",
    Extension: "The notice of two more months",
    PublicInterest: "The notice about the public interest",
    FeesNotice: "The fees notice",
    Exceptional: "The notice of an exceptional case",
}


def _name(act: Act) -> str:
    name = _WAITS[act.need] if isinstance(act, Wait) else _ACTS[type(act)]
    return f"{name} on {long_day(act.on)}"
