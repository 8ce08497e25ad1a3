"""The list on "Find video": each recording with what stands in the way of losing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dates import day_in_words, london_day
from portal.holds.models import Hold
from portal.holds.queries import open_holds
from portal.recordings.kinds import CandidateStatus, Category
from portal.recordings.models import Candidate, Preservation, Recording
from portal.recordings.queries import candidates_of
from portal.requests.models import FootageRequest

PAGE_SIZE = 50


@dataclass(frozen=True)
class CandidateRow:
    """One recording on the list. `number` is its place in the ranking, as on the pictures."""

    number: int
    candidate: Candidate
    recording: Recording
    holds: Sequence[Hold]
    keeping: str
    is_urgent: bool


@dataclass(frozen=True)
class Listed:
    """The list in three parts, and where on it we are."""

    proposed: Sequence[CandidateRow]
    confirmed: Sequence[CandidateRow]
    rejected: Sequence[CandidateRow]
    all_proposed: int
    page: int
    pages: int

    @property
    def drawn(self) -> list[CandidateRow]:
        """What the pictures show: the matches, and the part of the list that is on this page."""
        return sorted([*self.confirmed, *self.proposed], key=lambda row: row.number)


def listed(
    session: Session,
    footage_request: FootageRequest,
    *,
    page: int,
    retention: timedelta,
    at: datetime,
) -> Listed:
    """What was found for a request, in the order of the ranking."""
    found = list(enumerate(candidates_of(session, footage_request.id), 1))
    parts = {
        status: [(n, c, r) for n, (c, r) in found if c.status is status]
        for status in CandidateStatus
    }
    proposed = parts[CandidateStatus.PROPOSED]
    pages = max(1, -(-len(proposed) // PAGE_SIZE))
    page = min(max(1, page), pages)
    parts[CandidateStatus.PROPOSED] = proposed[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    kept = _preserved_for(session, footage_request, at)
    held = open_holds(session, [r.id for part in parts.values() for _, _, r in part])
    rows = {
        status: [_row(n, c, r, held.get(r.id, []), r.id in kept, retention, at) for n, c, r in part]
        for status, part in parts.items()
    }
    return Listed(
        proposed=rows[CandidateStatus.PROPOSED],
        confirmed=rows[CandidateStatus.CONFIRMED],
        rejected=rows[CandidateStatus.REJECTED],
        all_proposed=len(proposed),
        page=page,
        pages=pages,
    )


def _preserved_for(session: Session, footage_request: FootageRequest, at: datetime) -> set[int]:
    found = session.scalars(
        sa.select(Preservation).where(Preservation.request_id == footage_request.id)
    )
    return {one.recording_id for one in found if one.bars_deletion(at)}


def _row(
    number: int,
    candidate: Candidate,
    recording: Recording,
    holds: Sequence[Hold],
    is_kept: bool,
    retention: timedelta,
    at: datetime,
) -> CandidateRow:
    deleted_on = london_day(recording.started_at + retention)
    if recording.deleted_at is not None:
        keeping, is_urgent = f"Deleted on {day_in_words(london_day(recording.deleted_at))}", False
    elif holds:
        keeping, is_urgent = "Kept: held as evidence", False
    elif recording.category is Category.EVIDENTIAL:
        keeping, is_urgent = "Kept: evidence", False
    elif is_kept:
        keeping, is_urgent = "Kept for this request", False
    else:
        keeping = f"Deleted on {day_in_words(deleted_on)}"
        is_urgent = deleted_on - london_day(at) <= timedelta(days=3)
    return CandidateRow(number, candidate, recording, holds, keeping, is_urgent)
