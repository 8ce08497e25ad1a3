"""The only door to SMTP: the force's own mail server."""

import smtplib
import ssl
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import datetime

from portal.config import Settings
from portal.errors import Refused, Upstream
from portal.ids import digest
from portal.notifications.transport import AddressRefused, Fate, Letterhead, NotTaken


class SmtpTransport:
    """Hands messages to the force's mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._seconds = settings, settings.mail_seconds

    def already_has(self, letterhead: Letterhead, *, at: datetime) -> bool | None:
        """Ask the server's delivery record, where one is configured."""
        if not self._settings.mail_lookup_url:
            return None
        address = f"{self._settings.mail_lookup_url.rstrip('/')}/{digest(letterhead.message_id)}"
        try:
            with urllib.request.urlopen(address, timeout=self._seconds) as answer:  # noqa: S310 - ours
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
        letterhead.check_address()
        try:
            self._converse(letterhead)
        except smtplib.SMTPRecipientsRefused as refusal:
            code = max(code for code, _ in refusal.recipients.values())
            raise _failure(code, AddressRefused) from None
        except smtplib.SMTPDataError as refusal:
            raise _failure(refusal.smtp_code, Refused) from None
        except smtplib.SMTPResponseException as refusal:
            raise _failure(refusal.smtp_code, NotTaken) from None
        except (OSError, smtplib.SMTPException):
            raise Upstream("the mail server did not answer") from None

    def fate(self, letterhead: Letterhead) -> Fate | None:
        """What comes back comes back as an e-mail: see `bounces`."""
        return None

    def _converse(self, letterhead: Letterhead) -> None:
        server = self._connect()
        try:
            # What comes back goes to the envelope's sender, which no recipient is shown.
            sender = self._settings.mail_bounces_to or letterhead.sender
            server.send_message(letterhead.message(), from_addr=sender, to_addrs=[letterhead.to])
            # It is delivered: what the server says to our goodbye must not have it sent again.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        server = smtplib.SMTP(timeout=self._seconds)
        try:
            server.connect(self._settings.mail_host, self._settings.mail_port)
            if self._settings.mail_starttls:
                server.starttls(context=ssl.create_default_context())
            if self._settings.mail_user:
                server.login(self._settings.mail_user, self._settings.mail_password)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise NotTaken("the mail server could not be reached") from None
        return server


def _failure(code: int, final: type[Refused] | type[NotTaken]) -> Refused | Upstream:
    if code < 400:
        # Neither yes nor no: no number at all, or one that has no meaning here.
        return Upstream("the mail server answered something else")
    if code >= 500:
        return final(f"the mail server refused the message with {code}")
    return NotTaken(f"the mail server answered {code}")
