"""The events in pairs: what was asked for with what came of it, in the order of asking."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from portal.errors import Refused
from portal.requests.clock.events import (
    About,
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
    ReviewFoundExceptional,
)
from portal.requests.clock.words import long_day


class Need(StrEnum):
    """What the time of a subject access request may have to wait for before it starts."""

    IDENTITY = "identity"
    AUTHORITY = "authority"
    FEE = "fee"


@dataclass(frozen=True)
class Act:
    """One thing we did, on a day, that would move the date."""

    on: date


@dataclass(frozen=True)
class Wait(Act):
    """We asked for something without which the time does not start."""

    need: Need
    until_on: date | None


@dataclass(frozen=True)
class Question(Act):
    """We asked what is meant."""

    answered_on: date | None
    about: About = About.INFORMATION


@dataclass(frozen=True)
class Extension(Act):
    """Notice of two further months."""


@dataclass(frozen=True)
class PublicInterest(Act):
    """Notice of up to 20 further working days."""


@dataclass(frozen=True)
class FeesNotice(Act):
    """A fee asked for under FOIA s.9."""

    paid_on: date | None


@dataclass(frozen=True)
class Exceptional(Act):
    """An internal review that may take 40 working days."""


AnyAct = TypeVar("AnyAct", bound=Act)
AnyEvent = TypeVar("AnyEvent", bound=ClockEvent)


@dataclass(frozen=True)
class Ledger:
    """The day of receipt and what was done since, oldest first."""

    received_on: date
    acts: tuple[Act, ...] = ()

    def all(self, kind: type[AnyAct]) -> tuple[AnyAct, ...]:
        """The acts of one kind, oldest first."""
        return tuple(act for act in self.acts if isinstance(act, kind))

    def has(self, kind: type[Act]) -> bool:
        """True if there is an act of this kind."""
        return bool(self.all(kind))

    def with_act(self, act: Act) -> "Ledger":
        """The same ledger with one act more."""
        return replace(self, acts=(*self.acts, act))


def gather(events: Iterable[ClockEvent]) -> Ledger:
    """Pair the events. Refused if nothing was received or an answer came before its question."""
    events = tuple(events)
    received = _days(events, Received)
    if not received:
        raise Refused("The clock needs the day the request was received.")
    acts: list[Act] = [*_waits(events), *_questions(events), *_fees(events), *_notices(events)]
    # The same events give the same ledger, in whatever order they are told.
    acts.sort(key=lambda act: (act.on, type(act).__name__, repr(act)))
    return Ledger(received_on=min(received), acts=tuple(acts))


def _days(events: Sequence[ClockEvent], kind: type[ClockEvent]) -> list[date]:
    return [event.on for event in events if isinstance(event, kind)]


_NEEDS: dict[Need, tuple[type[ClockEvent], type[ClockEvent]]] = {
    Need.IDENTITY: (IdentityRequested, IdentityReceived),
    Need.AUTHORITY: (AuthorityRequested, AuthorityReceived),
    Need.FEE: (FeeRequested, FeePaid),
}


def _waits(events: Sequence[ClockEvent]) -> list[Wait]:
    """What was never asked for cannot hold up the start, even if it came."""
    return [
        Wait(on=asked_on, need=need, until_on=until_on)
        for need, (asked, came) in _NEEDS.items()
        for asked_on, until_on in _spans(_placed(events, asked), _placed(events, came))
    ]


def _placed(events: Sequence[ClockEvent], kind: type[ClockEvent]) -> list[tuple[date, int]]:
    """Each such event's day and place; on one day, the order of the ledger decides."""
    return sorted((event.on, n) for n, event in enumerate(events) if isinstance(event, kind))


def _spans(
    asked: Sequence[tuple[date, int]], came: Sequence[tuple[date, int]]
) -> Iterator[tuple[date, date | None]]:
    """From each asking to the first that came since; what came before we asked ends it at once.

    Asking again before it came is the same waiting. Asking again afterwards is one of its own:
    whether that may still move the date is for the rule that admits acts.
    """
    ended: tuple[date, int] | None = None
    for ask in asked:
        if ended is not None and ask < ended:
            continue
        fresh = [one for one in came if ended is None or one > ended]
        ended = next((one for one in fresh if one[0] >= ask[0]), fresh[0] if fresh else None)
        yield ask[0], ended and ended[0]
        if ended is None:
            return


def _questions(events: Sequence[ClockEvent]) -> list[Question]:
    """Each question with its first answer; on one day, the order of the ledger decides."""
    placed = list(enumerate(events))
    asked = [(n, event) for n, event in placed if isinstance(event, ClarificationAsked)]
    answers = [(n, event) for n, event in placed if isinstance(event, ClarificationAnswered)]
    for _, answer in answers:
        own = [event.on for _, event in asked if event.question == answer.question]
        _must_follow("An answer", answer.on, own)
    return [
        Question(
            on=event.on,
            answered_on=min(
                (
                    answer.on
                    for m, answer in answers
                    if answer.question == event.question and (answer.on, m) > (event.on, n)
                ),
                default=None,
            ),
            about=event.about,
        )
        for n, event in asked
    ]


def _fees(events: Sequence[ClockEvent]) -> list[FeesNotice]:
    given, paid = _days(events, FeesNoticeGiven), _days(events, FeesNoticePaid)
    for day in paid:
        _must_follow("A payment", day, given)
    return [
        FeesNotice(on=day, paid_on=min((p for p in paid if p >= day), default=None))
        for day in given
    ]


def _notices(events: Sequence[ClockEvent]) -> list[Act]:
    kinds: dict[type[ClockEvent], type[Act]] = {
        ExtensionNotified: Extension,
        PublicInterestNotified: PublicInterest,
        ReviewFoundExceptional: Exceptional,
    }
    return [kinds[type(event)](on=event.on) for event in events if type(event) in kinds]


def _must_follow(what: str, day: date, asked: Sequence[date]) -> None:
    if not any(earlier <= day for earlier in asked):
        raise Refused(f"{what} came on {long_day(day)}, before we had asked for it.")
