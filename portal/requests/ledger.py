"""From the ledger's steps to what the clock is told. Law: pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from portal.requests.clock.events import (
    ClarificationAnswered,
    ClarificationAsked,
    ClockEvent,
    IdentityReceived,
    IdentityRequested,
    Received,
    Reopened,
)
from portal.requests.lifecycle import Event


class DatedStep(Protocol):
    """What the clock needs of a step: what happened, and the day that counts in law."""

    event: Event
    on: date


AnyStep = TypeVar("AnyStep", bound=DatedStep)

# Steps that say the same to the clock as they say in the ledger. Every other one, a hold's
# among them, moves no date.
_SAYS: dict[Event, type[ClockEvent]] = {
    Event.RECEIVED: Received,
    Event.CLARIFICATION_ASKED: ClarificationAsked,
    Event.CLARIFICATION_ANSWERED: ClarificationAnswered,
    Event.HOLD_ENDED: Reopened,
}


def clock_events(steps: Iterable[DatedStep]) -> list[ClockEvent]:
    """The clock's events, in the order of their steps."""
    steps = list(steps)
    told = [_SAYS[step.event](step.on) for step in steps if step.event in _SAYS]
    return told + _identity(steps)


def open_asks(steps: Iterable[AnyStep]) -> list[AnyStep]:
    """The times we asked who they are since we last knew, in the order of the ledger.

    They are one waiting, and it began with the first of them.
    """
    asked: list[AnyStep] = []
    for step in steps:
        if step.event is Event.IDENTITY_ASKED:
            asked.append(step)
        elif step.event is Event.IDENTITY_ACCEPTED:
            asked = []
    return asked


def _identity(steps: Sequence[DatedStep]) -> list[ClockEvent]:
    """Each waiting for identity, from the first ask to the acceptance that ended it.

    DPA 2018 s.52(4), s.54(3)(b): the period begins when the information asked for is received. A
    proof that came before we asked showed that there was no reasonable doubt: nothing was waited
    for. Asking anew after an acceptance is a waiting of its own, so that the clock can refuse one
    that began when the time had ended.
    """
    told: list[ClockEvent] = []
    for number, step in enumerate(steps):
        asked = open_asks(steps[:number])
        if step.event is Event.IDENTITY_ACCEPTED and asked and step.on >= asked[0].on:
            told += [IdentityRequested(asked[0].on), IdentityReceived(step.on)]
    still_open = open_asks(steps)
    return [*told, IdentityRequested(still_open[0].on)] if still_open else told
