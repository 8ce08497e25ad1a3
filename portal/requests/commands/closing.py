"""Closing a request by hand, when nothing more will come of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.identity.commands.proofs import delete_pictures
from portal.recordings.commands import release_preservations
from portal.requests.commands.moving import move
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest

# The time to ask for a review or to complain: three months, after which video is deleted as
# usual again (rules, section 3).
KEPT_AFTER_CLOSING = timedelta(days=92)


class ClosedBecause(StrEnum):
    """Why a request is closed; the words of the ledger."""

    NOTHING_CAME = "nothing_came"
    DUPLICATE = "duplicate"

    @property
    def label(self) -> str:
        """The reason as handlers read it."""
        return _LABELS[self]


_LABELS = {
    ClosedBecause.NOTHING_CAME: "We asked for something, and nothing came for a month",
    ClosedBecause.DUPLICATE: "It asks for the same as another request",
}


def close(
    session: Session, *, request_id: UUID, because: ClosedBecause, by: Actor, at: datetime
) -> FootageRequest:
    """Close a request. Its video is kept for three more months, then deleted as usual; pictures
    of proofs are deleted now."""
    footage_request = move(
        session, request_id=request_id, event=Event.CLOSED, by=by, at=at, note=because.value
    )
    release_preservations(
        session, request_id=request_id, until=at + KEPT_AFTER_CLOSING, by=by, at=at
    )
    delete_pictures(session, subject_id=request_id, at=at, due_at=at)
    return footage_request
