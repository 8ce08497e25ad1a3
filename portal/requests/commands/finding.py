"""Judging what the search found for a request, while it may still change the answer."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.errors import NotFound, Refused
from portal.recordings.commands import confirm, reject
from portal.recordings.models import Candidate, CandidateStatus
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from portal.requests.queries import lock_request

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
    candidate_ids: Iterable[int] | None,
    why: str,
    by: Actor,
    at: datetime,
) -> int:
    """Reject several for one reason, those judged meanwhile left alone; returns how many.

    None for `candidate_ids` means every one that is still proposed.
    """
    _judged_request(session, request_id)
    proposed = _proposed(session, request_id)
    if candidate_ids is not None:
        wanted = sorted(set(candidate_ids))
        _own(session, request_id, wanted)
        proposed = [one for one in proposed if one in wanted]
    for candidate_id in proposed:
        reject(session, candidate_id=candidate_id, by=by, at=at, why=why)
    return len(proposed)


def _proposed(session: Session, request_id: UUID) -> list[int]:
    found = sa.select(Candidate.id).where(
        Candidate.request_id == request_id, Candidate.status == CandidateStatus.PROPOSED
    )
    return list(session.scalars(found.order_by(Candidate.id)))


def _judged_request(session: Session, request_id: UUID) -> FootageRequest:
    """The request, locked as `move` locks it, so that no decision passes a judgement."""
    footage_request = lock_request(session, request_id)
    if not may_judge(footage_request.status):
        raise Refused(
            f"This cannot be changed now: the request is “{footage_request.status.label.lower()}”."
        )
    return footage_request


def _own(session: Session, request_id: UUID, candidate_ids: list[int]) -> list[Candidate]:
    found = session.scalars(
        sa.select(Candidate)
        .where(Candidate.request_id == request_id, Candidate.id.in_(candidate_ids))
        .order_by(Candidate.id)
    ).all()
    if len(found) < len(candidate_ids):
        raise NotFound("There is no such recording on this request's list.")
    return list(found)
