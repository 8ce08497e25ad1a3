"""A new passphrase for somebody who forgot theirs or never chose one: who they are is shown again,
two people look at that, the address on file is told, and some days pass before it counts.

This is how an insider, or somebody who reads the applicant's mailbox, would try to get the video:
so nobody can do it alone, or unseen, or at once.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import PUBLIC, Actor, ActorKind, Role
from portal.audit.commands import record
from portal.disclosure.models import DownloadLink, Release
from portal.errors import Refused
from portal.identity.commands import passphrases
from portal.identity.commands.codes import end_visits
from portal.identity.models import Passphrase
from portal.identity.proof import CodePurpose
from portal.identity.queries import waiting_passphrase
from portal.notifications.notices import NoticeKind
from portal.requests.commands.telling import notify_applicant
from portal.requests.models import FootageRequest
from portal.requests.queries import lock_request


def ask_for_new_passphrase(
    session: Session, *, request_id: UUID, passphrase_hash: str, at: datetime
) -> None:
    """Keep a new passphrase that does not count yet, and tell the address on file.

    Only for a browser in which the code was typed. One that still waited is stopped.
    """
    footage_request = lock_request(session, request_id)
    made = passphrases.ask_new(
        session,
        subject_id=footage_request.id,
        passphrase_hash=passphrase_hash,
        by=PUBLIC,
        at=at,
    )
    notify_applicant(
        session,
        footage_request,
        NoticeKind.PASSPHRASE_ASKED,
        key=f"passphrase_asked:{made.id}",
        at=at,
    )
    _note(session, "passphrase.asked", footage_request, made, PUBLIC, at)


def accept_passphrase(
    session: Session,
    *,
    request_id: UUID,
    passphrase_id: UUID,
    shown: str,
    by: Actor,
    at: datetime,
) -> None:
    """Note how the applicant showed again who they are. It does not count yet.

    Refused when it was accepted or stopped.
    """
    by.must_have(Role.DECISION_MAKER, Role.INTAKE)
    footage_request, waiting = _waiting(session, request_id, passphrase_id, at)
    passphrases.accept(waiting, shown=shown, by=by, at=at)
    _note(session, "passphrase.accepted", footage_request, waiting, by, at)


def second_passphrase(
    session: Session, *, request_id: UUID, passphrase_id: UUID, by: Actor, at: datetime
) -> None:
    """Let it count after the wait, and tell the address on file so. NotAllowed to the one who
    accepted it: the database says the same."""
    by.must_have(Role.SECONDER)
    footage_request, waiting = _waiting(session, request_id, passphrase_id, at)
    if waiting.seconded_at is not None:
        raise Refused("Somebody has agreed to this already.")
    passphrases.second(waiting, by=by, at=at)
    notify_applicant(
        session,
        footage_request,
        NoticeKind.PASSPHRASE_AGREED,
        key=f"passphrase_agreed:{waiting.id}",
        at=at,
    )
    _note(session, "passphrase.seconded", footage_request, waiting, by, at)


def stop_passphrase(
    session: Session, *, request_id: UUID, why: str, by: Actor, at: datetime
) -> bool:
    """Stop the new passphrase that waits; whether there was one. The one before counts on.

    The applicant may, in a browser in which the code was typed, and any handler who decides; the
    worker does when their address changes. What was unlocked is locked again.
    """
    if by.kind is ActorKind.HANDLER:
        by.must_have(Role.DECISION_MAKER, Role.SECONDER, Role.INTAKE)
    footage_request = lock_request(session, request_id)
    waiting = waiting_passphrase(session, request_id, at)
    if waiting is None:
        return False
    passphrases.stop(session, waiting, why=why, by=by, at=at)
    _lock_again(session, request_id, at)
    _note(session, "passphrase.stopped", footage_request, waiting, by, at)
    return True


def _waiting(
    session: Session, request_id: UUID, passphrase_id: UUID, at: datetime
) -> tuple[FootageRequest, Passphrase]:
    footage_request = lock_request(session, request_id)
    found = passphrases.locked_passphrase(
        session, subject_id=request_id, passphrase_id=passphrase_id
    )
    waiting = waiting_passphrase(session, request_id, at)
    if waiting is None or waiting.id != found.id:
        raise Refused("This passphrase does not wait any more.")
    return footage_request, found


def _lock_again(session: Session, request_id: UUID, at: datetime) -> None:
    links = session.scalars(
        sa.select(DownloadLink.id)
        .join(Release, Release.id == DownloadLink.release_id)
        .where(Release.request_id == request_id)
    )
    for link_id in links:
        end_visits(session, purpose=CodePurpose.FOOTAGE, subject_id=link_id, at=at)


def _note(
    session: Session,
    deed: str,
    footage_request: FootageRequest,
    passphrase: Passphrase,
    by: Actor,
    at: datetime,
) -> None:
    record(
        session,
        deed,
        subject=footage_request.reference,
        by=by,
        at=at,
        passphrase=str(passphrase.id),
    )
