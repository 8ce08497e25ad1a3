"""Searching again for the open requests that new recordings could matter to.

Cameras are docked hours and days late. The daily search finds what they bring; this finds it within
seconds of an import, and asks only for the requests whose time the new recordings touch.
"""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.outbox.commands import owe
from portal.outbox.models import JobStatus, OutboxJob
from portal.recordings.models import Search
from portal.requests.commands.searching import SEARCH_UNTIL_DAY
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest, SightingRow

# An import writes a batch every second or less: one search then finds what several brought.
GATHERING = timedelta(seconds=5)
_OPEN = [status for status in Status if status.is_open]


def owe_searches(
    session: Session, *, since: datetime, until: datetime, cause: UUID, at: datetime
) -> int:
    """Owe a search to each open request, up to its day 35, for which this time matters: it touches
    the window of the sighting, or of a search that a handler made for the request.

    One that is owed already and has not begun will see the new recordings too, so it is not owed
    twice. `cause` is the job that asks. Returns how many are newly owed.
    """
    touched = session.scalars(
        sa.select(FootageRequest.id)
        .join(SightingRow, SightingRow.request_id == FootageRequest.id)
        .where(
            FootageRequest.status.in_(_OPEN),
            FootageRequest.received_at > at - timedelta(days=SEARCH_UNTIL_DAY),
            sa.or_(
                sa.and_(SightingRow.earliest_at <= until, SightingRow.latest_at >= since),
                _by_handlers(since, until),
            ),
        )
        .order_by(FootageRequest.id)
    ).all()
    waiting = _waiting(session) if touched else set()
    fresh = [request_id for request_id in touched if _prefix(request_id) not in waiting]
    for request_id in fresh:
        owe(
            session,
            "preserve",
            payload={"request_id": str(request_id)},
            key=f"{_prefix(request_id)}{cause}",
            at=at,
            due_at=at + GATHERING,
        )
    return len(fresh)


def _by_handlers(since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    """That a handler has searched a window that touches this time, for the enclosing request."""
    return sa.exists().where(
        Search.request_id == FootageRequest.id,
        Search.asked_by != WORKER.id,
        Search.since <= until,
        Search.until >= since,
    )


def _prefix(request_id: UUID) -> str:
    return f"preserve:{request_id}:late:"


def _waiting(session: Session) -> set[str]:
    """The beginnings of the keys of late searches that are owed and have not begun."""
    keys = session.scalars(
        sa.select(OutboxJob.key).where(
            OutboxJob.status == JobStatus.OWED, OutboxJob.key.like("preserve:%:late:%")
        )
    )
    return {key.rpartition(":")[0] + ":" for key in keys}
