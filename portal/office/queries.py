"""Reading the office: who is signed in, and what waits for whom."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.office.models import Handler, StaffSession
from portal.office.sessions import SESSION_IDLE


def signed_in(
    session: Session, *, browser: str, at: datetime
) -> tuple[Handler, StaffSession] | None:
    """The handler signed in on this browser, if the session is neither over nor idle too long."""
    row = session.execute(
        sa.select(Handler, StaffSession)
        .join(StaffSession, StaffSession.handler_id == Handler.id)
        .where(
            StaffSession.browser == browser,
            StaffSession.ended_at.is_(None),
            StaffSession.expires_at > at,
            StaffSession.seen_at > at - SESSION_IDLE,
            Handler.ended_at.is_(None),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def handlers(session: Session) -> Sequence[Handler]:
    """Everybody who has or had a place in the office, by name."""
    return session.scalars(sa.select(Handler).order_by(Handler.name)).all()
