"""E-mail as it goes out, and what every way for it to leave promises."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from enum import Enum, auto
from typing import Protocol

from portal.errors import Refused, Upstream

# One address and nothing else: no line end that could begin a header of its own, no second
# recipient, no comment. Whether there is such a mailbox is for the mail server to say.
_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x20\x7f]+@[^\s@,;:<>()\\\"\x00-\x20\x7f]+")


class AddressRefused(Refused):
    """It is this address that mail cannot reach, and not the message that is not wanted."""


class NotTaken(Upstream):
    """It was said clearly that the message was not taken: it may go again without a doubt."""


class Fate(Enum):
    """What became of a message after it was handed over, where the transport can say so."""

    UNDECIDED = auto()
    DELIVERED = auto()
    NO_SUCH_ADDRESS = auto()
    GIVEN_UP = auto()
    """The recipient's mail server did not take it in days: a full mailbox, a filter."""
    NEVER_SENT = auto()
    """A fault on the way: it may be sent once more."""


@dataclass(frozen=True)
class Letterhead:
    """One e-mail as it goes out; the same fields make the same bytes."""

    sender: str
    to: str
    subject: str
    body: str
    message_id: str
    written_at: datetime

    def message(self) -> EmailMessage:
        """The message, byte-identical however often it is built."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = self.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.body, cte="quoted-printable")
        return message

    def check_address(self) -> None:
        """Raises AddressRefused when `to` is not one address and nothing else."""
        if not _ADDRESS.fullmatch(self.to):
            raise AddressRefused("this is not one e-mail address")


class Transport(Protocol):
    """A way for e-mail to leave."""

    def already_has(self, letterhead: Letterhead, *, at: datetime) -> bool | None:
        """Whether the message was taken before; None when that cannot be known.

        Upstream when the answer may be had later.
        """

    def send(self, letterhead: Letterhead) -> None:
        """Hand the message over. Upstream when it may work later: NotTaken when it was surely not
        taken. Refused when it never will be: AddressRefused when that is the address's fault."""

    def fate(self, letterhead: Letterhead) -> Fate | None:
        """What became of a message that was taken; None when that is never told here.

        Upstream when the answer may be had later.
        """
