"""May this recording go? May it be deleted? The only place that answers. Law: pure.

A hold never stops a clock. It bars one recording from leaving, for as long as the matter it
serves is open, and bars its deletion for as long (rules, section 5, model rules 1, 2 and 7).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class HoldKind(StrEnum):
    """What opens a hold (rules, section 5)."""

    INVESTIGATION = "H1"
    PROSECUTION = "H2"
    CONDUCT = "H3"
    INDEPENDENT_INVESTIGATION = "H4"
    INQUEST = "H5"
    SAFEGUARDING = "H6"
    NATIONAL_SECURITY = "H7"
    LEGAL_CLAIM = "H8"

    @property
    def label(self) -> str:
        """The kind as handlers read it."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    HoldKind.INVESTIGATION: "Investigation",
    HoldKind.PROSECUTION: "Prosecution",
    HoldKind.CONDUCT: "Conduct",
    HoldKind.INDEPENDENT_INVESTIGATION: "Independent investigation, death or serious injury",
    HoldKind.INQUEST: "Inquest or inquiry",
    HoldKind.SAFEGUARDING: "Safeguarding",
    HoldKind.NATIONAL_SECURITY: "National security",
    HoldKind.LEGAL_CLAIM: "Legal claim",
}


class Level(StrEnum):
    """What the applicant may be told about a hold, chosen by a person."""

    OPEN = "L1"
    LIMITED = "L2"
    NEITHER_CONFIRM_NOR_DENY = "L3"

    @property
    def label(self) -> str:
        """The level as handlers read it."""
        return _LEVEL_LABELS[self]


_LEVEL_LABELS = {
    Level.OPEN: "Open: they may be told it is evidence",
    Level.LIMITED: "Limited: they may be told that it is restricted",
    Level.NEITHER_CONFIRM_NOR_DENY: "Neither confirm nor deny",
}

REVIEW_EVERY = timedelta(days=90)


@dataclass(frozen=True)
class HoldFact:
    """What the policy needs to know of a hold."""

    is_open: bool
    level: Level


@dataclass(frozen=True)
class RecordingFacts:
    """What the policy needs to know of a recording. `None` for holds means: could not be read."""

    started_at: datetime
    is_evidential: bool
    is_deleted: bool
    holds: tuple[HoldFact, ...] | None
    is_preserved: bool = False


class Bar(StrEnum):
    """Why a recording may not go."""

    HELD = "held"
    UNKNOWN = "unknown"
    DELETED = "deleted"


def bar_on_release(recording: RecordingFacts) -> Bar | None:
    """Why this recording may not leave the building now, or None when it may.

    DPA 2018 s.45(4)(a)-(b); FOIA ss.30-31. Fails closed: unreadable holds bar.
    """
    if recording.holds is None:
        return Bar.UNKNOWN
    if recording.is_deleted:
        return Bar.DELETED
    if any(hold.is_open for hold in recording.holds):
        return Bar.HELD
    return None


def may_delete(recording: RecordingFacts, *, retention: timedelta, now: datetime) -> bool:
    """Whether routine deletion may take this recording.

    Only non-evidential footage past its retention, with no open hold and no preservation.
    Rules, section 3 (31 days) and section 5, rule 7. Fails closed.
    """
    if recording.is_deleted or recording.is_evidential or recording.is_preserved:
        return False
    if recording.holds is None or any(hold.is_open for hold in recording.holds):
        return False
    return now >= recording.started_at + retention


def strictest(levels: Iterable[Level]) -> Level:
    """The level that governs several holds: the one that tells least."""
    return max(levels, key=lambda level: level.value)


def next_review_on(today: date) -> date:
    """When a hold must be looked at again: every 90 days (rules, section 5, rule 5)."""
    return today + REVIEW_EVERY
