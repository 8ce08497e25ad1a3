"""Routine deletion of non-evidential footage. What a hold or a preservation keeps, stays."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import london_day
from portal.db import Database
from portal.errors import Refused
from portal.holds.commands.shutting import owe_closing
from portal.holds.keeping_queries import (
    Due,
    KeptBy,
    Place,
    held_and_preserved,
    kept_despite_age,
    past_their_time,
)
from portal.holds.policy import may_delete
from portal.holds.queries import facts_of_each
from portal.outbox.queries import unpaid
from portal.recordings.bulk import prepare
from portal.recordings.commands import forget
from portal.recordings.models import Recording

_PAGE = 500
# A search that recordings taken in just now have caused begins a few seconds later
# (`searching_again.GATHERING`).
_ABOUT_TO_BEGIN = timedelta(seconds=10)

# Told of each recording: what it is, and why it goes, or by what it is kept.
Listing = Callable[[Due, str, KeptBy | None], None]


@dataclass(frozen=True)
class RetentionReport:
    """What routine deletion did, or would do: how many go, on which London day those were
    recorded, and how many are kept past their age by what."""

    deleted: int
    by_day: dict[date, int]
    kept: dict[KeptBy, int]
    is_dry_run: bool


@dataclass(frozen=True)
class _Run:
    database: Database
    retention: timedelta
    by: Actor
    at: datetime
    now: Callable[[], datetime]
    really: bool

    @property
    def started_before(self) -> datetime:
        return self.at - self.retention

    @property
    def why(self) -> str:
        return f"not evidence, and older than {self.retention.days} days"


def run_retention(
    database: Database,
    *,
    retention: timedelta,
    by: Actor,
    now: Callable[[], datetime],
    really: bool,
    progress: Callable[[int], None] = lambda count: None,
    listing: Listing | None = None,
    wait: Callable[[int], bool] = lambda waited: False,
) -> RetentionReport:
    """Delete every recording that is old enough and that nothing keeps, page by page.

    Each page is a transaction. The policy is asked again for each recording under its lock, so
    that a hold or preservation placed meanwhile wins. Without `really` it only looks. `listing`
    is told of each recording that goes, once it has gone, and of each that a hold or a
    preservation keeps.

    What is old enough is told by the moment the run begins. Whether a request waits for its video
    to be found and kept is asked of the clock, `now`, for each page: a run may take a night, and
    requests are sent meanwhile. While one waits, nothing is deleted: `wait` is asked to let some
    time pass, and told how often this page has waited already; where it will not, this is Refused.
    """
    at = now()
    run = _Run(database, retention, by, at, now, really)
    with database.reading() as session:
        kept = kept_despite_age(session, started_before=run.started_before, now=at)
        if listing:
            for one, by_what in held_and_preserved(
                session, started_before=run.started_before, now=at
            ):
                listing(one, "", by_what)
    by_day: Counter[date] = Counter()
    for gone in _pages(run, wait):
        by_day.update(london_day(one.started_at) for one in gone)
        if listing:
            for one in gone:
                listing(one, run.why, None)
        progress(by_day.total())
    report = RetentionReport(by_day.total(), dict(sorted(by_day.items())), kept, not really)
    if really:
        _write_down(run, report)
    return report


def _pages(run: _Run, wait: Callable[[int], bool]) -> Iterator[list[Due]]:
    """What each page deleted, once that is certain."""
    after: Place | None = None
    waited = 0
    while True:
        try:
            gone, last = _page(run, after)
        except _SearchesOwed as owed:
            if not wait(waited):
                raise Refused(owed.words) from None
            waited += 1
            continue
        yield gone
        if last is None:
            return
        after, waited = last, 0


def _page(run: _Run, after: Place | None) -> tuple[list[Due], Place | None]:
    """Delete one page; what went, and the place it came to (None when there was nothing)."""
    with run.database.writing() if run.really else run.database.reading() as session:
        if run.really:
            # No import writes meanwhile: it takes the same locks in this order.
            prepare(session)
            _stop_while_searches_are_owed(session, run.now())
        due = past_their_time(session, started_before=run.started_before, after=after, limit=_PAGE)
        free = _free(session, [one.id for one in due], run)
        if run.really:
            forget(session, free, why=run.why, by=run.by, at=run.at)
            _close_copies(session, free, run.at)
            # Where requests come in beside this transaction, one may have come meanwhile.
            _stop_while_searches_are_owed(session, run.now())
    numbers = {recording.id for recording in free}
    gone = [one for one in due if one.id in numbers]
    return gone, due[-1].place if due else None


def _close_copies(session: Session, gone: Sequence[Recording], at: datetime) -> None:
    """What is made from a recording that is deleted may not go either."""
    if gone:
        numbers = [one.id for one in gone]
        owe_closing(session, recordings=numbers, cause=f"deletion:{numbers[0]}", at=at)


def _free(session: Session, numbers: Sequence[int], run: _Run) -> list[Recording]:
    """Those that the policy lets go; locked first, where they are to go."""
    wanted = (
        sa.select(Recording)
        .where(Recording.id.in_(numbers))
        .order_by(Recording.id)
        .execution_options(populate_existing=True)
    )
    found = session.scalars(wanted.with_for_update() if run.really else wanted).all()
    return [
        recording
        for recording, facts in zip(found, facts_of_each(session, found, now=run.at), strict=True)
        if may_delete(facts, retention=run.retention, now=run.at)
    ]


class _SearchesOwed(Exception):
    def __init__(self, owed: int) -> None:
        self.words = (
            f"Nothing more was deleted: {owed} searches for requests are still owed. "
            "See that the worker runs (portal outbox status), and run this again."
        )


def _stop_while_searches_are_owed(session: Session, now: datetime) -> None:
    """A request that came in keeps its video once it was searched for, and so does one that is
    searched for again because recordings were taken in. Until then, anything could be what it
    asks for, so nothing is deleted.

    Every search that is not done counts: due, in hand, failed and to be tried again whenever, or
    dead. The one exception is a search that nobody has begun and that is not due within the next
    seconds: only tomorrow's repeat, for a request that was searched for today, is put off so far.
    """
    soon = now + _ABOUT_TO_BEGIN
    owed = sum(unpaid(session, job, at=soon) for job in ("preserve", "search_again"))
    if owed:
        raise _SearchesOwed(owed)


def _write_down(run: _Run, report: RetentionReport) -> None:
    """One line for the whole run, after those of its deletions; also when there were none."""
    with run.database.writing() as session:
        record(
            session,
            "retention.carried_out",
            subject="catalogue",
            by=run.by,
            at=run.at,
            days=run.retention.days,
            deleted=report.deleted,
            **{f"kept_by_{by_what.value}": count for by_what, count in report.kept.items()},
        )
