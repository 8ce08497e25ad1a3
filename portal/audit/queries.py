"""Reading the book."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry


def about(session: Session, subject: str) -> Sequence[AuditEntry]:
    """Every entry about one subject, oldest first."""
    return session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.sequence)
    ).all()


def latest(
    session: Session,
    *,
    before: int | None = None,
    subject: str = "",
    deed: str = "",
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """The newest entries first, in pages: `before` is the last number already seen."""
    found = sa.select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(limit)
    if before is not None:
        found = found.where(AuditEntry.sequence < before)
    if subject:
        found = found.where(AuditEntry.subject == subject)
    if deed:
        found = found.where(AuditEntry.deed.startswith(deed, autoescape=True))
    return session.scalars(found).all()
