"""The only way a request moves: by one event, along the lifecycle's table, with a step in the
ledger, a line in the book, and the clock counted anew."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import london_day
from portal.errors import Refused
from portal.requests.clock import Clock
from portal.requests.endings import Ending
from portal.requests.ledger import open_asks
from portal.requests.lifecycle import Event, Status, after, obstacle
from portal.requests.models import FootageRequest, RequestStep
from portal.requests.queries import clock_now, facts_of, lock_request, steps_of


def move(
    session: Session,
    *,
    request_id: UUID,
    event: Event,
    by: Actor,
    at: datetime,
    on: date | None = None,
    note: str = "",
    ending: Ending | None = None,
) -> FootageRequest:
    """Let an event happen to a request, under a lock on its row.

    `on` is the day that counts in law, by default London's day at `at`. `note` is for the
    ledger and holds no personal data. `ending` is given with an event that ends the request, and
    an event that opens it again takes it away. Refused when the lifecycle does not allow it or an
    obstacle stands; NotFound when there is no such request.
    """
    footage_request = lock_request(session, request_id)
    # FOIA s.8 asks for a name and an address: what was asked for under another law is not awaited.
    steps = steps_of(session, request_id) if footage_request.regime.is_sar else []
    status = after(
        footage_request.status,
        event,
        is_identity_open=bool(open_asks(steps)),
        is_authority_open=bool(open_asks(steps, Event.AUTHORITY_ASKED, Event.AUTHORITY_ACCEPTED)),
    )
    hindrance = obstacle(event, facts_of(session, footage_request))
    if hindrance:
        raise Refused(hindrance)
    add_step(session, footage_request, status, event=event, by=by, at=at, on=on, note=note)
    footage_request.status = status
    footage_request.ending = None if status.is_open else ending or footage_request.ending
    keep_clock(session, footage_request)
    record(
        session,
        f"request.{event.value}",
        subject=footage_request.reference,
        by=by,
        at=at,
        status=status.value,
    )
    return footage_request


def add_step(
    session: Session,
    footage_request: FootageRequest,
    status_after: Status,
    *,
    event: Event,
    by: Actor,
    at: datetime,
    on: date | None = None,
    note: str = "",
) -> None:
    """Append to the ledger. The first step has no status before it."""
    numbers = sa.select(sa.func.max(RequestStep.number)).where(
        RequestStep.request_id == footage_request.id
    )
    last = session.scalar(numbers) or 0
    before = footage_request.status if last else None
    session.add(
        RequestStep(
            request_id=footage_request.id,
            number=last + 1,
            event=event,
            status_before=before,
            status_after=status_after,
            at=at,
            on=on or london_day(at),
            actor_kind=by.kind.value,
            actor_id=by.id,
            note=note,
        )
    )
    session.flush()


def keep_clock(session: Session, footage_request: FootageRequest) -> Clock:
    """Count the clock from the ledger and keep its dates on the request."""
    clock = clock_now(session, footage_request, steps_of(session, footage_request.id))
    footage_request.start_on = clock.start_on
    footage_request.legal_due_on = clock.legal_due_on
    footage_request.promise_due_on = clock.promise_due_on
    footage_request.target_due_on = clock.target_due_on
    footage_request.staff_target_on = clock.staff_target_on
    return clock
