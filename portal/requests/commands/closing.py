"""Closing a request by hand, when nothing more will come of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.identity.commands.proofs import delete_pictures
from portal.requests.commands.keeping import let_go
from portal.requests.commands.moving import move
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest


class ClosedBecause(StrEnum):
    """Why a request is closed; the words of the ledger."""

    NO_PROOF = "no_proof"
    NO_CLARIFICATION = "no_clarification"
    NO_FEE = "no_fee"
    NOT_VALID = "not_valid"
    DUPLICATE = "duplicate"

    @property
    def label(self) -> str:
        """The reason as handlers read it."""
        return _WORDS[self][0]

    @property
    def ending(self) -> Ending:
        """The outcome code it is counted under (rules 4.1)."""
        return _WORDS[self][1]


_WORDS = {
    ClosedBecause.NO_PROOF: (
        "We asked for proof or authority, and nothing came for a month",
        Ending.ID_NOT_CONFIRMED,
    ),
    ClosedBecause.NO_CLARIFICATION: (
        "We asked a question, and no answer came for a month",
        Ending.CLARIFICATION_NOT_RECEIVED,
    ),
    ClosedBecause.NO_FEE: ("The fee was not paid in time", Ending.CLARIFICATION_NOT_RECEIVED),
    ClosedBecause.NOT_VALID: (
        "It is not a valid request, and help did not mend it",
        Ending.NOT_VALID,
    ),
    ClosedBecause.DUPLICATE: ("It asks for the same as another request", Ending.REDIRECTED),
}


def close(
    session: Session, *, request_id: UUID, because: ClosedBecause, by: Actor, at: datetime
) -> FootageRequest:
    """Close a request. Its video is kept for three more months, then deleted as usual; pictures
    of proofs are deleted now."""
    footage_request = move(
        session,
        request_id=request_id,
        event=Event.CLOSED,
        by=by,
        at=at,
        note=because.value,
        ending=because.ending,
    )
    let_go(session, footage_request, by=by, at=at)
    delete_pictures(session, subject_id=request_id, at=at, due_at=at)
    return footage_request
