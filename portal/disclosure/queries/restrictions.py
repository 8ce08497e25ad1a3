"""Reading what is held back for now, and when it must be looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.disclosure.exemptions import Outcome
from portal.disclosure.models import Decision, Finding, Release, RestrictionReview
from portal.disclosure.queries.decisions import by_id, lines_of
from portal.disclosure.restrictions import for_now
from portal.errors import Refused
from portal.holds import queries as holds
from portal.holds.policy import Bar
from portal.requests.asking import asker_of
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest


@dataclass(frozen=True)
class RestrictionRow:
    """One restriction in the list: whose, when the next look is due, what the last one found, and
    the matters that still hold it back."""

    reference: str
    due_on: date
    last_finding: Finding | None
    matters: tuple[str, ...]

    @property
    def waits_for_owner(self) -> bool:
        """Whether a look found that a hold should end, and it has not."""
        should_end = self.last_finding in (Finding.NARROW, Finding.END)
        return should_end and bool(self.matters)


def restrictions(session: Session) -> list[RestrictionRow]:
    """Every restriction that stands, the one to look at first in front. A request that was opened
    again or withdrawn is not in it."""
    rows = session.execute(
        sa.select(RestrictionReview, FootageRequest.reference)
        .join(FootageRequest, FootageRequest.id == RestrictionReview.request_id)
        .where(_STANDS)
        .order_by(RestrictionReview.due_on, FootageRequest.reference)
    ).all()
    return [_row(session, review, reference) for review, reference in rows]


def due_by(session: Session, day: date) -> int:
    """How many restrictions must be looked at by that day."""
    found = (
        sa.select(sa.func.count())
        .select_from(RestrictionReview)
        .join(FootageRequest, FootageRequest.id == RestrictionReview.request_id)
        .where(_STANDS, RestrictionReview.due_on <= day)
    )
    return session.scalar(found) or 0


def standing_review(session: Session, request_id: UUID) -> tuple[RestrictionReview, Decision]:
    """The look that is owed for a request now, and the decision it is about, with its lines.
    Refused when none is owed."""
    review = session.scalars(
        sa.select(RestrictionReview)
        .join(FootageRequest, FootageRequest.id == RestrictionReview.request_id)
        .where(RestrictionReview.request_id == request_id, _STANDS)
    ).one_or_none()
    if review is None:
        raise Refused("Nothing is held back for now in this request.")
    return review, by_id(session, review.decision_id)


def reviews_of(session: Session, request_id: UUID) -> Sequence[RestrictionReview]:
    """The looks that were taken at a request's restrictions, newest first."""
    return session.scalars(
        sa.select(RestrictionReview)
        .where(RestrictionReview.request_id == request_id, RestrictionReview.done_at.is_not(None))
        .order_by(RestrictionReview.done_at.desc())
    ).all()


def free_recordings(session: Session, decision: Decision) -> tuple[int, ...]:
    """The recordings that a decision held back for now and that no hold bars any more."""
    numbers = sorted(line.recording_id for line in for_now(lines_of(decision)))
    to = asker_of(session, decision.request_id)
    return tuple(each for each in numbers if holds.locked_bar(session, each, to=to) is not Bar.HELD)


def free_again(
    session: Session, request_id: UUID, recording_id: int | None
) -> tuple[int, ...] | None:
    """What the newest answer to a request held back, of this recording or of all, that no hold
    bars any more; locked until the transaction ends. None when it held nothing of it back."""
    newest = session.scalar(
        sa.select(Decision.id)
        .join(Release, Release.decision_id == Decision.id)
        .where(Decision.request_id == request_id)
        .order_by(Decision.round.desc())
        .limit(1)
    )
    if newest is None:
        return None
    decision = by_id(session, newest)
    if recording_id is None:
        return free_recordings(session, decision)
    held = {line.recording_id for line in decision.lines if line.outcome is Outcome.HELD}
    if recording_id not in held:
        return None
    return tuple(one for one in free_recordings(session, decision) if one == recording_id)


def matters_of(session: Session, decision: Decision) -> tuple[str, ...]:
    """The references of the open matters that hold back what the decision held back for now."""
    numbers = [line.recording_id for line in for_now(lines_of(decision))]
    to = asker_of(session, decision.request_id)
    held = holds.barring_holds(session, numbers, to=to).values()
    return tuple(sorted({hold.matter.reference for each in held for hold in each}))


def _row(session: Session, review: RestrictionReview, reference: str) -> RestrictionRow:
    decision = by_id(session, review.decision_id)
    done = [each for each in reviews_of(session, review.request_id) if _is_of(each, decision)]
    last = done[0].finding if done else None
    return RestrictionRow(reference, review.due_on, last, matters_of(session, decision))


def _is_of(review: RestrictionReview, decision: Decision) -> bool:
    return review.decision_id == decision.id


_LATER, _THIS = aliased(Decision), aliased(Decision)
# Not taken yet, of the newest answer, and the request still stands where that answer left it.
_STANDS = sa.and_(
    RestrictionReview.done_at.is_(None),
    FootageRequest.status == Status.ANSWERED_HELD,
    ~sa.exists().where(
        _THIS.id == RestrictionReview.decision_id,
        _LATER.request_id == _THIS.request_id,
        _LATER.round > _THIS.round,
        sa.exists().where(Release.decision_id == _LATER.id),
    ),
)
