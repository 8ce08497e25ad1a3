"""What will be deleted in the next days, and what of it somebody waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dates import LONDON
from portal.holds.keeping_queries import Fate, fates, held, overdue, preserved, stretch_of
from portal.recordings.kinds import CandidateStatus, Category
from portal.recordings.models import Candidate, Preservation, Recording
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest

_OPEN = [status for status in Status if status.is_open]
MOST_SHOWN = 200


@dataclass(frozen=True)
class Wanted:
    """A recording that an open request may need, that nothing keeps."""

    reference: str
    source_id: str
    started_at: datetime
    is_confirmed: bool


@dataclass(frozen=True)
class DayOfDeletion:
    """What becomes of the recordings whose time comes on one London day; `wanted` counts those
    that go although an open request may need them."""

    day: date
    fate: Fate
    wanted: int


@dataclass(frozen=True)
class Deletions:
    """The days to come, the first being today; and how many wait for the next run already."""

    days: list[DayOfDeletion]
    overdue: int
    wanted: list[Wanted]


def deletions(
    session: Session, *, today: date, days: int, retention: timedelta, now: datetime
) -> Deletions:
    """What routine deletion takes in so many days, as things stand, and what it must not."""
    edges = [_recorded_by(today + timedelta(days=n), retention) for n in range(days + 1)]
    wanted = _wanted_by_stretch(session, edges, now)
    return Deletions(
        days=[
            DayOfDeletion(today + timedelta(days=number), fate, wanted.get(number, 0))
            for number, fate in enumerate(fates(session, edges, now=now))
        ],
        overdue=overdue(session, started_before=edges[0], now=now),
        wanted=_wanted(session, edges[-1], now),
    )


def wanted_soon(
    session: Session, *, today: date, within: timedelta, retention: timedelta, now: datetime
) -> int:
    """How many recordings that an open request may need go by then, unless somebody keeps them."""
    before = _recorded_by(today + within + timedelta(days=1), retention)
    found = _unkept(before, now).with_only_columns(sa.func.count(sa.distinct(Recording.id)))
    return session.scalar(found) or 0


def _recorded_by(day: date, retention: timedelta) -> datetime:
    """What was recorded before this goes before that day begins in London."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC) - retention


def _wanted(session: Session, before: datetime, now: datetime) -> list[Wanted]:
    rows = session.execute(
        _unkept(before, now)
        .order_by(Recording.started_at, Recording.id, sa.text("reference"))
        .limit(MOST_SHOWN)
    )
    return [
        Wanted(reference, source_id, started_at, status is CandidateStatus.CONFIRMED)
        for reference, source_id, started_at, status in rows
    ]


def _wanted_by_stretch(
    session: Session, edges: Sequence[datetime], now: datetime
) -> dict[int, int]:
    stretch = stretch_of(edges).label("stretch")
    rows = session.execute(
        _unkept(edges[-1], now)
        .where(Recording.started_at >= edges[0])
        .with_only_columns(stretch, sa.func.count(sa.distinct(Recording.id)).label("wanted"))
        .group_by("stretch")
    )
    return {row.stretch: row.wanted for row in rows}


def _unkept(before: datetime, now: datetime) -> sa.Select[str, str, datetime, CandidateStatus]:
    """Candidates of open requests that nobody rejected and nothing keeps."""
    suspect = _without_own_preservation()
    return (
        sa.select(suspect.c.reference, Recording.source_id, Recording.started_at, suspect.c.status)
        .select_from(suspect)
        .join(Recording, Recording.id == suspect.c.recording_id)
        .where(
            Recording.deleted_at.is_(None),
            Recording.category == Category.NON_EVIDENTIAL,
            Recording.started_at < before,
            ~held(),
            ~preserved(now),
        )
    )


def _without_own_preservation() -> sa.CTE:
    """Begins at the requests and is done first: the open ones are few, and nearly all of their
    candidates are preserved, so that hardly a recording has to be looked at."""
    own = sa.exists().where(
        Preservation.request_id == Candidate.request_id,
        Preservation.recording_id == Candidate.recording_id,
        Preservation.until.is_(None),
    )
    return (
        sa.select(FootageRequest.reference, Candidate.recording_id, Candidate.status)
        .join(Candidate, Candidate.request_id == FootageRequest.id)
        .where(FootageRequest.status.in_(_OPEN), Candidate.status != CandidateStatus.REJECTED, ~own)
        .cte("suspect")
        .prefix_with("MATERIALIZED")
    )
