"""The only door to SMTP. A transport can be asked whether it already has a message."""

import re
import smtplib
import ssl
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from portal.config import Settings
from portal.errors import Refused, Upstream
from portal.ids import digest

_SECONDS = 20
# One address and nothing else: no line end that could begin a header of its own, no second
# recipient, no comment. Whether there is such a mailbox is for the mail server to say.
_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x20\x7f]+@[^\s@,;:<>()\\\"\x00-\x20\x7f]+")


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


class Transport(Protocol):
    """A way for e-mail to leave."""

    def already_has(self, message_id: str) -> bool | None:
        """Whether the message was taken before; None when that cannot be known."""

    def send(self, letterhead: Letterhead) -> None:
        """Hand the message over. Upstream when it may work later, Refused when it never will."""


class SmtpTransport:
    """Hands messages to the force's mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def already_has(self, message_id: str) -> bool | None:
        """Ask the server's delivery record, where one is configured."""
        if not self._settings.mail_lookup_url:
            return None
        address = f"{self._settings.mail_lookup_url.rstrip('/')}/{digest(message_id)}"
        try:
            with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - ours
                return bool(answer.status == 200)
        except urllib.error.HTTPError as answer:
            if answer.code == 404:
                return False
            raise Upstream("the delivery record did not answer") from None
        except OSError:
            raise Upstream("the delivery record did not answer") from None

    def send(self, letterhead: Letterhead) -> None:
        """One SMTP conversation. A 5xx about this message is final; a fault of ours (name,
        password, sender) or of the line may be mended, so it is tried again."""
        if not _ADDRESS.fullmatch(letterhead.to):
            raise Refused("this is not one e-mail address")
        try:
            self._converse(letterhead)
        except smtplib.SMTPRecipientsRefused as refusal:
            code = max(code for code, _ in refusal.recipients.values())
            raise _failure(code) from None
        except smtplib.SMTPDataError as refusal:
            raise _failure(refusal.smtp_code) from None
        except smtplib.SMTPResponseException as refusal:
            raise Upstream(f"the mail server answered {refusal.smtp_code}") from None
        except (OSError, smtplib.SMTPException):
            raise Upstream("the mail server did not answer") from None

    def _converse(self, letterhead: Letterhead) -> None:
        server = smtplib.SMTP(self._settings.mail_host, self._settings.mail_port, timeout=_SECONDS)
        try:
            if self._settings.mail_starttls:
                server.starttls(context=ssl.create_default_context())
            if self._settings.mail_user:
                server.login(self._settings.mail_user, self._settings.mail_password)
            server.send_message(letterhead.message(), to_addrs=[letterhead.to])
            # It is delivered: what the server says to our goodbye must not have it sent again.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()


def _failure(code: int) -> Refused | Upstream:
    if code >= 500:
        return Refused(f"the mail server refused the message with {code}")
    return Upstream(f"the mail server answered {code}")
