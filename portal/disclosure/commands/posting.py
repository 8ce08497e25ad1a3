"""Noting that an answer went into the post, to somebody who has no e-mail address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import locked
from portal.disclosure.commands.gating import is_barred
from portal.disclosure.models import Release
from portal.disclosure.queries.handovers import is_to_hand_over
from portal.disclosure.queries.releases import release_of
from portal.errors import NotFound, Refused
from portal.requests.models import Applicant, FootageRequest


def mark_answer_posted(session: Session, *, release_id: UUID, by: Actor, at: datetime) -> str:
    """Note that the answer of this release went into the post; returns the request's reference.

    Refused when it was not for the post, or went, and when the gate bars a recording in it: it
    is asked under lock, for as long as there is something to post. Refused too when there is video
    to post with it: two people hand that over. NotFound when there is no such release.
    """
    release = locked(session, Release, release_id)
    if release is None:
        raise NotFound("There is no such answer.")
    if session.get_one(Applicant, release.request_id).email or release.posted_at is not None:
        raise Refused("This answer does not wait to be posted.")
    if release.files_deleted_at is None and is_barred(session, release_of(session, release_id)):
        raise Refused("A hold came after this answer. Do not post it. Look at the Release tab.")
    if is_to_hand_over(session, release_of(session, release_id)):
        raise Refused(
            "There is video in this answer. Two people hand it over: see its Release tab."
        )
    release.posted_at, release.posted_by = at, by.id
    reference = session.get_one(FootageRequest, release.request_id).reference
    record(session, "letter.posted", subject=reference, by=by, at=at, release=str(release.id))
    return reference
