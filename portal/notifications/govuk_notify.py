"""The only door to GOV.UK Notify. It keeps every message under a reference of ours, so that it
can be asked before anything is sent again, and asked later what became of it.

One template does for every kind of notice: subject `((subject))`, body `((body))`. The words are
ours, written once and stored, whichever way they leave.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from portal.config import Settings
from portal.errors import Refused, Upstream
from portal.notifications.transport import AddressRefused, Fate, Letterhead, NotTaken

# The client would log Notify's own words, and those are not ours to vouch for.
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)

# Notify forgets a message after seven days, if the service has not chosen fewer; a day less, for
# clocks that differ and for a message that was written before it was first sent.
REMEMBERED = timedelta(days=6)

_FATES = {
    "delivered": Fate.DELIVERED,
    "permanent-failure": Fate.NO_SUCH_ADDRESS,
    "temporary-failure": Fate.GIVEN_UP,
    "technical-failure": Fate.NEVER_SENT,
}


class NotifyTransport:
    """Hands messages to GOV.UK Notify."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = NotificationsAPIClient(  # type: ignore[no-untyped-call]
            settings.notify_api_key, base_url=settings.notify_url, timeout=settings.mail_seconds
        )

    def already_has(self, letterhead: Letterhead, *, at: datetime) -> bool | None:
        """Ask by our reference. A message that never left Notify is one that it has not.

        None when it was written so long ago that Notify may have forgotten it.
        """
        if self.fate(letterhead) not in (None, Fate.NEVER_SENT):
            return True
        return False if at - letterhead.written_at < REMEMBERED else None

    def send(self, letterhead: Letterhead) -> None:
        """Send by the one template. Only a message that Notify calls wrong in itself is refused:
        a key, a template, a limit or a trial service can be mended, and is tried again."""
        letterhead.check_address()
        self._ask(
            self._client.send_email_notification,
            NotTaken,
            email_address=letterhead.to,
            template_id=self._settings.notify_template_id,
            personalisation={"subject": letterhead.subject, "body": letterhead.body},
            reference=reference_of(letterhead),
            email_reply_to_id=self._settings.notify_reply_to_id or None,
        )

    def fate(self, letterhead: Letterhead) -> Fate | None:
        """What became of it: of the newest sending that Notify did not itself fail at."""
        answer = self._ask(
            self._client.get_all_notifications,
            template_type="email",
            reference=reference_of(letterhead),
        )
        found = answer.get("notifications")
        if not isinstance(found, list):
            raise Upstream("GOV.UK Notify answered something else")
        fates = [_FATES.get(one.get("status"), Fate.UNDECIDED) for one in found]
        sent = [fate for fate in fates if fate is not Fate.NEVER_SENT]
        return (sent or fates or [None])[0]

    def _ask(
        self, deed: Callable[..., Any], unanswered: type[Upstream] = Upstream, **words: Any
    ) -> Mapping[str, Any]:
        try:
            answer = deed(**words)
        except APIError as error:
            raise _trouble(error, unanswered) from None
        finally:
            self._client.request_session.close()
        if not isinstance(answer, dict):
            raise Upstream("GOV.UK Notify answered something else")
        return answer


def reference_of(letterhead: Letterhead) -> str:
    """What Notify keeps a message under: its Message-ID's own part, which says nothing."""
    return letterhead.message_id.strip("<>").partition("@")[0]


def _trouble(error: APIError, clearly: type[Upstream]) -> Refused | Upstream:
    """By status and kind alone: Notify says that its messages may change. A 4xx is a clear answer;
    after a 5xx nobody knows."""
    # Where the answer is no JSON, there is a text instead of a list.
    told: list[Any] = error.message if isinstance(error.message, list) else []
    kinds = {one.get("error") for one in told if isinstance(one, dict)}
    if error.status_code == 400 and "ValidationError" in kinds:
        return AddressRefused("GOV.UK Notify refused the message with 400")
    kind = clearly if 400 <= error.status_code < 500 else Upstream
    return kind(f"GOV.UK Notify answered {error.status_code}")
