"""What we wait for, since when, and until when: one reminder, then a person may close. Law: pure.

Rules R9 and section 10 (4b, 5a): we remind once after 14 days and close after one month, saying
that the request can be opened again. A fees notice has a time of its own (FOIA s.9(2)). No
machine closes a request: ending it is a person's decision (DPA 2018 ss.50A-50C).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from portal.dates import london_day
from portal.identity.proof import ProofKind
from portal.requests.clock.foi import last_day_to_pay
from portal.requests.ledger import DatedStep
from portal.requests.lifecycle import TABLE, Event, Regime, Status
from portal.requests.silence import chase_on, close_on

DELAY_EVERY = timedelta(days=7)


class Noted(DatedStep, Protocol):
    """A step with when it was written down, and what is noted beside it."""

    at: datetime
    note: str


@dataclass(frozen=True)
class Waiting:
    """We asked the applicant for something on a day, and have heard nothing since.

    `chase_on` is the day of the one reminder, `close_on` the last day for it to come.
    """

    asked_on: date
    chase_on: date
    close_on: date
    is_reminded: bool

    def is_reminder_due(self, today: date) -> bool:
        """Whether to ask once more today: never twice, and not when the time is over."""
        return not self.is_reminded and self.chase_on <= today <= self.close_on

    def is_over(self, today: date) -> bool:
        """Whether the day that we gave has passed."""
        return today > self.close_on


# What we asked for in each of the waits. Proof and authority can be waited for together.
_PROOF = (Event.IDENTITY_ASKED, Event.AUTHORITY_ASKED)
ASKS: Mapping[Status, tuple[Event, ...]] = {
    Status.AWAITING_IDENTITY: _PROOF,
    Status.AWAITING_AUTHORITY: _PROOF,
    Status.AWAITING_CLARIFICATION: (Event.CLARIFICATION_ASKED,),
    Status.AWAITING_FEE: (Event.FEE_ASKED,),
}


# Whichever of the two is accepted, the other may still be missing.
_OTHER = {
    Event.IDENTITY_ACCEPTED: Event.AUTHORITY_ASKED,
    Event.AUTHORITY_ACCEPTED: Event.IDENTITY_ASKED,
}


def waiting_of(status: Status, regime: Regime, steps: Iterable[Noted]) -> Waiting | None:
    """What we wait for from the applicant, from the newest time we asked for it.

    None when we wait for nothing of theirs: nothing was ever asked for, or proof came since and
    is ours to check. When who they are is accepted and no paper came for their authority, or the
    other way round, the wait for the other begins anew that day: nobody could chase it before.
    So does the wait for what had not come when the request was closed, once it is opened again.
    """
    steps = list(steps)
    asks, newest, reminded = ASKS.get(status, ()), None, False
    for number, step in enumerate(steps):
        if step.event in asks:
            newest, reminded = step.on, False
        elif step.event is Event.PROOF_RECEIVED and asks == _PROOF:
            newest = None
        elif asks == _PROOF and _begins_anew(steps[: number + 1], newest):
            newest, reminded = london_day(step.at), False
        elif step.event is Event.REMINDED:
            reminded = True
    if newest is None:
        return None
    last_on = pay_by(regime, newest) if status is Status.AWAITING_FEE else close_on(newest)
    return Waiting(newest, chase_on(newest), last_on, reminded)


def _begins_anew(steps: Sequence[Noted], newest: date | None) -> bool:
    """Whether the last of these steps makes the wait for proof begin on its day."""
    last = steps[-1].event
    if last is Event.TAKEN_UP:
        return newest is not None
    return _OTHER.get(last) in _nothing_came_for(steps)


def _nothing_came_for(steps: Iterable[Noted]) -> set[Event]:
    """Of who they are and whether they may act: what was asked for, and no paper came since."""
    missing: set[Event] = set()
    for step in steps:
        if step.event in _PROOF:
            missing.add(step.event)
        elif step.event is Event.PROOF_RECEIVED:
            missing -= _shown_by(step.note)
        elif step.event in _OTHER:
            missing &= {_OTHER[step.event]}
    return missing


def _shown_by(kind: str) -> set[Event]:
    """What a paper of this kind can show; of one whose kind is not noted, who they are."""
    paper = ProofKind(kind or ProofKind.PASSPORT)
    shows = {Event.IDENTITY_ASKED} if paper.is_document else set()
    return shows | {Event.AUTHORITY_ASKED} if paper.shows_authority else shows


def pay_by(regime: Regime, asked_on: date) -> date:
    """The last day to pay a fee: FOIA s.9(2) gives three months; for subject access a month, as
    for anything else we ask for."""
    return close_on(asked_on) if regime.is_sar else last_day_to_pay(asked_on)


def is_delay_due(
    status: Status, target_on: date | None, steps: Iterable[DatedStep], today: date
) -> bool:
    """Whether to say today that we are late: on the first day after the date we gave, and every
    seven days while no answer is out (rules, section 10, row 14).

    It depends on the date and on what was told before, and on nothing that a search or a decision
    found: whoever may not be told of a hold is told that we are late on the same days.
    """
    if (status, Event.DELAY_TOLD) not in TABLE or target_on is None or today <= target_on:
        return False
    told = [s.on for s in steps if s.event is Event.DELAY_TOLD and s.on > target_on]
    return not told or today - max(told) >= DELAY_EVERY
