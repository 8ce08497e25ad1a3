"""What we wrote to people whom no e-mail can tell of it: somebody has to phone or to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.requests.letter_fields import addressed_to
from portal.requests.messages import Meaning, Sender
from portal.requests.models import Applicant, FootageRequest, Message, Representative

# What is asked for in a message with a deed of its own goes in a letter too.
WITHOUT_A_LETTER = (Meaning.INFORMATION, Meaning.FORMAT)


@dataclass(frozen=True)
class Untold:
    """One message that nobody has told the applicant of, and how to reach them: by `safe_contact`,
    where they said which way is safe for them."""

    id: UUID
    reference: str
    lines: tuple[str, ...]
    sent_at: datetime
    name: str
    address: str
    phone: str
    safe_contact: str


def untold(session: Session) -> Sequence[Untold]:
    """Every message to somebody without an e-mail address of which they were not told, oldest
    first: reminders, where to ask instead, that it is open again, and what handlers wrote."""
    found = session.execute(
        sa.select(Message, FootageRequest, Applicant, Representative.name)
        .join(FootageRequest, FootageRequest.id == Message.request_id)
        .join(Applicant, Applicant.request_id == Message.request_id)
        .outerjoin(Representative, Representative.request_id == Message.request_id)
        .where(
            Applicant.email == "",
            Message.sender == Sender.US,
            Message.meaning.in_(WITHOUT_A_LETTER),
            Message.told_at.is_(None),
        )
        .order_by(Message.sent_at, Message.id)
    )
    return [_untold(*row) for row in found]


def _untold(
    message: Message, asked: FootageRequest, applicant: Applicant, acting: str | None
) -> Untold:
    return Untold(
        id=message.id,
        reference=asked.reference,
        lines=tuple(line for line in message.body.splitlines() if line.strip()),
        sent_at=message.sent_at,
        name=addressed_to(applicant.name, acting),
        address=applicant.address,
        phone=applicant.phone,
        safe_contact=asked.safe_contact,
    )
