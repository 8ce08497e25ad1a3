"""Which way e-mail leaves here."""

from portal.config import Settings
from portal.notifications.smtp import SmtpTransport
from portal.notifications.transport import Transport


def transport_of(settings: Settings) -> Transport:
    """GOV.UK Notify where there is a key for it, the force's mail server otherwise."""
    if not settings.notify_api_key:
        return SmtpTransport(settings)
    # Its client takes half a second to load: only where it is used.
    from portal.notifications.govuk_notify import NotifyTransport

    return NotifyTransport(settings)
