"""Forgetting what the limiter remembers; apart from it, because the worker knows no web."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.web.models import Attempt


def forget_attempts(session: Session, *, before: datetime) -> None:
    """Delete what the limiter no longer needs."""
    session.execute(sa.delete(Attempt).where(Attempt.at < before))
