"""What routine deletion takes, and what keeps the rest from it.

The catalogue has a row for every recording there ever was. What is asked here reads only the
living, along the partial indexes on their start, and the holds and preservations in force.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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


def _in_force(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(Preservation.until.is_(None), Preservation.until > now)


# Where a page of recordings ended: the start and number of its last.
Place = tuple[datetime, int]


@dataclass(frozen=True)
class Due:
    """A recording that is old enough, and that nothing keeps."""

    id: int
    source_id: str
    started_at: datetime

    @property
    def place(self) -> Place:
        """Where to go on after it."""
        return self.started_at, self.id


def due_for_deletion(
    session: Session, *, started_before: datetime, now: datetime, after: Place | None, limit: int
) -> list[Due]:
    """Recordings old enough to delete that nothing keeps, the oldest first, in pages.

    The same rule as `policy.may_delete`, as one query; the caller asks the policy again.
    """
    found = (
        sa.select(Recording.id, Recording.source_id, Recording.started_at)
        .where(
            living(Category.NON_EVIDENTIAL),
            Recording.started_at <= started_before,
            ~held(),
            ~preserved(now),
        )
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
