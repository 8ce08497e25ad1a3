"""Looking at the e-mails that did not arrive."""

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


def is_marked(session: Session, *, about: str, to: str) -> bool:
    """Whether e-mail about a request does not arrive at this address, as far as we know, and
    nobody has seen to it."""
    found = unreached().where(Notice.about == about, Notice.to == to).order_by(None)
    return session.scalar(sa.select(found.exists())) or False


def has_failed(session: Session, *, about: str, to: str) -> bool:
    """Whether any e-mail about a request ever failed to arrive at this address: then nothing that
    is sent there may be taken for read."""
    found = sa.exists().where(Notice.about == about, Notice.to == to, Notice.failed_at.is_not(None))
    return session.scalar(sa.select(found)) or False


def references_unreached(session: Session) -> Sequence[str]:
    """The references of the requests that have such e-mails."""
    found = unreached().where(Notice.about != "").order_by(None)
    return session.scalars(found.with_only_columns(Notice.about).distinct()).all()
