"""What routine deletion takes, and what keeps the rest from it.

The catalogue has a row for every recording there ever was. What is asked here reads only the
living, along the partial indexes on their start, and the holds and preservations in force.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.holds.models import Hold
from portal.recordings.kinds import Category
from portal.recordings.models import Preservation, Recording
from portal.recordings.queries import living


class KeptBy(StrEnum):
    """What keeps a recording past its time; a hold is named before a preservation."""

    HOLD = "hold"
    PRESERVATION = "preservation"
    CATEGORY = "category"


def held() -> sa.Exists:
    """Whether an open hold keeps the recording of the enclosing query."""
    return sa.exists().where(Hold.recording_id == Recording.id, Hold.lifted_at.is_(None))


def preserved(now: datetime) -> sa.Exists:
    """Whether a preservation keeps the recording of the enclosing query."""
    return sa.exists().where(Preservation.recording_id == Recording.id, _in_force(now))


def preserved_ones(session: Session, numbers: Sequence[int], *, now: datetime) -> set[int]:
    """Those of the recordings that a preservation keeps."""
    return set(
        session.scalars(
            sa.select(Preservation.recording_id).where(
                Preservation.recording_id.in_(numbers), _in_force(now)
            )
        )
    )


def _in_force(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(Preservation.until.is_(None), Preservation.until > now)


# Where a page of recordings ended: the start and number of its last.
Place = tuple[datetime, int]


@dataclass(frozen=True)
class Due:
    """A recording that is not evidence and that is old enough to delete."""

    id: int
    source_id: str
    started_at: datetime

    @property
    def place(self) -> Place:
        """Where to go on after it."""
        return self.started_at, self.id


def past_their_time(
    session: Session, *, started_before: datetime, after: Place | None, limit: int
) -> list[Due]:
    """Recordings old enough to delete, the oldest first, in pages. What is kept is among them:
    the caller asks the policy of each."""
    found = (
        sa.select(Recording.id, Recording.source_id, Recording.started_at)
        .where(living(Category.NON_EVIDENTIAL), Recording.started_at <= started_before)
        .order_by(Recording.started_at, Recording.id)
        .limit(limit)
    )
    if after is not None:
        found = found.where(
            Recording.started_at >= after[0],
            sa.tuple_(Recording.started_at, Recording.id) > sa.tuple_(*after),
        )
    return [Due(*row) for row in session.execute(found)]


def kept_despite_age(
    session: Session, *, started_before: datetime, now: datetime
) -> dict[KeptBy, int]:
    """How many recordings past their retention are kept, and by what."""
    counts = dict.fromkeys(KeptBy, 0)
    evidence_counted = 0
    by_what_column = _what_keeps().label("by_what")
    for by_what, category, count in session.execute(
        _kept(started_before, now)
        .with_only_columns(by_what_column, Recording.category, sa.func.count())
        .group_by("by_what", Recording.category)
    ):
        counts[KeptBy(by_what)] += count
        evidence_counted += count if category is Category.EVIDENTIAL else 0
    evidence = sa.select(sa.func.count()).where(
        living(Category.EVIDENTIAL), Recording.started_at <= started_before
    )
    counts[KeptBy.CATEGORY] = (session.scalar(evidence) or 0) - evidence_counted
    return counts


def held_and_preserved(
    session: Session, *, started_before: datetime, now: datetime
) -> Iterator[tuple[Due, KeptBy]]:
    """Each recording past its retention that a hold or a preservation keeps, the oldest first."""
    rows = session.execute(
        _kept(started_before, now)
        .with_only_columns(Recording.id, Recording.source_id, Recording.started_at, _what_keeps())
        .order_by(Recording.started_at, Recording.id)
        .execution_options(yield_per=1_000)
    )
    return ((Due(*row[:3]), KeptBy(row[3])) for row in rows)


def _kept(started_before: datetime, now: datetime) -> sa.Select[Any]:
    """Begins at the holds and preservations: they are few, and the catalogue is not."""
    kept = sa.union(
        sa.select(Hold.recording_id).where(Hold.lifted_at.is_(None)),
        sa.select(Preservation.recording_id).where(_in_force(now)),
    ).subquery()
    return (
        sa.select(Recording.id)
        .select_from(kept)
        .join(Recording, Recording.id == kept.c.recording_id)
        .where(Recording.started_at <= started_before, Recording.deleted_at.is_(None))
    )


def _what_keeps() -> sa.ColumnElement[str]:
    by_hold, by_preservation = (sa.literal(one.value, sa.String()) for one in list(KeptBy)[:2])
    return sa.case((held(), by_hold), else_=by_preservation)


@dataclass(frozen=True)
class Fate:
    """Of the living recordings of one stretch of time: how many routine deletion takes when their
    time comes, as things stand, and how many are kept by what."""

    deleted: int
    kept: dict[KeptBy, int]


def fates(session: Session, edges: Sequence[datetime], *, now: datetime) -> list[Fate]:
    """What will become of what was recorded from each edge to before the next."""
    living_ones = {category: _counted(session, category, edges) for category in Category}
    counts: list[Counter[KeptBy]] = [Counter() for _ in edges[1:]]
    kept_of = {category: [0] * (len(edges) - 1) for category in Category}
    stretch, by_what = stretch_of(edges).label("stretch"), _what_keeps().label("by_what")
    for number, what, category, count in session.execute(
        _kept(edges[-1], now)
        .where(Recording.started_at >= edges[0], Recording.started_at < edges[-1])
        .with_only_columns(stretch, by_what, Recording.category, sa.func.count())
        .group_by("stretch", "by_what", Recording.category)
    ):
        counts[number][KeptBy(what)] += count
        kept_of[category][number] += count
    found = []
    for number, counted in enumerate(counts):
        evidence, rest = (
            living_ones[category][number] - kept_of[category][number]
            for category in (Category.EVIDENTIAL, Category.NON_EVIDENTIAL)
        )
        counted[KeptBy.CATEGORY] = evidence
        found.append(Fate(rest, {by_what: counted[by_what] for by_what in KeptBy}))
    return found


def stretch_of(edges: Sequence[datetime]) -> sa.ColumnElement[int]:
    """The number of the stretch between two edges in which the recording of a query began."""
    return sa.case(
        *((Recording.started_at < edge, number) for number, edge in enumerate(edges[1:]))
    )


def _counted(session: Session, category: Category, edges: Sequence[datetime]) -> Sequence[int]:
    counts = [
        sa.select(sa.func.count())
        .where(living(category), Recording.started_at >= since, Recording.started_at < before)
        .scalar_subquery()
        for since, before in pairwise(edges)
    ]
    return session.execute(sa.select(*counts)).one()


def overdue(session: Session, *, started_before: datetime, now: datetime) -> int:
    """How many recordings that nothing keeps wait for the next run."""
    found = sa.select(sa.func.count()).where(
        living(Category.NON_EVIDENTIAL),
        Recording.started_at < started_before,
        ~held(),
        ~preserved(now),
    )
    return session.scalar(found) or 0
