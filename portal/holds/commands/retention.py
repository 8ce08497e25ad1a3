"""Routine deletion of non-evidential footage. What a hold or a preservation keeps, stays."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.db import Database
from portal.errors import Refused
from portal.holds.policy import may_delete
from portal.holds.queries import due_for_deletion, facts_of, kept_despite_age
from portal.outbox.queries import unpaid
from portal.recordings.commands import forget
from portal.recordings.models import Recording

_PAGE = 200


@dataclass(frozen=True)
class RetentionReport:
    """What routine deletion did, or would do: deleted, and kept past their age by what."""

    deleted: int
    kept: dict[str, int]
    is_dry_run: bool


def run_retention(
    database: Database,
    *,
    retention: timedelta,
    by: Actor,
    at: datetime,
    really: bool,
    progress: Callable[[int], None] = lambda count: None,
) -> RetentionReport:
    """Delete every recording that is old enough and that nothing keeps, page by page.

    Each page is a transaction. The policy is asked again for each recording under its lock, so
    that a hold or preservation placed meanwhile wins. Without `really` it only counts. Refused
    while a request waits for its video to be found and kept.
    """
    deleted = 0
    last: int | None = 0
    with database.reading() as session:
        kept = kept_despite_age(session, started_before=at - retention, now=at)
    while last is not None:
        gone, last = _page(database, last, retention, by, at, really)
        deleted += gone
        progress(deleted)
    return RetentionReport(deleted, kept, is_dry_run=not really)


def _page(
    database: Database, after: int, retention: timedelta, by: Actor, at: datetime, really: bool
) -> tuple[int, int | None]:
    """Delete one page; how many, and the last id looked at (None when there was none)."""
    with database.writing() if really else database.reading() as session:
        if really:
            _refuse_while_searches_are_owed(session, at)
        due = due_for_deletion(
            session, started_before=at - retention, now=at, after=after, limit=_PAGE
        )
        gone = sum(_delete(session, one, retention, by, at, really) for one in due)
        return gone, due[-1].id if due else None


def _refuse_while_searches_are_owed(session: Session, at: datetime) -> None:
    """A request that came in keeps its video once it was searched for. Until then, anything
    could be what it asks for, so nothing is deleted."""
    owed = unpaid(session, "preserve", at=at)
    if owed:
        raise Refused(
            f"Nothing more was deleted: {owed} searches for requests are still owed. "
            "See that the worker runs (portal outbox status), and run this again."
        )


def _delete(
    session: Session, due: Recording, retention: timedelta, by: Actor, at: datetime, really: bool
) -> bool:
    if not really:
        return True
    session.refresh(due, with_for_update=True)
    if not may_delete(facts_of(session, due, now=at), retention=retention, now=at):
        return False
    forget(session, due, why=f"not evidence, and older than {retention.days} days", by=by, at=at)
    return True
