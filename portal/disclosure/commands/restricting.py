"""Owing a look at what an answer held back, and taking it."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.audit.commands import record
from portal.dates import london_day
from portal.disclosure.exemptions import told as told_lines
from portal.disclosure.models import Decision, Finding, RestrictionReview
from portal.disclosure.queries.decisions import lines_of
from portal.disclosure.queries.restrictions import free_recordings, standing_review
from portal.disclosure.restrictions import for_now, has_news, level_told
from portal.errors import Refused
from portal.holds.policy import Level, next_review_on
from portal.letters.kinds import LetterKind
from portal.outbox.commands import owe
from portal.requests.commands import move
from portal.requests.commands.telling import tell_of_letter
from portal.requests.commands.writing import write_letter
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest
from portal.requests.queries import lock_request

PART_IS_HELD = (
    "A part of it is still held as evidence, so it has not ended. Select “"
    f"{Finding.NARROW.label}”, and what is free opens again."
)


def owe_review(session: Session, decision: Decision, *, on: date) -> None:
    """Owe a look at an answer given that day, 90 days later, if it held anything back for now."""
    if for_now(lines_of(decision)):
        session.add(
            RestrictionReview(
                decision_id=decision.id,
                request_id=decision.request_id,
                due_on=next_review_on(on),
            )
        )


def review_restriction(
    session: Session,
    *,
    request_id: UUID,
    review_id: UUID,
    finding: Finding,
    reason: str,
    told: str,
    by: Actor,
    at: datetime,
) -> RestrictionReview:
    """Write down what a look at a restriction found, and what follows from it.

    Where it should be narrowed or end, and a recording is free already, the request opens again;
    a hold is never lifted here: its owner reads of it. `told` is the reason as the letter gives
    it, needed where the applicant knows why (level L1). Refused when there is nothing to look at,
    for an end that is only one in part (the letter would say that nothing is held back), and where
    the look that is owed now is not `review_id`: whoever pressed twice looked once.
    """
    by.must_have(Role.DECISION_MAKER)
    footage_request = lock_request(session, request_id)
    review, decision = standing_review(session, request_id)
    if review.id != review_id:
        raise Refused("This look is written down already. Read what was found.")
    if not reason.strip():
        raise Refused("Enter the reason.")
    move(session, request_id=request_id, event=Event.RESTRICTION_REVIEWED, by=by, at=at)
    review.done_at, review.done_by = at, UUID(by.id)
    review.finding, review.reason = finding, reason.strip()
    free = free_recordings(session, decision)
    if finding is Finding.END and free and _is_told_of_more(decision, free):
        raise Refused(PART_IS_HELD)
    is_over = finding is not Finding.CONTINUE and bool(free)
    if is_over:
        _owe_reopening(session, review, at)
    else:
        owe_review(session, decision, on=london_day(at))
    if has_news(finding, is_reopening=is_over):
        _write(session, footage_request, decision, finding, told, by, at)
    record(
        session,
        "restriction.reviewed",
        subject=footage_request.reference,
        by=by,
        at=at,
        finding=finding.value,
        round=decision.round,
    )
    session.flush()
    return review


def _is_told_of_more(decision: Decision, free: Collection[int]) -> bool:
    """Whether the applicant was told of a recording that is still held."""
    return any(line.recording_id not in free for line in for_now(told_lines(lines_of(decision))))


def _owe_reopening(session: Session, review: RestrictionReview, at: datetime) -> None:
    owe(
        session,
        "reopen",
        payload={"request_id": str(review.request_id)},
        key=f"reopen:{review.request_id}:review:{review.id}",
        at=at,
    )


def _write(
    session: Session,
    footage_request: FootageRequest,
    decision: Decision,
    finding: Finding,
    told: str,
    by: Actor,
    at: datetime,
) -> None:
    level = level_told(lines_of(decision))
    if level is None:
        return
    own = {
        "level": level.value,
        "finding": finding.value,
        "reasons": told.strip() if level is Level.OPEN else None,
        "review_on": None if finding is Finding.END else next_review_on(london_day(at)),
        "decided_by": by.name,
    }
    letter = write_letter(
        session, footage_request, LetterKind.RESTRICTION_REVIEW, own, by=by, at=at
    )
    tell_of_letter(session, footage_request, letter, at=at)
