"""Going over to a new key: the secrets that rows keep, and what the book says of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.office.models import Handler
from portal.sealing import Rewrapped, Sealer


def note_new_key(session: Session, *, sealer: Sealer, by: Actor, at: datetime) -> None:
    """Write in the book that a new key seals from now on: its public half, never the key."""
    record(session, "key.added", subject="keys", by=by, at=at, recipient=sealer.newest_recipient)


def rewrap_secrets(
    session: Session, *, sealer: Sealer, files: Rewrapped, by: Actor, at: datetime
) -> int:
    """Put the handlers' authenticator secrets under the keys of now, and write in the book how
    far the files and they are. Returns how many secrets got a new header.

    Raises `Damaged` when a secret cannot be opened by any key.
    """
    anew = 0
    for handler in session.scalars(sa.select(Handler).with_for_update()):
        rewrapped = sealer.rewrapped_whole(handler.sealed_secret)
        if rewrapped is not None:
            handler.sealed_secret = rewrapped
            anew += 1
    record(
        session,
        "key.rotated",
        subject="keys",
        by=by,
        at=at,
        recipient=sealer.newest_recipient,
        files=files.anew,
        files_already=files.already,
        files_damaged=len(files.damaged),
        secrets=anew,
    )
    return anew
