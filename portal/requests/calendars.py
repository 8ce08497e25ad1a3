"""The reply date of a request as a calendar file, the same for the applicant and for handlers."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry
from portal.config import Settings
from portal.requests.applicant_page import history
from portal.requests.ics import reply_by_calendar
from portal.requests.models import FootageRequest


def calendar_of(
    session: Session, footage_request: FootageRequest, reply_by_on: date, settings: Settings
) -> bytes:
    """The bytes of a `text/calendar` file. Its event moves whenever the date has moved: with a
    step of the request that its applicant is told of, or with a bank holiday that was proclaimed
    later. It gives away no other step."""
    told_at = [happening.at for happening in history(footage_request.steps)]
    recounted_at = session.scalars(
        sa.select(AuditEntry.at).where(
            AuditEntry.deed == "request.recounted",
            AuditEntry.subject == footage_request.reference,
        )
    ).all()
    return reply_by_calendar(
        reference=footage_request.reference,
        reply_by_on=reply_by_on,
        force_name=settings.force_name,
        address=f"{settings.base_url.rstrip('/')}/your-request/{footage_request.reference}",
        made_at=max([*told_at, *recounted_at]),
        revision=len(told_at) + len(recounted_at),
    )
