"""The blueprint of the applicant's own pages, and the one way to know that a request is theirs."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.identity.proof import CodePurpose
from portal.identity.queries import visit
from portal.requests.applicant_queries import request_id_for
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id
from portal.web.guards import browser
from portal.web.limits import Limit, take, visitor
from portal.web.session import now, reading, writing

__all__ = ["blueprint", "limit", "own_id", "own_request", "seen_id"]

blueprint = Blueprint("your_request", __name__)


def seen_id(session: Session, reference: str) -> UUID | None:
    """The request's id, if this browser has shown that it is theirs."""
    request_id = request_id_for(session, reference)
    mine = visit(
        session,
        purpose=CodePurpose.REQUEST,
        subject_id=request_id,
        browser=browser(),
        at=now(),
    )
    return request_id if mine is not None else None


def own_id(reference: str) -> UUID:
    """The same, or NotFound: a request that is somebody else's is not there."""
    with reading() as session:
        request_id = seen_id(session, reference)
    if request_id is None:
        raise NotFound()
    return request_id


def own_request(session: Session, reference: str) -> FootageRequest:
    """The whole request, or NotFound."""
    request_id = seen_id(session, reference)
    if request_id is None:
        raise NotFound()
    return by_id(session, request_id)


def limit(what: Limit) -> None:
    """Count one try of this visitor, whatever becomes of it."""
    with writing() as session:
        take(session, what, visitor(), at=now())
