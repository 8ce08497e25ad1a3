"""Looking at e-mails: those that did not arrive, and those that may have gone twice."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.notifications.models import Notice


def unreached() -> sa.Select[Notice]:
    """The e-mails that did not arrive, and of which nobody has told the person by another way."""
    return (
        sa.select(Notice)
        .where(Notice.failed_at.is_not(None), Notice.seen_to_at.is_(None))
        .order_by(Notice.failed_at, Notice.id)
    )


def unreached_about(session: Session, reference: str) -> Sequence[Notice]:
    """Those about one request, oldest first."""
    return session.scalars(unreached().where(Notice.about == reference)).all()


def references_unreached(session: Session) -> Sequence[str]:
    """The references of the requests that have such e-mails."""
    found = unreached().where(Notice.about != "").order_by(None)
    return session.scalars(found.with_only_columns(Notice.about).distinct()).all()


def sent_twice(session: Session, *, limit: int = 50) -> Sequence[Notice]:
    """The e-mails that may have gone more than once, because a worker died or the line broke
    where the mail server cannot be asked; the newest first. Every copy is the same."""
    return session.scalars(
        sa.select(Notice)
        .where(Notice.deliveries_unsure > 0)
        .order_by(Notice.written_at.desc(), Notice.id)
        .limit(limit)
    ).all()


def count_sent_twice(session: Session) -> int:
    """How many those are in all."""
    found = sa.select(sa.func.count()).where(Notice.deliveries_unsure > 0)
    return session.scalar(found) or 0
