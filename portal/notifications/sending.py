"""The job that pays an owed e-mail: ask before sending again, then send, then note it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.errors import PortalError, Refused
from portal.house import House
from portal.notifications.asking import ask_later
from portal.notifications.choosing import transport_of
from portal.notifications.commands import Written, note_delivered, note_failed, write_once
from portal.notifications.notices import Failure
from portal.notifications.transport import AddressRefused, Transport
from portal.outbox.commands import Lease
from portal.outbox.patience import MOST_ATTEMPTS


def send_notice(
    house: House, held: Lease, transport: Transport | None = None
) -> Callable[[Session], None]:
    """Hand one stored e-mail over; returns what to write down once the transport has it.

    After an attempt whose end is unknown (a killed worker, a broken line) the transport is
    asked first. Where it cannot be asked, the copy is identical, and is counted as unsure.
    When no try is left, the request is marked and a handler told; the job is dead, so that an
    administrator can have it tried again once the fault is mended.
    """
    notice_id, mail = UUID(held.payload["notice_id"]), transport or transport_of(house.settings)
    with house.db.writing() as session:
        written = write_once(session, notice_id, settings=house.settings)
    if written is None:
        return lambda session: None
    try:
        unsure = _hand_over(mail, written, at=house.now())
    except PortalError as trouble:
        if isinstance(trouble, Refused) or held.attempt >= MOST_ATTEMPTS:
            _note_failed(house, notice_id, trouble)
        raise
    at, is_again = house.now(), bool(held.payload.get("again"))

    def write_down(session: Session) -> None:
        note_delivered(session, notice_id, at=at, unsure=unsure)
        ask_later(session, notice_id, house.settings, is_again=is_again, at=at)

    return write_down


def _hand_over(mail: Transport, written: Written, *, at: datetime) -> bool:
    """Send, unless it is there already; returns whether it may have been a second copy."""
    known = mail.already_has(written.letter, at=at) if written.is_older else False
    if not known:
        mail.send(written.letter)
    return known is None


def _note_failed(house: House, notice_id: UUID, trouble: PortalError) -> None:
    failure = Failure.ADDRESS if isinstance(trouble, AddressRefused) else Failure.GIVEN_UP
    if type(trouble) is Refused:
        failure = Failure.REFUSED
    with house.db.writing() as session:
        note_failed(session, notice_id, failure=failure, by=WORKER, at=house.now())
