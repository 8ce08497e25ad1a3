"""How long we may rely on knowing who somebody is and how to reach them. Law: pure (rules,
section 5, rule 6; UK GDPR Art 5(1)(f): nothing goes to whoever has the address by now)."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from portal.requests.lifecycle import Event
from portal.workdays import months_after

KNOWN_MONTHS = 6
# Noted with the step by which a request reopens, where they must show themselves again.
ASKED_AGAIN = "They must show again who they are, or that we still reach them."


class NotedStep(Protocol):
    """What is asked of a step here: what happened, and what was noted with it."""

    event: Event
    note: str


def is_too_old(known_on: date, today: date) -> bool:
    """Whether what we knew on that day must be shown again: more than six months have passed."""
    return months_after(known_on, KNOWN_MONTHS) < today


def is_asked_again(steps: Iterable[NotedStep]) -> bool:
    """Whether the request last reopened so long after we knew that they must show it again."""
    notes = [step.note for step in steps if step.event is Event.HOLD_ENDED]
    return notes[-1:] == [ASKED_AGAIN]
