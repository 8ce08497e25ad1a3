"""Reading issued letters."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.letters.models import Letter


def letters_of(session: Session, subject_id: UUID) -> Sequence[Letter]:
    """Every letter issued about a request, newest first."""
    found = sa.select(Letter).where(Letter.subject_id == subject_id)
    return session.scalars(found.order_by(Letter.issued_at.desc(), Letter.id)).all()


def letter_of(session: Session, subject_id: UUID, letter_id: UUID) -> Letter:
    """One letter of that request. NotFound when it has none such."""
    letter = session.get(Letter, letter_id)
    if letter is None or letter.subject_id != subject_id:
        raise NotFound("There is no such letter.")
    return letter


def letters_to_post(session: Session) -> Sequence[Letter]:
    """Every letter that waits to go into an envelope, oldest first."""
    waiting = sa.select(Letter).where(Letter.is_to_post, Letter.posted_at.is_(None))
    return session.scalars(waiting.order_by(Letter.issued_at, Letter.id)).all()
