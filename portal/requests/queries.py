"""Reading requests."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.db import locked
from portal.errors import NotFound
from portal.identity.queries import address_changed_at
from portal.recordings.models import Candidate, CandidateStatus, Search
from portal.requests.afresh import afresh, opened_again_on
from portal.requests.clock import Clock, clock_of
from portal.requests.holidays import known_holidays
from portal.requests.knowing import is_asked_again
from portal.requests.ledger import clock_events
from portal.requests.lifecycle import Facts
from portal.requests.models import Applicant, FootageRequest, Representative, RequestStep


def by_reference(session: Session, reference: str) -> FootageRequest:
    """The request with everything that hangs on it. NotFound when there is none."""
    return _whole(session, FootageRequest.reference == reference)


def by_id(session: Session, request_id: UUID) -> FootageRequest:
    """The request with everything that hangs on it. NotFound when there is none."""
    return _whole(session, FootageRequest.id == request_id)


def lock_request(session: Session, request_id: UUID) -> FootageRequest:
    """The request, locked until the transaction ends. NotFound when there is none.

    Lock a request before its recordings, so that no two commands wait for each other.
    """
    found = locked(session, FootageRequest, request_id)
    if found is None:
        raise NotFound("There is no such request.")
    return found


def _whole(session: Session, wanted: sa.ColumnElement[bool]) -> FootageRequest:
    found = session.scalars(
        sa.select(FootageRequest)
        .where(wanted)
        .options(
            joinedload(FootageRequest.applicant),
            joinedload(FootageRequest.representative),
            joinedload(FootageRequest.sighting),
            selectinload(FootageRequest.steps),
            selectinload(FootageRequest.messages),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such request.")
    return found


def steps_of(session: Session, request_id: UUID) -> Sequence[RequestStep]:
    """The ledger of a request, oldest first."""
    return session.scalars(
        sa.select(RequestStep)
        .where(RequestStep.request_id == request_id)
        .order_by(RequestStep.number)
    ).all()


def clock_now(
    session: Session, footage_request: FootageRequest, steps: Sequence[RequestStep]
) -> Clock:
    """The clock as the ledger stands, by the bank holidays that are known now."""
    regime, holidays = footage_request.regime, known_holidays(session)
    clock = clock_of(regime, clock_events(regime, steps), holidays)
    opened_on = opened_again_on(steps)
    return clock if opened_on is None else afresh(clock, opened_on, holidays)


def facts_of(session: Session, footage_request: FootageRequest) -> Facts:
    """What the lifecycle's obstacles need to know."""
    searches = sa.select(sa.func.count()).where(Search.request_id == footage_request.id)
    unjudged = sa.select(sa.func.count()).where(
        Candidate.request_id == footage_request.id, Candidate.status == CandidateStatus.PROPOSED
    )
    return Facts(
        regime=footage_request.regime,
        is_identity_accepted=footage_request.identity_accepted_at is not None,
        searches=session.scalar(searches) or 0,
        unjudged_candidates=session.scalar(unjudged) or 0,
        # Anybody may ask under FOIA s.1: there, nobody needs leave to ask for another.
        is_authority_needed=footage_request.regime.is_sar
        and session.get(Representative, footage_request.id) is not None,
        is_authority_accepted=footage_request.authority_accepted_at is not None,
        ending=footage_request.ending,
        is_search_too_wide=is_search_too_wide(session, footage_request.id),
        is_address_to_confirm=is_address_to_confirm(session, footage_request.id),
    )


def is_address_to_confirm(session: Session, request_id: UUID) -> bool:
    """Whether they must show that their e-mail address is theirs, and have not: because it is
    another one since, or the request reopened so long after we knew it."""
    applicant = session.get_one(Applicant, request_id)
    if not applicant.email or applicant.email_confirmed_at is not None:
        return False
    is_another = address_changed_at(session, request_id) is not None
    return is_another or is_asked_again(steps_of(session, request_id))


def is_search_too_wide(session: Session, request_id: UUID) -> bool:
    """Whether only parts were searched, because the whole is too wide: then nobody can say yet
    what is held, nor that nothing is."""
    asked = sa.select(searched_in_part()).where(FootageRequest.id == request_id)
    return bool(session.scalar(asked))


def searched_in_part() -> sa.ColumnElement[bool]:
    """The same, of the request of the enclosing query (see `recordings.searched.is_whole`)."""
    searched = sa.exists().where(Search.request_id == FootageRequest.id)
    whole = searched.where(Search.criteria["part_of"].as_string().is_(None))
    return sa.and_(searched, ~whole)
