"""The answer to a review or a complaint, by somebody who did not work on the request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import day_in_words
from portal.db import locked_one
from portal.errors import Refused
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.keeping import let_go
from portal.requests.commands.moving import move
from portal.requests.commands.telling import tell_of_letter
from portal.requests.commands.writing import write_letter
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest
from portal.reviews.commands.handling import check_may_answer, locked_open
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.reviews.models import Review
from portal.reviews.rules import outcomes_on_offer, why_not_open_again

_LETTERS = {
    ReviewKind.INTERNAL_REVIEW: LetterKind.REVIEW_OUTCOME,
    ReviewKind.COMPLAINT: LetterKind.COMPLAINT_OUTCOME,
}


@dataclass(frozen=True)
class Finding:
    """What we found, why, and what happens because of it."""

    outcome: ReviewOutcome
    reasons: str
    what_changes: str
    opens_again: bool = False


def answer(
    session: Session, *, review_id: UUID, finding: Finding, by: Actor, at: datetime
) -> Letter:
    """Answer it: the letter, the e-mail that there is one, and, where the request's answer must
    change, the request open again for a fresh decision.

    NotAllowed for anybody who worked on the request; Refused for a finding that does not fit.
    When nobody waits for another answer, the request's video is let go as after any answer.
    """
    review = locked_open(session, review_id)
    check_may_answer(session, review, by)
    footage_request = locked_one(session, FootageRequest, review.request_id)
    _check(review, finding, footage_request)
    review.outcome, review.reasons = finding.outcome, finding.reasons.strip()
    review.what_changes = finding.what_changes.strip()
    review.answered_at, review.answered_by = at, UUID(by.id)
    review.answered_by_name = by.name
    session.flush()
    record(
        session,
        f"{review.kind.value}.answered",
        subject=footage_request.reference,
        by=by,
        at=at,
        review=str(review.id),
        outcome=finding.outcome.value,
    )
    if finding.opens_again:
        move(session, request_id=footage_request.id, event=Event.REVIEW_UPHELD, by=by, at=at)
    _end_keeping(session, footage_request, by, at)
    letter = _write(session, footage_request, review, finding, by, at)
    tell_of_letter(session, footage_request, letter, at=at)
    return letter


def _check(review: Review, finding: Finding, footage_request: FootageRequest) -> None:
    if finding.outcome not in outcomes_on_offer(review.kind, is_late=review.is_late):
        raise Refused("It did not come too late, so it must be looked at.")
    if not finding.reasons.strip():
        raise Refused("Enter the reasons.")
    if not finding.what_changes.strip():
        raise Refused("Enter what happens because of it.")
    hindrance = why_not_open_again(finding.outcome, footage_request.status)
    if finding.opens_again and hindrance:
        raise Refused(hindrance)


def _end_keeping(
    session: Session, footage_request: FootageRequest, by: Actor, at: datetime
) -> None:
    still_open = sa.exists().where(
        Review.request_id == footage_request.id, Review.answered_at.is_(None)
    )
    footage_request.is_under_review = bool(session.scalar(sa.select(still_open)))
    if footage_request.status in (Status.ANSWERED, Status.CLOSED):
        let_go(session, footage_request, by=by, at=at)


def _write(
    session: Session,
    footage_request: FootageRequest,
    review: Review,
    finding: Finding,
    by: Actor,
    at: datetime,
) -> Letter:
    changes = [review.what_changes]
    if finding.opens_again and footage_request.target_due_on is not None:
        due_on = day_in_words(footage_request.target_due_on)
        changes.append(
            "We have opened your request again and will make a fresh decision. We will send you "
            f"our new answer by {due_on}. You do not have to ask again."
        )
    fields: dict[str, Any] = {
        "complained_on": review.received_on,
        "outcome": finding.outcome.told,
        "reasons": review.reasons,
        "what_changes": changes,
        "decided_by": by.name,
    }
    return write_letter(session, footage_request, _LETTERS[review.kind], fields, by=by, at=at)
