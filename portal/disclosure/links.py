"""When a link works, how long and how often, and who may have a new one. Law: pure.

A link grants nothing by itself: it only names a release. A code to the contact on file comes on
top, always; for video of a person a passphrase as well, so that whoever reads the mailbox of
somebody else sees no video.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from portal.dates import LONDON, london_day

# How often video may be unlocked with one link: each time lasts an hour, and a large file over a
# poor line takes several.
MOST_SESSIONS = 20
# How many links to one release there may be before a person is asked for the next.
MOST_LINKS = 5


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
    sessions: int = 0
    most_sessions: int = MOST_SESSIONS


class Lock(StrEnum):
    """What stands between somebody who typed the code and the video."""

    OPEN = "open"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, no secret
    NO_PASSPHRASE = "no_passphrase"  # noqa: S105
    USED_UP = "used_up"


def lock_of(link: LinkFacts, *, is_unlocked: bool, is_secret: bool, has_passphrase: bool) -> Lock:
    """What is still needed. `is_unlocked` when this browser has unlocked it within the hour;
    `is_secret` for video of a person, as opposed to what FOI discloses to everybody."""
    if is_unlocked or not is_secret:
        return Lock.OPEN
    if is_used_up(link):
        return Lock.USED_UP
    return Lock.PASSPHRASE if has_passphrase else Lock.NO_PASSPHRASE


def ending(link: LinkFacts, at: datetime) -> Ending | None:
    """Why the link does not work at that instant, or None when it does."""
    if link.revoked_at is not None and link.revoked_at <= at:
        return Ending.REVOKED
    return Ending.EXPIRED if at >= min(link.expires_at, link.kept_until) else None


def is_open(link: LinkFacts, at: datetime) -> bool:
    """Whether the link leads somewhere at that instant."""
    return ending(link, at) is None


def is_used_up(link: LinkFacts) -> bool:
    """Whether the video was unlocked with it as often as it may be."""
    return link.sessions >= link.most_sessions


def may_renew(link: LinkFacts, at: datetime) -> bool:
    """Whether the applicant may have a new link without asking a person: only when it ran out, in
    time or in how often it may be used.

    After a revocation somebody must look first at who asks.
    """
    why = ending(link, at)
    has_run_out = why is Ending.EXPIRED or (why is None and is_used_up(link))
    return has_run_out and at < link.kept_until


def last_day(made_at: datetime, days: int) -> date:
    """The last day on which something made at that instant can be collected."""
    return london_day(made_at) + timedelta(days=days)


def end_of(day: date) -> datetime:
    """The instant at which a day ends in London."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON)
