"""Counting open reviews again, when a bank holiday has become known."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.reviews.models import Review
from portal.reviews.queries import clock_of


def recount(session: Session) -> int:
    """Keep each open review's due date as its clock says now; returns how many moved."""
    moved = 0
    for review in session.scalars(sa.select(Review).where(Review.answered_at.is_(None))):
        due_on = clock_of(session, review).legal_due_on
        moved += due_on != review.due_on
        review.due_on = due_on
    return moved
