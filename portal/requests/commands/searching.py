"""Searching for a request's video, and keeping what was found from deletion."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.outbox.commands import owe
from portal.recordings.commands import preserve, record_search
from portal.recordings.finding import search
from portal.recordings.models import Search
from portal.requests.models import FootageRequest, SightingRow
from portal.requests.wanted import Widening, criteria_for

# Footage appears late, when a camera is docked: the search runs again every day until then.
SEARCH_UNTIL_DAY = 35


def search_and_preserve(
    session: Session,
    *,
    request_id: UUID,
    by: Actor,
    at: datetime,
    widening: Widening | None = None,
) -> Search:
    """Search by the sighting, write the search down, and preserve every candidate.

    The record is kept even when nothing was found: it feeds the `not_held` letter (rules R8).
    """
    sighting = session.get_one(SightingRow, request_id)
    criteria = criteria_for(sighting, widening or Widening())
    found = search(session, criteria)
    written = record_search(
        session, request_id=request_id, criteria=criteria, found=found, by=by, at=at
    )
    preserve(
        session,
        request_id=request_id,
        recording_ids=[candidate.recording_id for candidate in found],
        by=by,
        at=at,
    )
    _owe_next(session, request_id, at)
    return written


def _owe_next(session: Session, request_id: UUID, at: datetime) -> None:
    footage_request = session.get_one(FootageRequest, request_id)
    age = (at - footage_request.received_at).days
    if footage_request.status.is_open and age < SEARCH_UNTIL_DAY:
        owe(
            session,
            "preserve",
            payload={"request_id": str(request_id)},
            key=f"preserve:{request_id}:day-{age + 1}",
            at=at,
            due_at=footage_request.received_at + timedelta(days=age + 1),
        )
