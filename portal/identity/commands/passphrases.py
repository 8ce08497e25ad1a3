"""Keeping passphrases: the first, chosen while asking, and later ones that two people accept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.db import locked
from portal.errors import NotAllowed, NotFound, Refused
from portal.identity.models import Passphrase
from portal.identity.passphrases import WAIT
from portal.identity.queries import waiting_passphrase


def keep_first(session: Session, *, subject_id: UUID, passphrase_hash: str, at: datetime) -> None:
    """Keep the passphrase that was chosen while asking. It counts at once."""
    session.add(
        Passphrase(
            subject_id=subject_id,
            passphrase_hash=passphrase_hash,
            is_first=True,
            chosen_at=at,
            counts_from=at,
        )
    )


def ask_new(
    session: Session, *, subject_id: UUID, passphrase_hash: str, by: Actor, at: datetime
) -> Passphrase:
    """Keep a new passphrase that does not count yet. One that still waited is stopped.

    The caller has locked the request: two at once are two, one after the other.
    """
    waiting = waiting_passphrase(session, subject_id, at)
    if waiting is not None:
        stop(session, waiting, why="Another one was chosen.", by=by, at=at)
        session.flush()
    made = Passphrase(
        subject_id=subject_id, passphrase_hash=passphrase_hash, is_first=False, chosen_at=at
    )
    session.add(made)
    session.flush()
    return made


def accept(passphrase: Passphrase, *, shown: str, by: Actor, at: datetime) -> None:
    """Note how they showed again who they are. It does not count yet: somebody else must look."""
    if passphrase.accepted_at is not None:
        raise Refused("Somebody has accepted this already. Another handler must look at it now.")
    passphrase.shown, passphrase.accepted_by, passphrase.accepted_at = shown, by.id, at


def second(passphrase: Passphrase, *, by: Actor, at: datetime) -> None:
    """Let it count after the wait. NotAllowed to the one who accepted it."""
    if passphrase.accepted_at is None:
        raise Refused("Nobody has noted yet how they showed who they are.")
    if passphrase.accepted_by == by.id:
        raise NotAllowed("You accepted this yourself. Somebody else must look at it.")
    passphrase.seconded_by, passphrase.seconded_at = by.id, at
    passphrase.counts_from = at + WAIT


def stop(session: Session, passphrase: Passphrase, *, why: str, by: Actor, at: datetime) -> None:
    """End a passphrase. What counted before it counts again."""
    passphrase.stopped_by, passphrase.stopped_at, passphrase.stopped_why = by.id, at, why
    session.flush()


def locked_passphrase(session: Session, *, subject_id: UUID, passphrase_id: UUID) -> Passphrase:
    """One passphrase of this request, locked. NotFound when it has none such."""
    found = locked(session, Passphrase, passphrase_id)
    if found is None or found.subject_id != subject_id:
        raise NotFound("There is no such passphrase.")
    return found
