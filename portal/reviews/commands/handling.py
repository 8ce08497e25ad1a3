"""Whose a review is, that it needs longer, and how far we are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import day_in_words, london_day
from portal.db import locked
from portal.errors import NotAllowed, NotFound, Refused
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.models import FootageRequest
from portal.reviews.models import Review
from portal.reviews.queries import clock_of, who_may_answer, worked_on
from portal.reviews.rules import bar_on_answering, why_not_exceptional


def assign(
    session: Session, *, review_id: UUID, to: UUID | None, by: Actor, at: datetime
) -> Review:
    """Give a review to somebody who may answer it, or to nobody.

    NotAllowed for whoever has no role in reviews; Refused for one who may not answer it.
    """
    review = locked_open(session, review_id)
    by.must_have(*review.kind.answerers)
    if to is not None and str(to) not in {one.id for one in who_may_answer(session, review)}:
        raise Refused("They may not answer it. Choose somebody who did not work on the request.")
    if review.assigned_to != to:
        review.assigned_to = to
        session.flush()
        _note(session, review, "assigned", by, at, to=str(to) if to else "nobody")
    return review


def find_exceptional(
    session: Session, *, review_id: UUID, why: str, by: Actor, at: datetime
) -> Review:
    """Say that an internal review needs 40 working days, and tell the applicant why.

    FOIA s.45 Code of Practice, part 5: exceptional cases only, and said before the first 20 are
    over. Refused otherwise, and without a reason.
    """
    review = locked_open(session, review_id)
    check_may_answer(session, review, by)
    hindrance = why_not_exceptional(review.kind, clock_of(session, review), london_day(at))
    if hindrance or not why.strip():
        raise Refused(hindrance or "Enter why it needs longer.")
    review.exceptional_on, review.exceptional_why = london_day(at), why.strip()
    review.due_on = clock_of(session, review).legal_due_on
    _note(session, review, "found_exceptional", by, at)
    due_on = day_in_words(review.due_on) if review.due_on else ""
    body = (
        f"We are looking at our answer again, and need longer than 20 working days. We will tell "
        f"you what we found by {due_on}.\n\nWhy we need longer:\n{why.strip()}"
    )
    write_to_applicant(session, request_id=review.request_id, body=body, by=by, at=at)
    return review


def tell_progress(session: Session, *, review_id: UUID, body: str, by: Actor, at: datetime) -> None:
    """Tell the applicant how far we are (DPA 2018 s.164A(4): inform them about progress)."""
    review = locked_open(session, review_id)
    check_may_answer(session, review, by)
    if not body.strip():
        raise Refused("Enter a message.")
    write_to_applicant(session, request_id=review.request_id, body=body, by=by, at=at)
    _note(session, review, "progress_told", by, at)


def locked_open(session: Session, review_id: UUID) -> Review:
    """The review, locked after its request. Refused when it has been answered."""
    found = session.get(Review, review_id)
    if found is None or locked(session, FootageRequest, found.request_id) is None:
        raise NotFound("There is no such review or complaint.")
    review = locked(session, Review, review_id)
    if review is None or review.answered_at is not None:
        raise Refused("This has been answered already.")
    return review


def check_may_answer(session: Session, review: Review, by: Actor) -> None:
    """NotAllowed, with the reason, for a handler who may not answer this review."""
    hindrance = bar_on_answering(review.kind, by, worked_on(session, review.request_id))
    if hindrance:
        raise NotAllowed(hindrance)


def _note(
    session: Session, review: Review, deed: str, by: Actor, at: datetime, **details: str
) -> None:
    reference = session.get_one(FootageRequest, review.request_id).reference
    record(
        session,
        f"{review.kind.value}.{deed}",
        subject=reference,
        by=by,
        at=at,
        review=str(review.id),
        **details,
    )
