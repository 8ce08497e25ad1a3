"""The job that pays an owed e-mail: ask before sending again, then send, then note it."""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.errors import PortalError, Refused
from portal.house import House
from portal.notifications.asking import ask_later
from portal.notifications.choosing import transport_of
from portal.notifications.commands import (
    Written,
    note_delivered,
    note_failed,
    note_not_taken,
    note_unsure,
    write_once,
)
from portal.notifications.notices import Failure
from portal.notifications.transport import AddressRefused, NotTaken, Transport
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
    notice_id, mail = _notice_id(held), transport or transport_of(house.settings)
    with house.db.writing() as session:
        written = write_once(session, notice_id, settings=house.settings, token=held.token)
    if written is None:
        return lambda session: None
    try:
        _hand_over(house, held, mail, written)
    except PortalError as trouble:
        _note_trouble(house, held, trouble)
        raise
    at, is_again = house.now(), bool(held.payload.get("again"))

    def write_down(session: Session) -> None:
        note_delivered(session, notice_id, at=at)
        ask_later(session, notice_id, house.settings, is_again=is_again, at=at)

    return write_down


def _hand_over(house: House, held: Lease, mail: Transport, written: Written) -> None:
    known = mail.already_has(written.letter, at=house.now()) if written.is_unclear else False
    if known:
        return
    if known is None:
        with house.db.writing() as session:
            note_unsure(session, _notice_id(held), held)
    mail.send(written.letter)


def _note_trouble(house: House, held: Lease, trouble: PortalError) -> None:
    """Whether it was clearly not taken, and whether no try is left."""
    with house.db.writing() as session:
        if isinstance(trouble, Refused | NotTaken):
            note_not_taken(session, _notice_id(held), token=held.token)
        if isinstance(trouble, Refused) or held.attempt >= MOST_ATTEMPTS:
            failure = _FAILURES.get(type(trouble), Failure.GIVEN_UP)
            note_failed(session, _notice_id(held), failure=failure, by=WORKER, at=house.now())


_FAILURES: Mapping[type, Failure] = {AddressRefused: Failure.ADDRESS, Refused: Failure.REFUSED}


def _notice_id(held: Lease) -> UUID:
    return UUID(held.payload["notice_id"])
