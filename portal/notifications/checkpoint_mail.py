"""The job that sends a checkpoint of the book to a mailbox outside, where it cannot be changed."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.audit.checkpoints import checkpoint_now
from portal.house import House
from portal.notifications.choosing import transport_of
from portal.notifications.transport import Letterhead
from portal.outbox.commands import Lease

MAIL_CHECKPOINT = "mail_checkpoint"


def mail_checkpoint(house: House, held: Lease) -> Callable[[Session], None]:
    """Every day: send one line, signed, that says where the book stands.

    After an attempt whose end is unknown it may go twice: both lines are true.
    """
    at = house.now()
    transport_of(house.settings).send(
        Letterhead(
            sender=house.settings.mail_from,
            to=house.settings.checkpoint_mail_to,
            subject="Checkpoint of the book of deeds",
            body=checkpoint_now(house.db, house.settings, at=at),
            message_id=f"<{held.job_id.hex}.{held.attempt}@checkpoints.portal>",
            written_at=at,
        )
    )
    return lambda session: None
