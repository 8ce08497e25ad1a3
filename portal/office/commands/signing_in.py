"""Signing in: a passphrase, then a code from an authenticator app, each used once."""

import io
from datetime import datetime
from uuid import UUID

import pyotp
import sqlalchemy as sa
from argon2.exceptions import VerificationError
from sqlalchemy.orm import Session

from portal.actors import Actor, ActorKind, Role
from portal.audit.commands import record
from portal.db import locked_one
from portal.office.commands.handlers import HASHER
from portal.office.models import Handler, StaffSession
from portal.office.sessions import SESSION_LASTING
from portal.sealing import Sealer

_STEP = 30

# Verified against when nobody has the name, so that both take the same time.
_NOBODY = HASHER.hash("nobody has this passphrase")


def check_passphrase(session: Session, *, sign_in_name: str, passphrase: str) -> UUID | None:
    """The handler whose name and passphrase these are, or None; says nothing about which failed."""
    handler = session.scalars(
        sa.select(Handler).where(
            Handler.sign_in_name == sign_in_name.strip().lower(), Handler.ended_at.is_(None)
        )
    ).one_or_none()
    try:
        HASHER.verify(handler.passphrase_hash if handler else _NOBODY, passphrase)
    except VerificationError:
        return None
    return handler.id if handler else None


def sign_in(
    session: Session, *, handler_id: UUID, code: str, browser: str, sealer: Sealer, at: datetime
) -> bool:
    """Check the six digits and begin a session on this browser.

    A code works once (RFC 6238, 5.2), within 30 seconds either way. It answers instead of
    raising, so that the line in the book stays.
    """
    handler = locked_one(session, Handler, handler_id)
    step = _matching_step(_opened(handler.sealed_secret, sealer), code, at)
    actor = actor_of(handler)
    if step is None or step <= handler.last_code_step or handler.ended_at is not None:
        record(session, "handler.sign_in_failed", subject=f"handler {handler.id}", by=actor, at=at)
        return False
    handler.last_code_step = step
    session.add(
        StaffSession(
            handler_id=handler.id,
            browser=browser,
            begun_at=at,
            seen_at=at,
            expires_at=at + SESSION_LASTING,
        )
    )
    record(session, "handler.signed_in", subject=f"handler {handler.id}", by=actor, at=at)
    return True


def sign_out(session: Session, *, browser: str, by: Actor, at: datetime) -> None:
    """End this browser's session. It cannot be brought back."""
    session.execute(
        sa.update(StaffSession)
        .where(StaffSession.browser == browser, StaffSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    record(session, "handler.signed_out", subject=f"handler {by.id}", by=by, at=at)


def note_seen(session: Session, *, browser: str, at: datetime) -> None:
    """The handler is still there: the idle time starts again."""
    session.execute(
        sa.update(StaffSession).where(StaffSession.browser == browser).values(seen_at=at)
    )


def actor_of(handler: Handler) -> Actor:
    """The handler as one who acts."""
    roles = frozenset(Role(role) for role in handler.roles)
    return Actor(ActorKind.HANDLER, str(handler.id), handler.name, roles)


def _matching_step(secret: str, code: str, at: datetime) -> int | None:
    digits = "".join(character for character in code if character in "0123456789")
    now = int(at.timestamp()) // _STEP
    totp = pyotp.TOTP(secret)
    steps = (step for step in (now, now - 1, now + 1) if totp.generate_otp(step) == digits)
    return next(steps, None)


def _opened(sealed: bytes, sealer: Sealer) -> str:
    with sealer.open(io.BytesIO(sealed)) as reader:
        return reader.read().decode()
