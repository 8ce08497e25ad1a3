"""Noting that an answer went into the post, to somebody who has no e-mail address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import locked
from portal.disclosure.models import Release
from portal.errors import NotFound, Refused
from portal.requests.models import Applicant, FootageRequest


def mark_answer_posted(session: Session, *, release_id: UUID, by: Actor, at: datetime) -> str:
    """Note that the answer of this release went into the post; returns the request's reference.

    Refused when it was not for the post, or went. NotFound when there is no such release.
    """
    release = locked(session, Release, release_id)
    if release is None:
        raise NotFound("There is no such answer.")
    if session.get_one(Applicant, release.request_id).email or release.posted_at is not None:
        raise Refused("This answer does not wait to be posted.")
    release.posted_at, release.posted_by = at, by.id
    reference = session.get_one(FootageRequest, release.request_id).reference
    record(session, "letter.posted", subject=reference, by=by, at=at, release=str(release.id))
    return reference
