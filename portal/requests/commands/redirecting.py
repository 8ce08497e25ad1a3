"""Telling somebody whom to ask instead: another controller holds what they want."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.identity.commands.proofs import delete_pictures
from portal.requests.commands.keeping import let_go
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.commands.moving import move
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event, Regime
from portal.requests.models import Message


def redirect_elsewhere(
    session: Session, *, request_id: UUID, whom: str, contact: str, by: Actor, at: datetime
) -> Message:
    """End a request that is for somebody else to answer, and say who they are and how to reach
    them (rules 1.1; FOIA s.16: advice and assistance).

    The words are a message on the applicant's page; the e-mail says only that there is one.
    """
    footage_request = move(
        session,
        request_id=request_id,
        event=Event.REDIRECTED,
        by=by,
        at=at,
        ending=Ending.REDIRECTED,
    )
    let_go(session, footage_request, by=by, at=at)
    delete_pictures(session, subject_id=request_id, at=at, due_at=at)
    return write_to_applicant(
        session,
        request_id=request_id,
        body=_words(whom.strip(), contact.strip(), footage_request.regime),
        by=by,
        at=at,
    )


def _words(whom: str, contact: str, regime: Regime) -> str:
    return (
        "We cannot answer this request, because somebody else has what you ask for. "
        f"Ask {whom}:\n{contact}\n"
        "We have closed your request here. Tell us if you think that we have it after all: we can "
        f"open it again.\n{_rights(regime)}"
    )


def _rights(regime: Regime) -> str:
    """What somebody can do who thinks that we are wrong (DPA 2018 ss.164A, 165, 167; FOIA
    s.50)."""
    if regime.is_sar:
        return (
            "If you think we got this wrong, you can complain to us. You can also complain to the "
            "Information Commissioner, or go to court."
        )
    return (
        "If you think we got this wrong, you can ask us to look at it again within 40 working "
        "days. After that you can complain to the Information Commissioner."
    )
