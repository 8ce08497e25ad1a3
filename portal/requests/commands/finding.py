"""Judging what the search found for a request, while it may still change the answer."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.db import in_turn
from portal.errors import NotFound, Refused
from portal.recordings.commands import confirm, reject, reject_unjudged
from portal.recordings.models import Candidate
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from portal.requests.queries import lock_request

_AT_ONCE = 1_000

# From the decision on, the answer stands on what was confirmed: send the decision back first.
_SETTLED = frozenset(
    {
        Status.DECIDED,
        Status.SECONDED,
        Status.PUBLISHING,
        Status.ANSWERED,
        Status.ANSWERED_HELD,
        Status.CLOSED,
    }
)


def may_judge(status: Status) -> bool:
    """Whether recordings can be confirmed or rejected while the request stands there."""
    return status not in _SETTLED


def confirm_candidate(
    session: Session, *, request_id: UUID, candidate_id: int, why: str, by: Actor, at: datetime
) -> None:
    """This recording is what the applicant means."""
    _judged_request(session, request_id)
    _own(session, request_id, [candidate_id])
    confirm(session, candidate_id=candidate_id, by=by, at=at, why=why)


def reject_candidate(
    session: Session, *, request_id: UUID, candidate_id: int, why: str, by: Actor, at: datetime
) -> None:
    """This recording is not what the applicant means; `why` is kept."""
    _judged_request(session, request_id)
    _own(session, request_id, [candidate_id])
    reject(session, candidate_id=candidate_id, by=by, at=at, why=why)


def reject_candidates(
    session: Session,
    *,
    request_id: UUID,
    candidate_ids: Iterable[int],
    why: str,
    by: Actor,
    at: datetime,
) -> int:
    """Reject several for one reason, those judged meanwhile left alone; returns how many."""
    _judged_request(session, request_id)
    wanted = sorted(set(candidate_ids))
    _own(session, request_id, wanted)
    return reject_unjudged(session, candidate_ids=wanted, why=why, by=by, at=at)


def _judged_request(session: Session, request_id: UUID) -> FootageRequest:
    """The request, locked as `move` locks it, so that no decision passes a judgement."""
    footage_request = lock_request(session, request_id)
    if not may_judge(footage_request.status):
        raise Refused(
            f"This cannot be changed now: the request is “{footage_request.status.label.lower()}”."
        )
    return footage_request


def _own(session: Session, request_id: UUID, candidate_ids: list[int]) -> None:
    owned = 0
    for numbers in in_turn(candidate_ids, _AT_ONCE):
        of_it = sa.and_(Candidate.request_id == request_id, Candidate.id.in_(numbers))
        owned += session.scalar(sa.select(sa.func.count()).where(of_it)) or 0
    if owned < len(candidate_ids):
        raise NotFound("There is no such recording on this request's list.")
