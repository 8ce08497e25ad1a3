"""What the worker does for a request: keep its video safe, tidy up after it, and every
day remind whoever has not sent what we asked for and say so where we are late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.dates import london_day
from portal.house import House
from portal.outbox.commands import Lease, owe
from portal.requests.commands.delaying import tell_of_delay
from portal.requests.commands.keeping_safe import keep_safe
from portal.requests.commands.reminding import remind
from portal.requests.commands.searching_again import owe_searches
from portal.requests.commands.tidying import tidy
from portal.requests.waiting_queries import to_remind, to_tell_of_delay

REMIND, DELAY = "remind", "tell_of_delay"


def preserve(house: House, held: Lease) -> Callable[[Session], object]:
    """Search by what the applicant said and handlers looked for, and bar every candidate from
    deletion.

    Runs on receipt, and again every day to day 35, because cameras are docked late (rules 3).
    """
    request_id = UUID(held.payload["request_id"])
    kept_for = timedelta(days=house.settings.retention_days)
    return lambda session: keep_safe(
        session, request_id=request_id, by=WORKER, at=house.now(), kept_for=kept_for
    )


def search_again(house: House, held: Lease) -> Callable[[Session], object]:
    """Recordings were taken in: search again for the open requests whose time they touch."""
    since, until = (datetime.fromisoformat(held.payload[name]) for name in ("since", "until"))
    return lambda session: owe_searches(
        session, since=since, until=until, cause=held.job_id, at=house.now()
    )


def tidy_up(house: House, held: Lease) -> Callable[[Session], object]:
    """Forget what nobody came back for, and the proofs that are no longer needed."""
    return lambda session: tidy(session, by=WORKER, at=house.now())


def look_at_the_day(house: House, held: Lease) -> Callable[[Session], object]:
    """Once a day: owe a reminder, or the news that we are late, to each request that is due one.

    Each is a job of its own, in a transaction of its own, so that one that fails stops no other;
    it looks again whether it is still due. A day on which no worker ran is made up for.
    """
    at = house.now()

    def owe_each(session: Session) -> None:
        day = london_day(at)
        for request_id in to_remind(session, today=day):
            owe(session, REMIND, payload=_of(request_id), key=f"remind:{request_id}:{day}", at=at)
        for request_id in to_tell_of_delay(session, today=day):
            owe(session, DELAY, payload=_of(request_id), key=f"delay:{request_id}:{day}", at=at)

    return owe_each


def remind_one(house: House, held: Lease) -> Callable[[Session], object]:
    """Remind one applicant of what has not come, if it still has not."""
    request_id = UUID(held.payload["request_id"])
    return lambda session: remind(session, request_id=request_id, by=WORKER, at=house.now())


def tell_one_of_delay(house: House, held: Lease) -> Callable[[Session], object]:
    """Say to one applicant that we are late, if we still are."""
    request_id = UUID(held.payload["request_id"])
    return lambda session: tell_of_delay(session, request_id=request_id, by=WORKER, at=house.now())


def _of(request_id: UUID) -> dict[str, Any]:
    return {"request_id": str(request_id)}
