"""May this recording go? May it be deleted? The only place that answers. Law: pure.

A hold never stops a clock. It bars one recording from leaving, for as long as the matter it
serves is open, and bars its deletion for as long (rules, section 5, model rules 1, 2 and 7).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID


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
class Segment:
    """A part of a recording, in whole seconds from its start; what `ends` is not in it."""

    begins: int
    ends: int

    def __str__(self) -> str:
        return f"{_offset(self.begins)}-{_offset(self.ends)}"

    @classmethod
    def read(cls, written: str) -> "Segment":
        """The segment written as `0:30-2:05` or `1:00:00-1:02:00`. ValueError when it is not."""
        begins, _, ends = written.partition("-")
        return cls(_seconds(begins), _seconds(ends))

    @classmethod
    def read_lines(cls, written: str) -> "list[Segment]":
        """The segments written one on a line; empty lines are none. ValueError as for `read`."""
        return [cls.read(line) for line in written.splitlines() if line.strip()]


def _offset(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"


def _seconds(written: str) -> int:
    found = re.fullmatch(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})", written.strip(), re.ASCII)
    if found is None or int(found[3]) > 59 or (found[1] and int(found[2]) > 59):
        raise ValueError("A time in a recording is minutes and seconds, like 2:05.")
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])


def why_not_segments(segments: Sequence[Segment], *, length: timedelta) -> str:
    """What is wrong with these parts of a recording of that length, or "". None of them is a hold
    on the whole."""
    for segment in segments:
        if segment.begins >= segment.ends:
            return f"The part {segment} must end after it begins."
        if segment.begins >= length.total_seconds():
            return f"The part {segment} begins after the recording ends."
    return ""


@dataclass(frozen=True)
class HoldFact:
    """What the policy needs to know of a hold."""

    is_open: bool
    level: Level
    kind: HoldKind
    # A court has ordered that the recording goes to this asker all the same.
    is_overridden: bool = False


@dataclass(frozen=True)
class Asker:
    """The request that a recording would go to, and whether it asks for footage of the applicant
    themselves (subject access)."""

    request_id: UUID
    is_sar: bool


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


def bars(hold: HoldFact, to: Asker | None) -> bool:
    """Whether this hold bars its recording from going to this asker.

    A legal claim is not by itself a reason to refuse people footage of themselves: only what they
    and a lawyer said to each other is (DPA 2018 s.45A), and a decision says so of each recording.
    Without an asker, every open hold bars.
    """
    if not hold.is_open:
        return False
    if to is None:
        return True
    is_claim_alone = to.is_sar and hold.kind is HoldKind.LEGAL_CLAIM
    return not (is_claim_alone or hold.is_overridden)


def bar_on_release(recording: RecordingFacts, to: Asker | None = None) -> Bar | None:
    """Why this recording may not go to this asker now, or None when it may.

    DPA 2018 s.45(4)(a)-(b); FOIA ss.30-31. Fails closed: unreadable holds bar. A copy is of the
    whole recording, so a hold on a part of it bars all of it.
    """
    if recording.holds is None:
        return Bar.UNKNOWN
    if recording.is_deleted:
        return Bar.DELETED
    if any(bars(hold, to) for hold in recording.holds):
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


def why_not_review_on(day: date, *, today: date) -> str:
    """What is wrong with the day on which a hold is to be looked at again, or ""."""
    if not today < day <= next_review_on(today):
        return f"Look again on a day after today, within {REVIEW_EVERY.days} days."
    return ""
