"""Searching for a request's video, and keeping what was found from deletion."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.db import locked
from portal.errors import NotFound, Refused
from portal.outbox.commands import owe
from portal.recordings.commands import preserve, record_search
from portal.recordings.criteria import MOST_PROPOSED, Criteria, is_too_wide, searchable_part
from portal.recordings.describing import described
from portal.recordings.finding import Answer, search
from portal.recordings.models import Search
from portal.requests.models import FootageRequest, SightingRow
from portal.requests.wanted import SaidSighting, Widening, criteria_for

# Footage appears late, when a camera is docked: the search runs again every day until then.
SEARCH_UNTIL_DAY = 35
# How long most video is kept, unless the house says otherwise.
KEPT_FOR = timedelta(days=31)
TOO_WIDE = (
    "This would find more recordings than anybody could look through. Choose less time, or less "
    "distance."
)


def search_and_preserve(
    session: Session,
    *,
    request_id: UUID,
    by: Actor,
    at: datetime,
    widening: Widening | None = None,
    elsewhere: SaidSighting | None = None,
    kept_for: timedelta = KEPT_FOR,
) -> Search:
    """Search by the sighting, write the search down, and preserve every candidate.

    `elsewhere` is where and when to look instead of what the applicant said.

    The record is kept even when nothing was found: it feeds the `not_held` letter (rules R8).
    What is too wide to search whole is searched in part (`criteria.searchable_part`): the record
    says so, and "not held" cannot be answered from it. `kept_for` is how long most video is kept.
    Refused once the request is answered or closed: its video is on its way to being deleted as
    usual, and a search would keep it for ever. Refused too when it is the widening that is too
    much.
    """
    footage_request = open_one(session, request_id)
    if footage_request is None:
        raise Refused("This request is answered or closed. Nothing more is searched for it.")
    if elsewhere is None and widening in (None, Widening()):
        criteria = as_said(session, footage_request, kept_for=kept_for)
    else:
        sighting = elsewhere or session.get_one(SightingRow, request_id)
        criteria = criteria_for(sighting, widening or Widening())
        if is_too_wide(criteria):
            raise Refused(TOO_WIDE)
    answer = search(session, criteria)
    written = write_down(session, request_id, answer, by=by, at=at)
    preserve(session, request_id=request_id, recording_ids=likeliest(answer), by=by, at=at)
    owe_next(session, footage_request, at)
    return written


def as_said(
    session: Session, footage_request: FootageRequest, *, kept_for: timedelta = KEPT_FOR
) -> Criteria:
    """What to search for by the sighting: the same every day, and so the same part of what is too
    wide, so that one request never keeps more than such a part of days."""
    asked = criteria_for(session.get_one(SightingRow, footage_request.id), Widening())
    return searchable_part(asked, kept_since=footage_request.received_at - kept_for)


def likeliest(answer: Answer) -> list[int]:
    """Our numbers of what is proposed and kept of what a search found, the likeliest first."""
    return [int(number) for number in answer.likeliest(MOST_PROPOSED).numbers]


def write_down(
    session: Session,
    request_id: UUID,
    answer: Answer,
    *,
    by: Actor,
    at: datetime,
    known_stay: bool = False,
) -> Search:
    """Write down a request's search and how many it found, and propose the likeliest of them (see
    `record_search`)."""
    return record_search(
        session,
        request_id=request_id,
        criteria=_marked(answer.criteria, len(answer)),
        # Cut before there are words: those cost far more than finding does.
        found=described(session, answer.likeliest(MOST_PROPOSED)),
        by=by,
        at=at,
        known_stay=known_stay,
        count=len(answer),
    )


def _marked(searched: Criteria, found: int) -> Criteria:
    """With more found than may be proposed, only the likeliest are: a part of what was asked."""
    if found <= MOST_PROPOSED or searched.part_of:
        return searched
    return replace(searched, part_of=(searched.since, searched.until))


def open_one(session: Session, request_id: UUID) -> FootageRequest | None:
    """The request if it is open, under its lock, so that an answer in the same moment comes
    before or after."""
    footage_request = locked(session, FootageRequest, request_id)
    if footage_request is None:
        raise NotFound("There is no such request.")
    return footage_request if footage_request.status.is_open else None


def owe_next(session: Session, footage_request: FootageRequest, at: datetime) -> None:
    """Owe the search of the next day, up to day 35. Nothing for a request that is not open."""
    age = (at - footage_request.received_at).days
    if footage_request.status.is_open and age < SEARCH_UNTIL_DAY:
        owe(
            session,
            "preserve",
            payload={"request_id": str(footage_request.id)},
            key=f"preserve:{footage_request.id}:day-{age + 1}",
            at=at,
            due_at=footage_request.received_at + timedelta(days=age + 1),
        )
