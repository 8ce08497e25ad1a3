"""Limits on trying. A sliding window in the database, so that every process sees the same one;
when the database does not answer, nobody gets in."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from portal.errors import TooMany
from portal.ids import digest
from portal.web.models import Attempt


@dataclass(frozen=True)
class Limit:
    """At most `most` tries in `within`."""

    name: str
    most: int
    within: timedelta


SUBMISSIONS = Limit("submissions", 5, timedelta(hours=1))
CODE_FAILURES = Limit("code failures", 20, timedelta(hours=1))
STATUS_LOOK_UPS = Limit("status look-ups", 10, timedelta(minutes=15))
STAFF_SIGN_INS = Limit("staff sign-ins", 5, timedelta(minutes=1))
# Per key: at 500 recordings a call, a force's whole day is in within minutes.
MACHINE_CALLS = Limit("machine calls", 120, timedelta(minutes=1))
WRONG_MACHINE_KEYS = Limit("wrong machine keys", 20, timedelta(hours=1))


def take(session: Session, limit: Limit, of: str, *, at: datetime) -> None:
    """Count one try by `of` (an address, an account). TooMany when there were too many.

    Call it in a writing block of its own, so that the count stays when the deed itself fails.
    """
    refuse_spent(session, limit, of, at=at)
    session.add(Attempt(key=_key(limit, of), at=at))


def refuse_spent(session: Session, limit: Limit, of: str, *, at: datetime) -> None:
    """TooMany when `of` has no try left; counts none. Nobody else counts one for it until the
    transaction ends, so that many at once do not slip through before the first is counted."""
    key = _key(limit, of)
    recent = sa.and_(Attempt.key == key, Attempt.at > at - limit.within)
    _lock(session, key)
    tries = session.scalar(sa.select(sa.func.count()).select_from(Attempt).where(recent)) or 0
    if tries >= limit.most:
        raise TooMany(
            "You have tried this too often. Wait a while, and try again.",
            int(limit.within.total_seconds()),
        )


def _key(limit: Limit, of: str) -> str:
    return digest(f"{limit.name}:{of}")


def _lock(session: Session, key: str) -> None:
    """Serialise counting of one key. SQLite's writers already come one at a time."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(int(key[:15], 16))))


def visitor() -> str:
    """The address a request came from: IPv4 whole, IPv6 by its /64, which one household has."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    # A server that listens on both families sees IPv4 visitors as mapped addresses.
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network(f"{address}/64", strict=False))
