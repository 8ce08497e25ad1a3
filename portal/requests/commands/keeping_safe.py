"""The worker's searches: what was filmed is found and kept however late its camera is docked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import WORKER, Actor
from portal.audit.commands import record
from portal.errors import Refused
from portal.recordings.commands import preserve
from portal.recordings.criteria import Criteria
from portal.recordings.finding import Answer, search
from portal.recordings.models import Search
from portal.recordings.queries import candidate_numbers
from portal.recordings.searched import is_whole
from portal.requests.commands.searching import (
    KEPT_FOR,
    as_said,
    likeliest,
    open_one,
    owe_next,
    write_down,
)

# A handler tries a few places and times for a request. Each is searched again every day.
MOST_REPEATED = 10


def keep_safe(
    session: Session,
    *,
    request_id: UUID,
    by: Actor,
    at: datetime,
    kept_for: timedelta = KEPT_FOR,
) -> None:
    """Search by the sighting and by what handlers searched for since, until the request is
    answered or closed, and preserve all that is found.

    The search by the sighting is written down every time: its record says when we last looked. A
    handler's is written down again only when it finds what nobody has found for this request, so
    that the list of searches stays one that a person can read.

    What the handler sees stays as it is: the newest search made by a handler leads, what is known
    keeps the score and the search it has, and what is new joins the list.
    """
    footage_request = open_one(session, request_id)
    if footage_request is None:
        return
    sighting = as_said(session, footage_request, kept_for=kept_for)
    made = _by_handlers(session, request_id)
    others = _to_repeat(session, made, but=sighting, by=by, at=at)
    answers = [search(session, criteria) for criteria in (*others, sighting)]
    # All at once, so that recordings are locked in the order of their numbers, as everywhere.
    numbers = {number for answer in answers for number in likeliest(answer)}
    known = candidate_numbers(session, request_id)
    preserve(session, request_id=request_id, recording_ids=numbers, by=by, at=at)
    for answer in answers[:-1]:
        known = _note_if_new(session, request_id, answer, known, by, at)
    # Where a handler has looked for something else last, that is what the scores are for.
    is_led = bool(made) and made[0].criteria != sighting.as_json()
    write_down(session, request_id, answers[-1], by=by, at=at, known_stay=is_led)
    owe_next(session, footage_request, at)


def _by_handlers(session: Session, request_id: UUID) -> Sequence[Search]:
    """The searches that handlers made for a request, the newest first."""
    return session.scalars(
        sa.select(Search)
        .where(Search.request_id == request_id, Search.asked_by != WORKER.id)
        .order_by(Search.id.desc())
    ).all()


def _to_repeat(
    session: Session, made: Sequence[Search], *, but: Criteria, by: Actor, at: datetime
) -> list[Criteria]:
    """What to search for again besides the sighting, each once, the newest first. A search of a
    part is not: the part was chosen because the whole was too wide."""
    wanted: list[Criteria] = []
    for one in made:
        if len(wanted) == MOST_REPEATED:
            break
        criteria = _read(session, one, by, at) if is_whole(one) else None
        if criteria is not None and criteria != but and criteria not in wanted:
            wanted.append(criteria)
    return wanted


def _read(session: Session, made: Search, by: Actor, at: datetime) -> Criteria | None:
    """What a search was for. One that cannot be read is said so in the book, and keeps nobody
    from searching by the sighting."""
    try:
        return Criteria.from_json(made.criteria)
    except Refused:
        subject = str(made.request_id)
        record(session, "search.unreadable", subject=subject, by=by, at=at, search=made.id)
        return None


def _note_if_new(
    session: Session,
    request_id: UUID,
    answer: Answer,
    known: frozenset[int],
    by: Actor,
    at: datetime,
) -> frozenset[int]:
    """Write a search down if it found what is not `known`; returns what is known after it."""
    found = known.union(likeliest(answer))
    if found != known:
        write_down(session, request_id, answer, by=by, at=at, known_stay=True)
    return found
