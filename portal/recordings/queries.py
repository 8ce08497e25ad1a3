"""Reading the catalogue: recordings, what searches found, and what is kept from deletion."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.recordings.describing import Found
from portal.recordings.models import (
    Candidate,
    CandidateStatus,
    Category,
    Certainty,
    Preservation,
    Recording,
    Search,
)

__all__ = [
    "Found",
    "candidate_numbers",
    "candidates_of",
    "complete_up_to",
    "matches_of",
    "media_in_use",
    "preservations_of",
    "preserved",
    "recording",
    "recordings",
    "searches_of",
]

# A camera hands over what it filmed when it is docked, at the end of a shift at the latest.
_LATE_UPLOADS = timedelta(hours=12)


def recording(session: Session, recording_id: int) -> Recording:
    """The recording with our number. Raises `NotFound`."""
    found = session.get(Recording, recording_id)
    if found is None:
        raise NotFound("There is no such recording.")
    return found


def recordings(session: Session, recording_ids: Iterable[int]) -> dict[int, Recording]:
    """Those of the recordings that exist, by our number."""
    found = session.scalars(sa.select(Recording).where(Recording.id.in_(set(recording_ids))))
    return {one.id: one for one in found}


def candidates_of(session: Session, request_id: UUID) -> Sequence[tuple[Candidate, Recording]]:
    """What was found for a request: the tracked first, then the uncertain, the best first."""
    return [
        (candidate, found)
        for candidate, found in session.execute(
            sa.select(Candidate, Recording)
            .join(Recording, Recording.id == Candidate.recording_id)
            .where(Candidate.request_id == request_id)
            .order_by(
                sa.case((Candidate.place == Certainty.TRACKED, 0), else_=1),
                Candidate.score.desc(),
                Candidate.id,
            )
        )
    ]


def candidate_numbers(session: Session, request_id: UUID) -> frozenset[int]:
    """Our numbers of all that was ever found for a request, whatever was said of it."""
    found = sa.select(Candidate.recording_id).where(Candidate.request_id == request_id)
    return frozenset(session.scalars(found))


def matches_of(session: Session, request_id: UUID) -> Sequence[tuple[Candidate, Recording]]:
    """The candidates that a handler confirmed, in the order they were filmed."""
    return [
        (candidate, found)
        for candidate, found in session.execute(
            sa.select(Candidate, Recording)
            .join(Recording, Recording.id == Candidate.recording_id)
            .where(
                Candidate.request_id == request_id,
                Candidate.status == CandidateStatus.CONFIRMED,
            )
            .order_by(Recording.started_at, Recording.id)
        )
    ]


def searches_of(session: Session, request_id: UUID) -> Sequence[Search]:
    """Every search made for a request, the newest first."""
    return session.scalars(
        sa.select(Search).where(Search.request_id == request_id).order_by(Search.id.desc())
    ).all()


def preservations_of(session: Session, recording_id: int) -> Sequence[Preservation]:
    """Every preservation of a recording, ended ones too, the oldest first."""
    return session.scalars(
        sa.select(Preservation)
        .where(Preservation.recording_id == recording_id)
        .order_by(Preservation.id)
    ).all()


def preserved(session: Session, recording_id: int, *, at: datetime) -> bool:
    """Whether any request still bars the recording's deletion at that instant."""
    return any(one.bars_deletion(at) for one in preservations_of(session, recording_id))


def media_in_use(session: Session, files: Collection[str]) -> set[str]:
    """Those of the files that a recording which still exists names."""
    found = sa.select(Recording.media).where(
        Recording.media.in_(files), Recording.deleted_at.is_(None)
    )
    return {name for name in session.scalars(found) if name is not None}


def living(category: Category) -> sa.ColumnElement[bool]:
    """That a recording of the enclosing query is of this category and not deleted, written so that
    the partial index on its start can answer."""
    value = sa.bindparam(None, category, Recording.category.type, literal_execute=True)
    return sa.and_(Recording.deleted_at.is_(None), Recording.category == value)


def complete_up_to(session: Session) -> datetime | None:
    """Up to when the catalogue is likely to be complete; None for an empty one.

    Footage appears when a camera is docked, so the last half day before the newest import may
    still be on its way.
    """
    newest = session.scalars(sa.select(Recording).order_by(Recording.id.desc()).limit(1)).first()
    if newest is None:
        return None
    newest_starts = [
        session.scalar(sa.select(sa.func.max(Recording.started_at)).where(living(category)))
        for category in Category
    ]
    starts = (one for one in newest_starts if one is not None)
    last_start = max(starts, default=newest.started_at)
    return min(last_start, newest.imported_at - _LATE_UPLOADS)
