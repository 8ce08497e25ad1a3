"""Who may ask us to look again and until when, how long we have, and who may answer. Law: pure.

Internal review: Code of Practice under FOIA s.45, part 5. Data protection complaint: DPA 2018
s.164A, in force 19 June 2026. The regulator afterwards: FOIA s.50; DPA 2018 ss.165 and 167.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.actors import Actor
from portal.dates import london_day
from portal.requests.clock import Clock, ClockEvent, Received, ReviewFoundExceptional, clock_of
from portal.requests.clock import Regime as ClockRegime
from portal.requests.lifecycle import TABLE, Event, Regime, Status
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.workdays import Holidays, add_working_days

# Practice, and the Code of Practice, part 5: the time to ask after an answer.
WORKING_DAYS_TO_ASK = 40
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """A review or complaint that came before, as far as a new one depends on it."""

    kind: ReviewKind
    received_at: datetime
    is_open: bool


@dataclass(frozen=True)
class Standing:
    """Where a request stands. `answered_at` is when it had its newest answer; None without one."""

    regime: Regime
    answered_at: datetime | None
    asked: tuple[Asked, ...] = ()

    @property
    def answered_on(self) -> date | None:
        """The day of that answer, in London."""
        return self.answered_at and london_day(self.answered_at)

    @property
    def kind(self) -> ReviewKind:
        """What this law calls asking us to look again."""
        is_foi = self.regime is Regime.FOI
        return ReviewKind.INTERNAL_REVIEW if is_foi else ReviewKind.COMPLAINT


def why_not_ask(kind: ReviewKind, standing: Standing) -> str | None:
    """Why this cannot be asked for now, in words to show, or None when it can.

    Nothing here depends on what the answer said: an answer that nothing is held and one that
    neither confirms nor denies offer the same.
    """
    if kind is not standing.kind:
        return _FOR_OTHERS[kind]
    if any(one.is_open for one in standing.asked if one.kind is kind):
        return "We are looking into it already. Send us a message to tell us more."
    if kind is ReviewKind.COMPLAINT:
        return None  # s.164A knows no time before which and none after which
    if standing.answered_on is None:
        return "You can ask us to look again when you have our answer."
    # By day: one that came by post has no hour, and is dated noon.
    if any(london_day(one.received_at) >= standing.answered_on for one in standing.asked):
        return "We have looked at this answer again already. You can go to the regulator now."
    return None


_FOR_OTHERS = {
    ReviewKind.INTERNAL_REVIEW: "An internal review is for freedom of information requests only.",
    ReviewKind.COMPLAINT: "A data protection complaint is for requests for your own information.",
}


def last_day_to_ask(answered_on: date, holidays: Holidays) -> date:
    """The last day to ask for an internal review in time: the 40th working day after the answer."""
    return add_working_days(answered_on, WORKING_DAYS_TO_ASK, holidays.uk)


def is_late(
    kind: ReviewKind, received_on: date, answered_on: date | None, holidays: Holidays
) -> bool:
    """Whether it came after the time to ask. A complaint never does."""
    if kind is ReviewKind.COMPLAINT or answered_on is None:
        return False
    return received_on > last_day_to_ask(answered_on, holidays)


_CLOCKS = {
    ReviewKind.INTERNAL_REVIEW: ClockRegime.FOI_REVIEW,
    ReviewKind.COMPLAINT: ClockRegime.DP_COMPLAINT,
}


def clock_of_review(
    kind: ReviewKind, received_on: date, exceptional_on: date | None, holidays: Holidays
) -> Clock:
    """Its time: 20 working days, or 40 where we said that it is exceptional; for a complaint the
    30 days in which the law wants it acknowledged, which are our own target for the answer."""
    events: list[ClockEvent] = [Received(received_on)]
    if exceptional_on is not None:
        events.append(ReviewFoundExceptional(exceptional_on))
    return clock_of(_CLOCKS[kind], events, holidays)


def due_is(due_on: date | None, today: date) -> str:
    """How a due date is shown: `late`, `soon` or nothing."""
    if due_on is None:
        return ""
    if due_on < today:
        return "late"
    return "soon" if due_on - today <= SOON else ""


def why_not_exceptional(kind: ReviewKind, clock: Clock, today: date) -> str | None:
    """Why nobody may say now that this review needs 40 working days, or None."""
    if kind is not ReviewKind.INTERNAL_REVIEW:
        return "Only an internal review can be an exceptional case."
    if clock.is_extended:
        return "We have said already that this is an exceptional case."
    if clock.legal_due_on is not None and today > clock.legal_due_on:
        return "The first 20 working days are over, so it is too late to say so."
    return None


def bar_on_answering(kind: ReviewKind, by: Actor, worked: Collection[str]) -> str | None:
    """Why this handler may not answer it, or None when they may.

    Code of Practice 5.9: somebody who did not make the decision, and senior to whoever did.
    `worked` are the ids of everybody who decided, seconded or took any step on the request.
    """
    if not by.has(*kind.answerers):
        who = " or ".join(sorted(role.label.lower() for role in kind.answerers))
        return f"Only a handler with the role {who} may answer it."
    if by.id in worked:
        return "You worked on this request. Somebody who did not must answer it."
    return None


def may_answer(kind: ReviewKind, by: Actor, worked: Collection[str]) -> bool:
    """Whether this handler may answer it."""
    return bar_on_answering(kind, by, worked) is None


def outcomes_on_offer(kind: ReviewKind, *, is_late: bool) -> tuple[ReviewOutcome, ...]:
    """What the answer can be. Not to take it on is an answer only to one that came too late."""
    late = kind is ReviewKind.INTERNAL_REVIEW and is_late
    return tuple(each for each in ReviewOutcome if late or each is not ReviewOutcome.TOO_LATE)


def why_not_open_again(outcome: ReviewOutcome, status: Status) -> str | None:
    """Why the request is not opened for a fresh decision with this outcome, or None."""
    if not outcome.changes_the_answer:
        return "A request is opened again only when we agree, at least in part."
    if (status, Event.REVIEW_UPHELD) not in TABLE:
        return f"It cannot be opened again: the request is “{status.label.lower()}”."
    return None
