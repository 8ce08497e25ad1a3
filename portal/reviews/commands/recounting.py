"""Counting open reviews again, when a bank holiday has become known."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.requests.commands.recounting import Moved
from portal.requests.models import FootageRequest
from portal.reviews.models import Review
from portal.reviews.queries import clock_of


def recount_reviews(session: Session, *, by: Actor, at: datetime) -> list[Moved]:
    """Keep each open review's due date as its clock says now, under its lock; those that moved.

    The book has a line for each. Nobody is told: an acknowledgement keeps the date it gave.
    """
    moved = []
    for review in _open(session, with_lock=True):
        if one := _differing(session, review):
            was, review.due_on = one.dates["review_due_on"]
            moved.append(one)
            record(
                session,
                f"{review.kind.value}.recounted",
                subject=one.reference,
                by=by,
                at=at,
                review=str(review.id),
                due_on_was=str(was),
                due_on_is=str(review.due_on),
            )
    return moved


def differing_reviews(session: Session) -> list[Moved]:
    """The open reviews whose kept date is not the one their clock gives. Reads only."""
    return [one for one in (_differing(session, review) for review in _open(session)) if one]


def _differing(session: Session, review: Review) -> Moved | None:
    due_on = clock_of(session, review).legal_due_on
    if due_on == review.due_on:
        return None
    reference = session.get_one(FootageRequest, review.request_id).reference
    return Moved(reference, {"review_due_on": (review.due_on, due_on)})


def _open(session: Session, *, with_lock: bool = False) -> Sequence[Review]:
    found = sa.select(Review).where(Review.answered_at.is_(None)).order_by(Review.id)
    return session.scalars(found.with_for_update() if with_lock else found).all()
