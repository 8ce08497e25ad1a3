"""A hold ended: does the request that it kept waiting open again?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.disclosure.queries.restrictions import free_again
from portal.requests.commands.reopening import reopen_request
from portal.requests.lifecycle import Status
from portal.requests.queries import lock_request


def look_again(
    session: Session,
    *,
    request_id: UUID,
    recording_id: int | None,
    ended_on: date | None,
    by: Actor,
    at: datetime,
) -> None:
    """Open a request again if something that its answer held back is free now, and stays so until
    the transaction ends: the recording is locked, and a hold is placed under the same lock.

    With `recording_id` only that one is looked at: what the answer did not hold back changes
    nothing. Where a new matter has taken it back meanwhile the request stays as it is, the book
    says so, and the end of that matter's hold brings us here again. However often this runs, one
    answer is opened again once.
    """
    footage_request = lock_request(session, request_id)
    if footage_request.status is not Status.ANSWERED_HELD:
        return
    free = free_again(session, request_id, recording_id)
    if free is None:
        return
    if not free:
        record(session, "request.stays_held", subject=footage_request.reference, by=by, at=at)
        return
    reopen_request(session, request_id=request_id, by=by, at=at, ended_on=ended_on)
