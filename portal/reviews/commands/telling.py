"""Telling the applicant that there is news about their review or complaint."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.models import Applicant, FootageRequest
from portal.reviews.models import Review


def tell(
    session: Session, footage_request: FootageRequest, review: Review, what: str, *, at: datetime
) -> None:
    """Owe the e-mail that says only that there is a letter. Without an address it goes by post."""
    notify(
        session,
        NoticeKind.LETTER,
        to=session.get_one(Applicant, footage_request.id).email,
        key=f"review:{review.id}:{what}",
        at=at,
        path=f"/your-request/{footage_request.reference}",
        reference=footage_request.reference,
    )
