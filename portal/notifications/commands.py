"""Owing an e-mail, writing it once, and noting that it was delivered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.audit.commands import record
from portal.config import Settings
from portal.db import locked_one
from portal.ids import digest, new_id
from portal.notifications.compose import compose
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.notifications.transport import Letterhead
from portal.outbox.commands import owe

SEND_NOTICE = "send_notice"


def notify(
    session: Session,
    kind: NoticeKind,
    *,
    to: str,
    key: str,
    at: datetime,
    path: str = "/",
    **fields: str | int,
) -> None:
    """Owe an e-mail. The same `key` twice is one e-mail; `path` is the page it points to.

    Nothing happens without an address: not every applicant has one, and their answer goes by
    another way. `fields` fill the kind's template and hold no case detail.
    """
    if not to or session.scalar(sa.select(Notice.id).where(Notice.key == key)) is not None:
        return
    notice_id = new_id()
    session.add(
        Notice(
            id=notice_id,
            key=key,
            kind=kind,
            to=to,
            fields={**fields, "path": path},
            message_id=f"<{digest(key)[:40]}@notices.portal>",
            written_at=at,
        )
    )
    owe(session, SEND_NOTICE, payload={"notice_id": str(notice_id)}, key=f"notice:{key}", at=at)


@dataclass(frozen=True)
class Written:
    """An e-mail's words, and whether they were written before, so that it may have been sent."""

    letter: Letterhead
    is_older: bool


def write_once(session: Session, notice_id: UUID, *, settings: Settings) -> Written | None:
    """The e-mail's words, written on the first call and the same for ever after.

    None when it was delivered already. Mailed links are built from the configured address.
    Commit before sending: then whoever comes later knows that it may have been sent.
    """
    notice = locked_one(session, Notice, notice_id)
    if notice.delivered_at is not None:
        return None
    is_older = notice.body is not None and notice.subject is not None
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
    letter = Letterhead(
        settings.mail_from,
        notice.to,
        notice.subject,
        notice.body,
        notice.message_id,
        notice.written_at,
    )
    return Written(letter, is_older)


def note_delivered(session: Session, notice_id: UUID, *, at: datetime, unsure: bool) -> None:
    """The mail server has it. `unsure` counts a sending that may have been a second one.

    A secret body (a code) is forgotten at once.
    """
    notice = locked_one(session, Notice, notice_id)
    notice.delivered_at = at
    notice.deliveries_unsure += int(unsure)
    if notice.kind.is_secret:
        notice.body, notice.fields = None, {}
    record(
        session,
        "notice.delivered",
        subject=str(notice_id),
        by=WORKER,
        at=at,
        kind=notice.kind.value,
        unsure=unsure,
    )
