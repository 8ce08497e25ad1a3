"""The only door to SMTP. A transport can be asked whether it already has a message."""

import smtplib
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from portal.config import Settings
from portal.errors import Refused, Upstream
from portal.ids import digest

_SECONDS = 20


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
        """One SMTP conversation. A 5xx is final; anything else may work later."""
        try:
            self._converse(letterhead.message())
        except smtplib.SMTPRecipientsRefused as refusal:
            code = max(code for code, _ in refusal.recipients.values())
            raise _failure(code) from None
        except smtplib.SMTPResponseException as refusal:
            raise _failure(refusal.smtp_code) from None
        except (OSError, smtplib.SMTPException):
            raise Upstream("the mail server did not answer") from None

    def _converse(self, message: EmailMessage) -> None:
        with smtplib.SMTP(
            self._settings.mail_host, self._settings.mail_port, timeout=_SECONDS
        ) as server:
            if self._settings.mail_starttls:
                server.starttls(context=ssl.create_default_context())
            if self._settings.mail_user:
                server.login(self._settings.mail_user, self._settings.mail_password)
            server.send_message(message)


def _failure(code: int) -> Refused | Upstream:
    if code >= 500:
        return Refused(f"the mail server refused the message with {code}")
    return Upstream(f"the mail server answered {code}")
