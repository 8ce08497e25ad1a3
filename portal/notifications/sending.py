"""The job that pays an owed e-mail: ask before sending again, then send, then note it."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from portal.house import House
from portal.notifications.commands import note_delivered, write_once
from portal.notifications.transport import SmtpTransport, Transport
from portal.outbox.commands import Lease


def send_notice(
    house: House, held: Lease, transport: Transport | None = None
) -> Callable[[Session], None]:
    """Hand one stored e-mail to the mail server; returns what to write down once it has it.

    After an attempt whose end is unknown (a killed worker, a broken line) the transport is
    asked first. Where it cannot be asked, the copy is identical, and is counted as unsure.
    """
    notice_id = UUID(held.payload["notice_id"])
    with house.db.writing() as session:
        written = write_once(session, notice_id, settings=house.settings)
    if written is None:
        return lambda session: None
    mail = transport or SmtpTransport(house.settings)
    known = mail.already_has(written.letter.message_id) if written.is_older else False
    if not known:
        mail.send(written.letter)
    unsure = known is None
    return lambda session: note_delivered(session, notice_id, at=house.now(), unsure=unsure)
