"""Searching for a request's video, and keeping what was found from deletion."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.db import locked
from portal.errors import NotFound, Refused
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
    Refused once the request is answered or closed: its video is on its way to being deleted as
    usual, and a search would keep it for ever.
    """
    if not _is_open(session, request_id):
        raise Refused("This request is answered or closed. Nothing more is searched for it.")
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


def keep_safe(session: Session, *, request_id: UUID, by: Actor, at: datetime) -> None:
    """The worker's daily search: like the first, until the request is answered or closed."""
    if _is_open(session, request_id):
        search_and_preserve(session, request_id=request_id, by=by, at=at)


def _is_open(session: Session, request_id: UUID) -> bool:
    """Under the request's lock, so that an answer in the same moment comes before or after."""
    footage_request = locked(session, FootageRequest, request_id)
    if footage_request is None:
        raise NotFound("There is no such request.")
    return footage_request.status.is_open


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
