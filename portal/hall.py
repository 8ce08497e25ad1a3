"""Opening the house for real: the real clock, and the book sealed at every commit."""

from datetime import UTC, datetime

from portal.audit.commands import seal
from portal.config import Settings
from portal.house import House, open_house


def utc_now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def open_portal(settings: Settings) -> House:
    """The house as production opens it. Raises when a part of it cannot be had."""
    return open_house(settings, now=utc_now, before_commit=(seal,))
