"""The list on "Find video": each recording with what stands in the way of losing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dates import day_in_words, london_day, time_in_words
from portal.holds.models import Hold
from portal.holds.queries import open_holds
from portal.recordings.kinds import Category, Certainty
from portal.recordings.listing import Part, Ranked, Ranking
from portal.recordings.models import Candidate, Preservation, Recording
from portal.requests.models import FootageRequest
from portal.requests.staff_views.why import Why, why_of

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

    @property
    def why(self) -> Why:
        """Why it is on the list."""
        return why_of(self.candidate)

    @property
    def is_uncertain(self) -> bool:
        """Whether it only may have been there."""
        return self.candidate.place is Certainty.UNCERTAIN

    @property
    def words(self) -> str:
        """The row in a line: "Number 3, L1234, 8:12pm to 8:22pm, place uncertain"."""
        recording = self.recording
        said = [
            f"Number {self.number}",
            recording.shoulder_number or "officer not known",
            f"{time_in_words(recording.started_at)} to {time_in_words(recording.ended_at)}",
            "place uncertain" if self.is_uncertain else "",
        ]
        return ", ".join(words for words in said if words)


@dataclass(frozen=True)
class Listed:
    """One part of what was found, where in it we are, and the matches, which always show.
    `since_search` and `newest` tell the part as it is now from what it becomes."""

    part: Part
    rows: Sequence[CandidateRow]
    confirmed: Sequence[CandidateRow]
    counts: dict[Part, int]
    page: int
    since_search: int
    newest: int

    @property
    def count(self) -> int:
        """How many there are in this part."""
        return self.counts[self.part]

    @property
    def pages(self) -> int:
        """How many pages this part has, at least one."""
        return pages_of(self.count)

    @property
    def drawn(self) -> list[CandidateRow]:
        """What the pictures show: the matches, and the part of the list that is on this page."""
        return sorted([*self.confirmed, *self.rows], key=lambda row: row.number)


def pages_of(count: int) -> int:
    """How many pages so many rows fill."""
    return max(1, -(-count // PAGE_SIZE))


def listed(
    session: Session,
    footage_request: FootageRequest,
    ranking: Ranking,
    *,
    part: Part,
    page: int,
    retention: timedelta,
    at: datetime,
) -> Listed:
    """One page of what was found for a request, in the order of the ranking."""
    counts = ranking.counts(session)
    page = min(max(1, page), pages_of(counts[part]))
    found = ranking.page(session, part, begin=(page - 1) * PAGE_SIZE, most=PAGE_SIZE)
    matches: Sequence[Ranked] = ()
    if part is not Part.CONFIRMED:
        matches = ranking.page(session, Part.CONFIRMED, begin=0, most=PAGE_SIZE)
    facts = _facts_of(session, footage_request, [*found, *matches], retention, at)
    return Listed(
        part=part,
        rows=[facts.row(one) for one in found],
        confirmed=[facts.row(one) for one in matches],
        counts=counts,
        page=page,
        since_search=ranking.since_search,
        newest=ranking.newest(session, part),
    )


@dataclass(frozen=True)
class _Facts:
    """What is known of the recordings of one page."""

    holds: dict[int, list[Hold]]
    kept: frozenset[int]
    retention: timedelta
    at: datetime

    def row(self, one: Ranked) -> CandidateRow:
        """A row of the list."""
        holds = self.holds.get(one.recording.id, [])
        keeping, is_urgent = self._keeping(one.recording, holds)
        return CandidateRow(one.number, one.candidate, one.recording, holds, keeping, is_urgent)

    def _keeping(self, recording: Recording, holds: Sequence[Hold]) -> tuple[str, bool]:
        """Whether it is kept, and whether it would be deleted within days."""
        if recording.deleted_at is not None:
            return f"Deleted on {day_in_words(london_day(recording.deleted_at))}", False
        if holds:
            return "Kept: held as evidence", False
        if recording.category is Category.EVIDENTIAL:
            return "Kept: evidence", False
        if recording.id in self.kept:
            return "Kept for this request", False
        deleted_on = london_day(recording.started_at + self.retention)
        is_urgent = deleted_on - london_day(self.at) <= timedelta(days=3)
        return f"Deleted on {day_in_words(deleted_on)}", is_urgent


def _facts_of(
    session: Session,
    footage_request: FootageRequest,
    found: Sequence[Ranked],
    retention: timedelta,
    at: datetime,
) -> _Facts:
    numbers = [one.recording.id for one in found]
    kept = session.scalars(
        sa.select(Preservation.recording_id).where(
            Preservation.request_id == footage_request.id,
            Preservation.recording_id.in_(numbers),
            sa.or_(Preservation.until.is_(None), Preservation.until > at),
        )
    )
    return _Facts(open_holds(session, numbers), frozenset(kept), retention, at)
