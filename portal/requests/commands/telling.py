"""Saying by e-mail that there is a letter; the letter itself never goes by e-mail."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.letters.models import Letter
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.models import Applicant, FootageRequest


def tell_of_letter(
    session: Session, footage_request: FootageRequest, letter: Letter, *, at: datetime
) -> None:
    """Owe the e-mail that there is a letter. Without an address the letter goes by post."""
    notify(
        session,
        NoticeKind.LETTER,
        to=session.get_one(Applicant, footage_request.id).email,
        key=f"letter:{letter.id}",
        at=at,
        path=f"/your-request/{footage_request.reference}",
        reference=footage_request.reference,
    )
