"""What the clock answers, and the two questions asked of the answer every day."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Regime(StrEnum):
    """Which law the time is counted by."""

    SAR_PART3 = "sar_part3"
    SAR_GDPR = "sar_gdpr"
    FOI = "foi"
    FOI_REVIEW = "foi_review"
    DP_COMPLAINT = "dp_complaint"


class WaitingFor(StrEnum):
    """What we need from the applicant before there is a date."""

    IDENTITY = "identity"
    AUTHORITY = "authority"
    FEE = "fee"
    CLARIFICATION = "clarification"


@dataclass(frozen=True)
class Pause:
    """Days that do not count, both ends included; `last_on` is None while it goes on."""

    first_on: date
    last_on: date | None

    def days(self, as_of: date | None = None) -> int:
        """How many days it has; one that goes on is counted to `as_of`, or as 0 without it."""
        last_on = self.last_on or as_of
        return 0 if last_on is None else max(0, (last_on - self.first_on).days + 1)


@dataclass(frozen=True)
class Sum:
    """A regime's sum, before anything is rolled, promised or put in words.

    `raw_on` is the last day before weekends and holidays moved it to `legal_due_on`.
    """

    start_on: date | None
    raw_on: date | None = None
    legal_due_on: date | None = None
    promise_due_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    paused_days: int = 0
    waiting_for: tuple[WaitingFor, ...] = ()
    is_extended: bool = False
    has_duty: bool = True

    @property
    def target_due_on(self) -> date | None:
        """The earlier of law and promise."""
        return min((d for d in (self.legal_due_on, self.promise_due_on) if d), default=None)

    @property
    def limit_on(self) -> date | None:
        """The last day for an act that would move the date."""
        return self.legal_due_on or self.promise_due_on


@dataclass(frozen=True)
class Clock:
    """The time of one request.

    `target_due_on` is the ONE date shown to the public, `staff_target_on` the last working day on
    or before it. All four dates are None while we wait for the applicant (`waiting_for` says for
    what) and for good where there is no duty. `refused` says, for each event that was not allowed,
    why; such an event moved nothing. `working` is the sum, line by line, for the applicant.
    """

    regime: Regime
    received_on: date
    start_on: date | None
    paused_days: int
    pauses: tuple[Pause, ...]
    legal_due_on: date | None
    promise_due_on: date | None
    target_due_on: date | None
    staff_target_on: date | None
    is_extended: bool
    has_duty: bool
    waiting_for: tuple[WaitingFor, ...]
    refused: tuple[str, ...]
    working: tuple[str, ...]


PROMISE = timedelta(days=31)


def promise_missed(clock: Clock, on: date) -> bool:
    """True if, by `on`, the date shown to the applicant has passed under a 31-day promise.

    The public is shown one date, the earlier of law and promise, so that is the one to keep; an
    extended request, one with a fees notice or a review has no promise to miss.
    """
    if clock.promise_due_on is None or clock.target_due_on is None:
        return False
    return on > clock.target_due_on


def legal_missed(clock: Clock, on: date) -> bool:
    """True if, by `on`, the last day the law allows has passed."""
    return clock.legal_due_on is not None and on > clock.legal_due_on
