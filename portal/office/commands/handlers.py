"""Adding handlers, changing what they may do, and ending their access."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.audit.commands import record
from portal.errors import Refused
from portal.office.models import Handler, StaffSession
from portal.sealing import Sealer

SHORTEST_PASSPHRASE = 15
HASHER = PasswordHasher()


@dataclass(frozen=True)
class Enrolment:
    """What a new handler is given once: the secret for their authenticator app."""

    handler: Handler
    secret: str

    @property
    def address(self) -> str:
        """The `otpauth://` address that an authenticator app reads from a QR code."""
        return pyotp.TOTP(self.secret).provisioning_uri(
            name=self.handler.sign_in_name, issuer_name="Video requests"
        )


def add_handler(
    session: Session,
    *,
    sign_in_name: str,
    name: str,
    passphrase: str,
    roles: Iterable[Role],
    sealer: Sealer,
    by: Actor,
    at: datetime,
) -> Enrolment:
    """Give somebody a place in the office.

    Refused when the name is taken or the passphrase is too short.
    """
    sign_in_name = sign_in_name.strip().lower()
    _check(session, sign_in_name, passphrase)
    secret = pyotp.random_base32()
    handler = Handler(
        sign_in_name=sign_in_name,
        name=name.strip(),
        passphrase_hash=HASHER.hash(passphrase),
        sealed_secret=_sealed(secret, sealer),
        roles=sorted(role.value for role in roles),
        added_at=at,
    )
    session.add(handler)
    session.flush()
    record(
        session,
        "handler.added",
        subject=f"handler {handler.id}",
        by=by,
        at=at,
        roles=" ".join(handler.roles),
    )
    return Enrolment(handler, secret)


def end_handler(session: Session, *, handler: Handler, by: Actor, at: datetime) -> None:
    """Somebody leaves: they are signed out at once, and their deeds stay in the book.

    A second click changes nothing.
    """
    if handler.ended_at is not None:
        return
    handler.ended_at = at
    session.execute(
        sa.update(StaffSession)
        .where(StaffSession.handler_id == handler.id, StaffSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    record(session, "handler.ended", subject=f"handler {handler.id}", by=by, at=at)


def _check(session: Session, sign_in_name: str, passphrase: str) -> None:
    if not sign_in_name:
        raise Refused("Enter a sign-in name.")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused(f"Enter a passphrase of at least {SHORTEST_PASSPHRASE} characters.")
    taken = sa.select(Handler.id).where(Handler.sign_in_name == sign_in_name)
    if session.scalar(taken) is not None:
        raise Refused("This sign-in name is taken.")


def _sealed(secret: str, sealer: Sealer) -> bytes:
    target = io.BytesIO()
    sealer.seal(io.BytesIO(secret.encode()), target)
    return target.getvalue()
