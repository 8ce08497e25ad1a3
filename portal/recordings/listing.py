"""What searches found for a request, read a page at a time: there may be thousands."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.kinds import CandidateStatus, Certainty
from portal.recordings.models import Candidate, Recording


class Part(StrEnum):
    """One part of what was found. `EARLIER` is not judged yet either, and was found by earlier
    searches alone: a narrower search hides nothing."""

    UNJUDGED = "unjudged"
    EARLIER = "earlier"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Ranked:
    """A candidate with its recording. `number` is its place among all that were found."""

    number: int
    candidate: Candidate
    recording: Recording


@dataclass(frozen=True)
class Following:
    """The candidate after another one in its part, and how many of the part stand before it."""

    candidate_id: int
    before: int


@dataclass(frozen=True)
class Ranking:
    """What was found for a request, in order: what a search from `since_search` on has found
    before what only earlier ones did, the tracked before the uncertain, the best score first."""

    request_id: UUID
    since_search: int

    def counts(self, session: Session) -> dict[Part, int]:
        """How many there are in each part."""
        part = self._part()
        rows = session.execute(
            sa.select(part, sa.func.count())
            .where(Candidate.request_id == self.request_id)
            .group_by(part)
        )
        return dict.fromkeys(Part, 0) | {Part(name): count for name, count in rows}

    def page(self, session: Session, part: Part, *, begin: int, most: int) -> Sequence[Ranked]:
        """At most so many of a part, from the `begin`th (from 0) on."""
        numbered = self._numbered()
        chosen = sa.select(numbered.c.id, numbered.c.number).where(numbered.c.part == part.value)
        found = session.execute(chosen.order_by(numbered.c.number).offset(begin).limit(most))
        numbers = {one.id: one.number for one in found}
        # Only now the rows themselves: thousands of them would be sorted before the page is cut.
        rows = session.execute(
            sa.select(Candidate, Recording)
            .join(Recording, Recording.id == Candidate.recording_id)
            .where(Candidate.id.in_(list(numbers)))
        )
        ranked = [Ranked(numbers[one.id], one, recording) for one, recording in rows]
        return sorted(ranked, key=lambda one: one.number)

    def number_of(self, session: Session, candidate_id: int) -> int | None:
        """A candidate's place among all that were found; None for another request's."""
        numbered = self._numbered()
        return session.scalar(sa.select(numbered.c.number).where(numbered.c.id == candidate_id))

    def following(self, session: Session, part: Part, number: int) -> Following | None:
        """The first of a part after that number, else the last before it; None if it is empty."""
        numbered = self._numbered()
        of_part = sa.select(numbered.c.id, numbered.c.number).where(numbered.c.part == part.value)
        after = of_part.where(numbered.c.number > number).order_by(numbered.c.number)
        before = of_part.where(numbered.c.number < number).order_by(numbered.c.number.desc())
        found = session.execute(after.limit(1)).first() or session.execute(before.limit(1)).first()
        if found is None:
            return None
        ahead = of_part.where(numbered.c.number < found.number).subquery()
        count = session.scalar(sa.select(sa.func.count()).select_from(ahead)) or 0
        return Following(found.id, count)

    def ids(self, session: Session, part: Part, *, newest: int) -> Sequence[int]:
        """The candidates' numbers in our tables, all of a part up to the `newest`: what was
        uploaded after somebody looked is left out."""
        of_part = self._of(part, Candidate.id).where(Candidate.id <= newest)
        return session.scalars(of_part.order_by(Candidate.id)).all()

    def newest(self, session: Session, part: Part) -> int:
        """The greatest of the numbers of a part; 0 if it is empty."""
        return session.scalar(self._of(part, sa.func.max(Candidate.id))) or 0

    def _of(self, part: Part, column: Any) -> Any:
        in_it = (Candidate.request_id == self.request_id, self._part() == part.value)
        return sa.select(column).where(*in_it)

    def _numbered(self) -> Any:
        order = (
            sa.case((self._is_current(), 0), else_=1),
            sa.case((Candidate.place == Certainty.TRACKED, 0), else_=1),
            Candidate.score.desc(),
            Candidate.id,
        )
        return (
            sa.select(
                Candidate.id,
                self._part().label("part"),
                sa.func.row_number().over(order_by=order).label("number"),
            )
            .where(Candidate.request_id == self.request_id)
            .subquery()
        )

    def _part(self) -> Any:
        is_proposed = Candidate.status == CandidateStatus.PROPOSED
        return sa.case(
            (Candidate.status == CandidateStatus.CONFIRMED, Part.CONFIRMED.value),
            (Candidate.status == CandidateStatus.REJECTED, Part.REJECTED.value),
            (sa.and_(is_proposed, self._is_current()), Part.UNJUDGED.value),
            else_=Part.EARLIER.value,
        )

    def _is_current(self) -> Any:
        return Candidate.search_id >= self.since_search
