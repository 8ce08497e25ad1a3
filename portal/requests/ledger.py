"""From the ledger's steps to what the clock is told. Law: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from portal.requests.clock.events import (
    AuthorityReceived,
    AuthorityRequested,
    ClarificationAnswered,
    ClarificationAsked,
    ClockEvent,
    ExtensionNotified,
    FeePaid,
    FeeRequested,
    FeesNoticeGiven,
    FeesNoticePaid,
    IdentityReceived,
    IdentityRequested,
    PublicInterestNotified,
    Received,
    Reopened,
)
from portal.requests.lifecycle import Event, Regime


class DatedStep(Protocol):
    """What the clock needs of a step: what happened, and the day that counts in law."""

    event: Event
    on: date


AnyStep = TypeVar("AnyStep", bound=DatedStep)


@dataclass(frozen=True)
class _Waiting:
    """A thing that is asked for and then accepted, in the ledger's words and in the clock's."""

    asked: Event
    accepted: Event
    requested: type[ClockEvent]
    received: type[ClockEvent]


_IDENTITY = _Waiting(
    Event.IDENTITY_ASKED, Event.IDENTITY_ACCEPTED, IdentityRequested, IdentityReceived
)
_AUTHORITY = _Waiting(
    Event.AUTHORITY_ASKED, Event.AUTHORITY_ACCEPTED, AuthorityRequested, AuthorityReceived
)


@dataclass(frozen=True)
class _Late:
    """A thing that is asked for, and what the clock is told when it comes after closing."""

    asked: Event
    came: Event
    says: type[ClockEvent]


_ANSWER = _Late(Event.CLARIFICATION_ASKED, Event.CLARIFICATION_ANSWERED, ClarificationAnswered)

# Steps that say the same to the clock as they say in the ledger. Every other one, a hold's
# among them, moves no date.
_SAYS: dict[Event, type[ClockEvent]] = {
    Event.RECEIVED: Received,
    Event.CLARIFICATION_ASKED: ClarificationAsked,
    Event.CLARIFICATION_ANSWERED: ClarificationAnswered,
    Event.EXTENDED: ExtensionNotified,
    Event.INTEREST_EXTENDED: PublicInterestNotified,
    Event.HOLD_ENDED: Reopened,
}
# A fee under data protection law moves the start (DPA 2018 s.53, s.54(3)); a fees notice under
# FOIA stops the count (s.9(2)).
_SAR_SAYS = _SAYS | {Event.FEE_ASKED: FeeRequested, Event.FEE_PAID: FeePaid}
_FOI_SAYS = _SAYS | {Event.FEE_ASKED: FeesNoticeGiven, Event.FEE_PAID: FeesNoticePaid}


def clock_events(regime: Regime, steps: Iterable[DatedStep]) -> list[ClockEvent]:
    """The clock's events, in the order of their steps.

    A request that was closed because we heard nothing, and taken up when the answer (or the fee)
    came after all, was answered (or paid) on that day.
    """
    steps = _without_fees_of_another_regime(list(steps))
    says = _SAR_SAYS if regime.is_sar else _FOI_SAYS
    told = [says[step.event](step.on) for step in steps if step.event in says]
    told += _came_too_late(steps, _ANSWER)
    told += _came_too_late(steps, _Late(Event.FEE_ASKED, Event.FEE_PAID, says[Event.FEE_PAID]))
    # FOIA s.8 asks for a name and an address; neither proof nor authority moves its start.
    return [*told, *_waits(steps, _IDENTITY), *_waits(steps, _AUTHORITY)] if regime.is_sar else told


def _without_fees_of_another_regime(steps: Sequence[AnyStep]) -> list[AnyStep]:
    """A fee was asked for under the law that governed then, and means nothing under another: the
    time runs from the same day of receipt as if it had not been, which is never later."""
    fees = (Event.FEE_ASKED, Event.FEE_PAID)
    changed = max((n for n, s in enumerate(steps) if s.event is Event.RECLASSIFIED), default=0)
    return [step for n, step in enumerate(steps) if n > changed or step.event not in fees]


def _came_too_late(steps: Sequence[DatedStep], thing: _Late) -> list[ClockEvent]:
    told: list[ClockEvent] = []
    is_open = False
    for step in steps:
        if step.event is Event.TAKEN_UP and is_open:
            told.append(thing.says(step.on))
        if step.event in (thing.asked, thing.came, Event.TAKEN_UP):
            is_open = step.event is thing.asked
    return told


def open_asks(
    steps: Iterable[AnyStep],
    asked: Event = Event.IDENTITY_ASKED,
    accepted: Event = Event.IDENTITY_ACCEPTED,
) -> list[AnyStep]:
    """The times we asked for something since we last had it, in the order of the ledger.

    They are one waiting, and it began with the first of them. By default: who they are.
    """
    open_now: list[AnyStep] = []
    for step in steps:
        if step.event is asked:
            open_now.append(step)
        elif step.event is accepted:
            open_now = []
    return open_now


def _waits(steps: Sequence[DatedStep], thing: _Waiting) -> list[ClockEvent]:
    """Each waiting for a thing, from the first ask to the acceptance that ended it.

    DPA 2018 s.52(4), s.54(3)(b): the period begins when the information asked for is received. A
    proof that came before we asked showed that there was no reasonable doubt: nothing was waited
    for. Asking anew after an acceptance is a waiting of its own, so that the clock can refuse one
    that began when the time had ended.
    """
    told: list[ClockEvent] = []
    for number, step in enumerate(steps):
        asked = open_asks(steps[:number], thing.asked, thing.accepted)
        if step.event is thing.accepted and asked and step.on >= asked[0].on:
            told += [thing.requested(asked[0].on), thing.received(step.on)]
    still_open = open_asks(steps, thing.asked, thing.accepted)
    return [*told, thing.requested(still_open[0].on)] if still_open else told
