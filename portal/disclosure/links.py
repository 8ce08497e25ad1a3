"""When a link works, how long, and who may have a new one. Law: pure.

A link grants nothing by itself: it only names a release. A code to the contact on file comes on
top, always.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from portal.dates import LONDON, london_day


class Ending(StrEnum):
    """Why a link no longer works."""

    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True)
class LinkFacts:
    """What is known of a link. `kept_until` is when the release's files are deleted."""

    expires_at: datetime
    revoked_at: datetime | None
    kept_until: datetime


def ending(link: LinkFacts, at: datetime) -> Ending | None:
    """Why the link does not work at that instant, or None when it does."""
    if link.revoked_at is not None and link.revoked_at <= at:
        return Ending.REVOKED
    return Ending.EXPIRED if at >= min(link.expires_at, link.kept_until) else None


def is_open(link: LinkFacts, at: datetime) -> bool:
    """Whether the link leads somewhere at that instant."""
    return ending(link, at) is None


def may_renew(link: LinkFacts, at: datetime) -> bool:
    """Whether the applicant may have a new link without asking a person: only when time ran out.

    After a revocation somebody must look first at who asks.
    """
    return ending(link, at) is Ending.EXPIRED and at < link.kept_until


def last_day(made_at: datetime, days: int) -> date:
    """The last day on which something made at that instant can be collected."""
    return london_day(made_at) + timedelta(days=days)


def end_of(day: date) -> datetime:
    """The instant at which a day ends in London."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON)
