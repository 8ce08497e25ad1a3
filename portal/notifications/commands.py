"""Owing an e-mail, writing it once, and noting that it was delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import WORKER, Actor
from portal.audit.commands import record
from portal.config import Settings
from portal.db import locked_one
from portal.ids import digest, new_id, new_token
from portal.notifications.compose import compose
from portal.notifications.models import Notice
from portal.notifications.notices import Failure, NoticeKind
from portal.notifications.queries import unreached
from portal.notifications.transport import Letterhead
from portal.outbox.commands import Lease, count_unsure, owe, set_aside

SEND_NOTICE = "send_notice"


def notify(
    session: Session,
    kind: NoticeKind,
    *,
    to: str,
    key: str,
    at: datetime,
    path: str = "/",
    about: str = "",
    **fields: str | int,
) -> None:
    """Owe an e-mail. The same `key` twice is one e-mail; `path` is the page it points to, `about`
    the reference of the request it is about, for the day that it does not arrive.

    Nothing happens without an address: not every applicant has one, and their answer goes by
    another way. `fields` fill the kind's template and hold no case detail.
    """
    if not to or session.scalar(sa.select(Notice.id).where(Notice.key == key)) is not None:
        return
    _add(session, kind, to=to, key=key, at=at, about=about, fields={**fields, "path": path})


def _add(
    session: Session,
    kind: NoticeKind,
    *,
    to: str,
    key: str,
    at: datetime,
    about: str,
    fields: dict[str, Any],
) -> None:
    notice_id = new_id()
    session.add(
        Notice(
            id=notice_id,
            key=key,
            kind=kind,
            to=to,
            fields=fields,
            # Nobody but its recipient can name it: what claims that it came back must name it.
            message_id=f"<{digest(new_token())[:40]}@notices.portal>",
            written_at=at,
            about=about,
        )
    )
    owe(session, SEND_NOTICE, payload={"notice_id": str(notice_id)}, key=f"notice:{key}", at=at)


@dataclass(frozen=True)
class Written:
    """An e-mail's words, and whether an earlier handing over had no clear end, so that it may be
    there already."""

    letter: Letterhead
    is_unclear: bool


def write_once(
    session: Session, notice_id: UUID, *, settings: Settings, token: str
) -> Written | None:
    """The e-mail's words, written on the first call and the same for ever after.

    None when it was delivered already, or was a secret that could not be: that is forgotten, and
    whoever waits for it asks for another. Mailed links are built from the configured address.
    Commit before sending: then whoever comes later knows that it may have been sent. Note the
    end with `note_delivered` or `note_not_taken`, or its end is unclear.
    """
    notice = locked_one(session, Notice, notice_id)
    if notice.delivered_at is not None or (notice.failed_at is not None and _is_forgotten(notice)):
        return None
    is_unclear, notice.leaving = notice.leaving is not None, token
    if notice.body is None or notice.subject is None:
        text = compose(
            notice.kind,
            {
                **notice.fields,
                "address": settings.base_url.rstrip("/") + notice.fields["path"],
                "force_name": settings.force_name,
                "contact_email": settings.contact_email,
            },
        )
        notice.subject, notice.body = text.subject, text.body
    return Written(_letterhead(notice, settings), is_unclear)


def letterhead_of(session: Session, notice_id: UUID, *, settings: Settings) -> Letterhead | None:
    """An e-mail that was written, to ask what became of it. A secret one has no words any more;
    None when it was deleted with its request."""
    notice = session.get(Notice, notice_id)
    return _letterhead(notice, settings) if notice is not None else None


def _letterhead(notice: Notice, settings: Settings) -> Letterhead:
    return Letterhead(
        settings.mail_from,
        notice.to,
        notice.subject or "",
        notice.body or "",
        notice.message_id,
        notice.written_at,
    )


def note_not_taken(session: Session, notice_id: UUID, *, token: str) -> None:
    """It was clearly not taken: the next handing over is a first one again. Only for whoever
    began the last one."""
    notice = locked_one(session, Notice, notice_id)
    if notice.leaving == token:
        notice.leaving = None


def note_unsure(session: Session, notice_id: UUID, held: Lease) -> None:
    """It is sent again although it may be there already, because nobody can be asked. Counted
    before it is sent, so that no kill hides a copy."""
    locked_one(session, Notice, notice_id).deliveries_unsure += 1
    count_unsure(session, held)


def note_delivered(session: Session, notice_id: UUID, *, at: datetime) -> None:
    """The transport has it.

    A secret body (a code) is forgotten at once.
    """
    notice = locked_one(session, Notice, notice_id)
    if notice.delivered_at is None:
        # An earlier refusal is mended. What came back meanwhile was delivered, and stays failed.
        notice.failed_at, notice.failure = None, None
    notice.delivered_at, notice.leaving = at, None
    _forget_secret(notice)
    record(
        session,
        "notice.delivered",
        subject=str(notice_id),
        by=WORKER,
        at=at,
        kind=notice.kind.value,
        unsure=notice.deliveries_unsure > 0,
    )


def note_failed(
    session: Session, notice_id: UUID, *, failure: Failure, by: Actor, at: datetime
) -> bool:
    """The e-mail did not arrive, and will not by itself. False when that is known already.

    A secret body is forgotten. No e-mail is ever owed because of this: nothing goes in a circle.
    """
    notice = locked_one(session, Notice, notice_id)
    if notice.failed_at is not None:
        return False
    notice.failed_at, notice.failure = at, failure
    _forget_secret(notice)
    record(
        session,
        "notice.failed",
        subject=notice.about or str(notice_id),
        by=by,
        at=at,
        kind=notice.kind.value,
        why=failure.value,
        notice=str(notice_id),
    )
    return True


def note_returned(
    session: Session, message_id: str, *, failure: Failure, by: Actor, at: datetime
) -> bool:
    """A mail server sent the e-mail with this Message-ID back. False when it is none of ours, or
    when it is known already: saying so again changes nothing."""
    notice_id = session.scalar(sa.select(Notice.id).where(Notice.message_id == message_id))
    if notice_id is None:
        return False
    notice = locked_one(session, Notice, notice_id)
    # What came back had been taken, even where its sender was killed before it could say so.
    notice.delivered_at = notice.delivered_at or at
    return note_failed(session, notice_id, failure=failure, by=by, at=at)


def send_once_more(session: Session, notice_id: UUID, *, at: datetime) -> bool:
    """Owe an e-mail again that the transport took and then never sent. False for a secret one,
    which is forgotten by now."""
    notice = locked_one(session, Notice, notice_id)
    if _is_forgotten(notice):
        return False
    notice.delivered_at = None
    owe(
        session,
        SEND_NOTICE,
        payload={"notice_id": str(notice_id), "again": True},
        key=f"notice:{notice.key}:again",
        at=at,
    )
    return True


def see_to(session: Session, *, about: str, by: Actor, at: datetime) -> int:
    """Somebody told the person by another way what the e-mails about this request could not;
    returns how many those were. What was laid before an administrator is settled with it."""
    found = session.scalars(unreached().where(Notice.about == about).with_for_update()).all()
    _settle(session, found, by, at)
    if found:
        record(session, "notice.seen_to", subject=about, by=by, at=at, notices=len(found))
    return len(found)


def send_again(session: Session, *, about: str, to: str, by: Actor, at: datetime) -> int:
    """Owe anew, to this address, what the e-mails about a request that did not arrive would have
    said; returns how many those were. What nobody needs any more is settled with them, and what
    would be wrong by now is left for a person."""
    found = session.scalars(unreached().where(Notice.about == about).with_for_update()).all()
    again = [notice for notice in found if notice.kind.goes_again]
    for notice in again:
        _add(
            session,
            notice.kind,
            to=to,
            key=f"again:{notice.id}",
            at=at,
            about=about,
            fields=notice.fields,
        )
    _settle(session, [n for n in found if n.kind.goes_again or n.kind.is_passing], by, at)
    if found:
        record(session, "notice.sent_again", subject=about, by=by, at=at, notices=len(again))
    return len(again)


def _settle(session: Session, notices: Sequence[Notice], by: Actor, at: datetime) -> None:
    """Nothing is left to be done about these, nor about their jobs that died."""
    for notice in notices:
        notice.seen_to_at, notice.seen_to_by = at, by.id
        set_aside(session, f"notice:{notice.key}", f"notice:{notice.key}:again", at=at)


def _forget_secret(notice: Notice) -> None:
    if notice.kind.is_secret:
        notice.body, notice.fields = None, {}


def _is_forgotten(notice: Notice) -> bool:
    return notice.kind.is_secret and not notice.fields
