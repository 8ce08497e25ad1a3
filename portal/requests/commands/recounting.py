"""Counting the dates of open requests anew, when what they rest on has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import Database, locked
from portal.requests.clock import Clock
from portal.requests.commands.moving import keep_clock
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from portal.requests.queries import clock_now, steps_of

DATES = ("start_on", "legal_due_on", "promise_due_on", "target_due_on", "staff_target_on")


@dataclass(frozen=True)
class Moved:
    """A request whose dates are not those it kept: each date's name with the kept and the right."""

    reference: str
    dates: dict[str, tuple[date | None, date | None]]


def recount(session: Session, *, request_id: UUID, by: Actor, at: datetime) -> Moved | None:
    """Count one open request's dates anew, under its lock; None when they stay as they are.

    The book says which dates moved. Nobody is told: what was promised in a letter stands in that
    letter, and the request's own pages show the new date with its working.
    """
    footage_request = locked(session, FootageRequest, request_id)
    if footage_request is None or not footage_request.status.is_open:
        return None
    moved = _moved(
        footage_request, clock_now(session, footage_request, steps_of(session, request_id))
    )
    if moved is None:
        return None
    keep_clock(session, footage_request)
    record(
        session,
        "request.recounted",
        subject=moved.reference,
        by=by,
        at=at,
        **{f"{name}_was": _iso(was) for name, (was, _) in moved.dates.items()},
        **{f"{name}_is": _iso(now) for name, (_, now) in moved.dates.items()},
    )
    return moved


def recount_open(database: Database, *, by: Actor, at: datetime) -> list[Moved]:
    """Count every open request, each in a transaction of its own; those whose dates moved.

    It may be stopped and run again at any time: what was counted stays counted.
    """
    wait_for_clocks(database)
    with database.reading() as session:
        ids = open_ids(session)
    moved = []
    for request_id in ids:
        with database.writing() as session:
            moved.append(recount(session, request_id=request_id, by=by, at=at))
    return [one for one in moved if one is not None]


def wait_for_clocks(database: Database) -> None:
    """Let every transaction end that has read the bank holidays and may keep a date by them.

    A request that is being received while holidays are imported is not there to be counted yet.
    PostgreSQL gives this lock when nobody holds a row they have read here; SQLite knows one
    writer at a time, so there nobody is under way.
    """
    with database.writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text("LOCK TABLE bank_holiday IN ACCESS EXCLUSIVE MODE"))


def open_ids(session: Session) -> Sequence[UUID]:
    """Every request that still waits for its answer, the oldest first."""
    is_open = FootageRequest.status.in_([status for status in Status if status.is_open])
    ordered = sa.select(FootageRequest.id).where(is_open).order_by(FootageRequest.received_at)
    return session.scalars(ordered).all()


def differing(session: Session) -> Iterable[Moved]:
    """The open requests whose kept dates are not those that their ledger gives. Reads only."""
    for request_id in open_ids(session):
        footage_request = session.get_one(FootageRequest, request_id)
        clock = clock_now(session, footage_request, steps_of(session, request_id))
        if moved := _moved(footage_request, clock):
            yield moved


def _moved(footage_request: FootageRequest, clock: Clock) -> Moved | None:
    pairs = {name: (getattr(footage_request, name), getattr(clock, name)) for name in DATES}
    dates = {name: (was, now) for name, (was, now) in pairs.items() if was != now}
    return Moved(footage_request.reference, dates) if dates else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else "none"
