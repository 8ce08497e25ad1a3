"""What an applicant sees of looking again: what they may ask for, until when, and what we found.

Nothing here depends on what the answer said, so that an answer that nothing is held and one that
neither confirms nor denies show the same page.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.requests.holidays import known_holidays
from portal.requests.models import FootageRequest
from portal.reviews.kinds import ReviewKind
from portal.reviews.models import Review
from portal.reviews.queries import clock_of, reviews_of, standing_of
from portal.reviews.rules import last_day_to_ask, why_not_ask


@dataclass(frozen=True)
class ShownReview:
    """One that they asked for. `due_on` is set while it is open."""

    kind: ReviewKind
    received_on: date
    is_late: bool
    due_on: date | None
    working: tuple[str, ...]
    answered_at: datetime | None


@dataclass(frozen=True)
class LookAgainPage:
    """The ways there are. `why_not` is None when `kind` can be asked for now; `ask_by` is the
    last day to ask in time, where there is one."""

    kind: ReviewKind
    is_part_3: bool
    why_not: str | None
    ask_by: date | None
    is_late_now: bool
    reviews: tuple[ShownReview, ...]

    @property
    def open_one(self) -> ShownReview | None:
        """The one that we are looking into now."""
        return next((one for one in self.reviews if one.answered_at is None), None)


def look_again_page(
    session: Session, footage_request: FootageRequest, *, today: date
) -> LookAgainPage:
    """The page for a request of this browser's."""
    standing = standing_of(session, footage_request)
    ask_by = None
    if standing.kind is ReviewKind.INTERNAL_REVIEW and standing.answered_on is not None:
        ask_by = last_day_to_ask(standing.answered_on, known_holidays(session))
    return LookAgainPage(
        kind=standing.kind,
        is_part_3=footage_request.regime.value == "sar_part3",
        why_not=why_not_ask(standing.kind, standing),
        ask_by=ask_by,
        is_late_now=ask_by is not None and today > ask_by,
        reviews=tuple(_shown(session, one) for one in reviews_of(session, footage_request.id)),
    )


def _shown(session: Session, review: Review) -> ShownReview:
    clock = clock_of(session, review)
    return ShownReview(
        kind=review.kind,
        received_on=review.received_on,
        is_late=review.is_late,
        due_on=None if review.answered_at else clock.legal_due_on,
        working=clock.working,
        answered_at=review.answered_at,
    )
