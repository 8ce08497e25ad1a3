"""A picture of when: the time asked for, the time searched, and when each camera was on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.dates import in_london, time_in_words
from portal.requests.staff_views.candidates import CandidateRow

WIDTH, LEFT, RIGHT, TOP, ROW = 600.0, 44.0, 16.0, 30.0, 22.0
# Steps of the axis, the first that leaves at most six marks is taken.
_STEPS_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 30 * 1440)
_MOST_MARKS = 6


@dataclass(frozen=True)
class Span:
    """A stretch of time on the picture, in its units."""

    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """One mark of the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Bar:
    """One recording. It may begin before the picture does, or end after it."""

    row: CandidateRow
    y: float
    span: Span
    is_cut_left: bool
    is_cut_right: bool


@dataclass(frozen=True)
class Timeline:
    """Everything the template draws."""

    width: float
    height: float
    asked: Span
    searched: Span
    marks: Sequence[Mark]
    bars: Sequence[Bar]


def timeline(
    rows: Sequence[CandidateRow],
    *,
    asked: tuple[datetime, datetime],
    searched: tuple[datetime, datetime],
) -> Timeline:
    """The picture: the searched time with a fifth of it on each side."""
    lasting = max(searched[1] - searched[0], timedelta(minutes=10))
    since, until = searched[0] - lasting / 5, searched[1] + lasting / 5
    scale = _Scale(since, until)
    return Timeline(
        width=WIDTH,
        height=TOP + ROW * len(rows) + 8,
        asked=scale.span(*asked),
        searched=scale.span(*searched),
        marks=_marks(scale),
        bars=[
            Bar(
                row=row,
                y=TOP + ROW * index,
                span=scale.span(row.recording.started_at, row.recording.ended_at),
                is_cut_left=row.recording.started_at < since,
                is_cut_right=row.recording.ended_at > until,
            )
            for index, row in enumerate(rows)
        ],
    )


@dataclass(frozen=True)
class _Scale:
    since: datetime
    until: datetime

    def x(self, at: datetime) -> float:
        """Where an instant is; those outside are at the edge."""
        part = (at - self.since) / (self.until - self.since)
        return round(LEFT + min(max(part, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)

    def span(self, since: datetime, until: datetime) -> Span:
        """A stretch, wide enough to be seen."""
        x = self.x(since)
        return Span(x, max(round(self.x(until) - x, 1), 3.0))


def _marks(scale: _Scale) -> list[Mark]:
    lasting = scale.until - scale.since
    steps = (timedelta(minutes=minutes) for minutes in _STEPS_MINUTES)
    step = next((s for s in steps if lasting / s <= _MOST_MARKS), lasting)
    marks = []
    midnight = in_london(scale.since).replace(hour=0, minute=0, second=0, microsecond=0)
    at = scale.since - (scale.since - midnight) % step + step
    while at < scale.until:
        marks.append(Mark(scale.x(at), _label(at, step)))
        at += step
    return marks


def _label(at: datetime, step: timedelta) -> str:
    local = in_london(at)
    is_new_day = (local.hour, local.minute) == (0, 0)
    if step >= timedelta(days=1) or is_new_day:
        return f"{local.day} {local:%b}"
    return time_in_words(at)
