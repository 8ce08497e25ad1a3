"""From the ledger's steps to what the clock is told. Law: pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

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


def _identity(steps: Sequence[DatedStep]) -> list[ClockEvent]:
    """Identity moves the start only if it was asked for, and was not already here.

    DPA 2018 s.52(4), s.54(3)(b): the period begins when the information asked for is received.
    A proof that came before we asked showed that there was no reasonable doubt.
    """
    asked = [step.on for step in steps if step.event is Event.IDENTITY_ASKED]
    received = [step.on for step in steps if step.event is Event.IDENTITY_ACCEPTED]
    if not asked or (received and received[-1] < asked[0]):
        return []
    told: list[ClockEvent] = [IdentityRequested(asked[0])]
    if received:
        told.append(IdentityReceived(received[-1]))
    return told
