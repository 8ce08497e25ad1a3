"""The job that asks, after an e-mail was handed over, what became of it. GOV.UK Notify can say;
what a mail server could not deliver comes back as an e-mail (see `bounces`)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.config import Settings
from portal.house import House
from portal.notifications.choosing import transport_of
from portal.notifications.commands import letterhead_of, note_failed, send_once_more
from portal.notifications.notices import Failure
from portal.notifications.transport import Fate
from portal.outbox.commands import Lease, owe

ASK_DELIVERY = "ask_delivery"

# Notify tries for three days, and forgets after seven.
WAITS = tuple(timedelta(hours=hours) for hours in (0.25, 1, 4, 12, 24, 24, 24))


def ask_later(
    session: Session, notice_id: UUID, settings: Settings, *, is_again: bool, at: datetime
) -> None:
    """Owe the first asking, where there is somebody to ask."""
    if settings.notify_api_key:
        _owe(session, {"notice_id": str(notice_id), "again": is_again, "asked": 0}, at)


def ask_delivery(house: House, held: Lease) -> Callable[[Session], None]:
    """Ask what became of one e-mail; returns what to write down. It is asked some times, then no
    more; a fault on Notify's side has it sent once more, and never twice."""
    notice_id = UUID(held.payload["notice_id"])
    with house.db.reading() as session:
        letter = letterhead_of(session, notice_id, settings=house.settings)
    if letter is None:
        return lambda session: None
    fate, at = transport_of(house.settings).fate(letter), house.now()

    def write_down(session: Session) -> None:
        if fate is Fate.UNDECIDED:
            _owe(session, {**held.payload, "asked": held.payload["asked"] + 1}, at)
        elif fate is Fate.NO_SUCH_ADDRESS:
            note_failed(session, notice_id, failure=Failure.ADDRESS, by=WORKER, at=at)
        elif fate is Fate.GIVEN_UP or (fate is Fate.NEVER_SENT and not _again(session, held, at)):
            note_failed(session, notice_id, failure=Failure.GIVEN_UP, by=WORKER, at=at)

    return write_down


def _again(session: Session, held: Lease, at: datetime) -> bool:
    notice_id = UUID(held.payload["notice_id"])
    return not held.payload["again"] and send_once_more(session, notice_id, at=at)


def _owe(session: Session, payload: dict[str, Any], at: datetime) -> None:
    asked = payload["asked"]
    if asked < len(WAITS):
        owe(
            session,
            ASK_DELIVERY,
            payload=payload,
            key=f"{ASK_DELIVERY}:{payload['notice_id']}:{int(payload['again'])}:{asked}",
            at=at,
            due_at=at + WAITS[asked],
        )
