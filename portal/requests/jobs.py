"""What the worker does for a request: keep its video safe, reopen it, tidy up after it."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.house import House
from portal.outbox.commands import Lease
from portal.requests.commands.reopening import reopen_request
from portal.requests.commands.searching import keep_safe
from portal.requests.commands.tidying import tidy


def preserve(house: House, held: Lease) -> Callable[[Session], object]:
    """Search by what the applicant said, and bar every candidate from deletion.

    Runs on receipt, and again every day to day 35, because cameras are docked late (rules 3).
    """
    request_id = UUID(held.payload["request_id"])
    return lambda session: keep_safe(session, request_id=request_id, by=WORKER, at=house.now())


def reopen(house: House, held: Lease) -> Callable[[Session], object]:
    """The last hold on a recording somebody asked for ended: look again."""
    request_id = UUID(held.payload["request_id"])
    return lambda session: reopen_request(session, request_id=request_id, by=WORKER, at=house.now())


def tidy_up(house: House, held: Lease) -> Callable[[Session], object]:
    """Forget what nobody came back for, and the proofs that are no longer needed."""
    return lambda session: tidy(session, by=WORKER, at=house.now())
