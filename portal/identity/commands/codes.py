"""Issuing and checking one-time codes, and the visits they open."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from portal.errors import TooMany
from portal.identity.codes import (
    LASTING,
    MOST_ISSUED,
    MOST_PRESSED,
    CodeFacts,
    CodeVerdict,
    is_usable,
    tidy_code,
)
from portal.identity.models import OneTimeCode, Visit
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_code

# A code lives ten minutes and five tries: a light hash is enough, and a busy evening stays quick.
_HASHER = PasswordHasher(time_cost=1, memory_cost=19_456, parallelism=1)

VISIT_LASTING = timedelta(minutes=60)


def issue_code(
    session: Session, *, purpose: CodePurpose, subject_id: UUID, browser: str, at: datetime
) -> str:
    """Make a code for one subject on one browser; earlier ones stop working.

    The caller sends it to the contact ON FILE. TooMany after 3 in 15 minutes or 10 in a day,
    however many ask at once.
    """
    _lock(session, purpose, subject_id)
    _refuse_too_many(session, purpose, subject_id, at)
    _end_earlier(session, purpose, subject_id, browser, at)
    code = new_code()
    session.add(
        OneTimeCode(
            purpose=purpose,
            subject_id=subject_id,
            browser=browser,
            code_hash=_HASHER.hash(code),
            issued_at=at,
            expires_at=at + LASTING,
        )
    )
    return code


def may_press(session: Session, *, purpose: CodePurpose, subject_id: UUID, at: datetime) -> bool:
    """Whether a press of a button is enough for one more code, or something must be typed first:
    see `MOST_PRESSED`. Nobody else is given a code for this subject until the transaction ends."""
    _lock(session, purpose, subject_id)
    return all(
        _issued(session, purpose, subject_id, at - within) < most for most, within in MOST_PRESSED
    )


def check_code(
    session: Session,
    *,
    purpose: CodePurpose,
    subject_id: UUID,
    browser: str,
    typed: str,
    at: datetime,
) -> CodeVerdict:
    """Whether the typed code is the one we sent; counts the try, so it answers and never raises:
    the caller's transaction must commit."""
    code = session.scalars(
        sa.select(OneTimeCode)
        .where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.subject_id == subject_id,
            OneTimeCode.browser == browser,
        )
        .order_by(OneTimeCode.issued_at.desc(), OneTimeCode.id)
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if code is None or not is_usable(_facts(code), browser=browser, at=at):
        return CodeVerdict.USED_UP
    code.tries += 1
    if not _matches(code.code_hash, tidy_code(typed)):
        return CodeVerdict.WRONG
    code.used_at = at
    return CodeVerdict.ACCEPTED


def grant_visit(
    session: Session,
    *,
    purpose: CodePurpose,
    subject_id: UUID,
    browser: str,
    at: datetime,
    lasting: timedelta = VISIT_LASTING,
) -> None:
    """This browser may see the subject from now on, for a while."""
    session.add(
        Visit(
            purpose=purpose,
            subject_id=subject_id,
            browser=browser,
            granted_at=at,
            expires_at=at + lasting,
        )
    )


def end_visits(session: Session, *, purpose: CodePurpose, subject_id: UUID, at: datetime) -> None:
    """Nobody may see the subject any more without showing again who they are."""
    session.execute(
        sa.update(Visit)
        .where(Visit.purpose == purpose, Visit.subject_id == subject_id, Visit.ended_at.is_(None))
        .values(ended_at=at)
    )


def end_codes(session: Session, *, purpose: CodePurpose, subject_id: UUID, at: datetime) -> None:
    """What was sent and not typed opens nothing any more. A code that is being made is waited for,
    and whoever asks for the next waits until the transaction ends."""
    _lock(session, purpose, subject_id)
    session.execute(
        sa.update(OneTimeCode)
        .where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.subject_id == subject_id,
            OneTimeCode.used_at.is_(None),
        )
        .values(used_at=at)
    )


def _facts(code: OneTimeCode) -> CodeFacts:
    return CodeFacts(code.browser, code.expires_at, code.tries, code.used_at is not None)


def _matches(code_hash: str, typed: str) -> bool:
    try:
        return _HASHER.verify(code_hash, typed)
    except VerifyMismatchError:
        return False


def _refuse_too_many(
    session: Session, purpose: CodePurpose, subject_id: UUID, at: datetime
) -> None:
    for most, within in MOST_ISSUED:
        if _issued(session, purpose, subject_id, at - within) >= most:
            raise TooMany(
                "We have sent several codes already. Wait a while, and ask again.",
                int(within.total_seconds()),
            )


def _issued(session: Session, purpose: CodePurpose, subject_id: UUID, since: datetime) -> int:
    found = session.scalar(
        sa.select(sa.func.count())
        .select_from(OneTimeCode)
        .where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.subject_id == subject_id,
            OneTimeCode.issued_at > since,
        )
    )
    return found or 0


def _lock(session: Session, purpose: CodePurpose, subject_id: UUID) -> None:
    """Serialise counting for one subject, which may be a stand-in that has no row to lock.
    SQLite's writers already come one at a time."""
    if session.get_bind().dialect.name == "postgresql":
        key = int(digest(f"code:{purpose}:{subject_id}")[:15], 16)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _end_earlier(
    session: Session, purpose: CodePurpose, subject_id: UUID, browser: str, at: datetime
) -> None:
    session.execute(
        sa.update(OneTimeCode)
        .where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.subject_id == subject_id,
            OneTimeCode.browser == browser,
            OneTimeCode.used_at.is_(None),
        )
        .values(used_at=at)
    )
