"""Opening the house for real: the real clock, and the book sealed at every commit."""

from datetime import UTC, datetime

from portal.audit import models as audit_tables
from portal.audit.commands import seal
from portal.config import Settings
from portal.disclosure import models as disclosure_tables
from portal.expiry import models as expiry_tables
from portal.expiry.naming import names_files
from portal.feed import models as feed_tables
from portal.holds import models as holds_tables
from portal.house import House, open_house
from portal.identity import models as identity_tables
from portal.letters import models as letters_tables
from portal.notifications import models as notifications_tables
from portal.office import models as office_tables
from portal.outbox import models as outbox_tables
from portal.recordings import models as recordings_tables
from portal.requests import models as requests_tables
from portal.reviews import models as reviews_tables
from portal.web import models as web_tables

# Foreign keys go from room to room: a program that writes must know every table, whichever
# rooms it works in itself.
TABLES = (
    *(audit_tables, disclosure_tables, expiry_tables, feed_tables, holds_tables, identity_tables),
    *(letters_tables,),
    *(notifications_tables, office_tables, outbox_tables, recordings_tables, requests_tables),
    *(reviews_tables, web_tables),
)


def utc_now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def open_portal(settings: Settings) -> House:
    """The house as production opens it. Raises when a part of it cannot be had."""
    return open_house(settings, now=utc_now, before_commit=(seal,), needs_files=names_files)
