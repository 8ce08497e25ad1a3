"""Seconding a decision, or sending it back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.dates import london_day
from portal.disclosure.commands.deciding import note_deed
from portal.disclosure.commands.gating import changed
from portal.disclosure.models import Decision
from portal.disclosure.queries.decisions import locked_newest
from portal.disclosure.queries.seconding import second_facts
from portal.disclosure.seconding import obstacle_to_second
from portal.errors import Refused
from portal.requests.commands import move
from portal.requests.lifecycle import Event

SECONDERS = (Role.SECONDER, Role.DATA_PROTECTION_OFFICER)


def second(session: Session, *, decision_id: UUID, by: Actor, at: datetime) -> Decision:
    """Stand behind somebody else's decision.

    Refused for the one who decided, for anybody but the data protection officer where only they
    may, and when something it rests on has changed meanwhile.
    """
    by.must_have(*SECONDERS)
    decision = locked_newest(session, decision_id)
    facts = second_facts(session, decision, on=london_day(at))
    hindrance = obstacle_to_second(by, decided_by=str(decision.decided_by), facts=facts)
    if hindrance:
        raise Refused(hindrance)
    change = changed(session, decision)
    if change:
        raise Refused(f"{change.explanation} Send it back.")
    footage_request = move(
        session, request_id=decision.request_id, event=Event.SECONDED, by=by, at=at
    )
    decision.seconded_by, decision.seconded_at = UUID(by.id), at
    decision.seconded_by_name = by.name
    note_deed(session, "decision.seconded", decision, footage_request, by, at)
    return decision


def send_back(
    session: Session, *, decision_id: UUID, why: str, by: Actor, at: datetime
) -> Decision:
    """Send a decision back to be made again, with a reason the handlers read."""
    by.must_have(*SECONDERS)
    decision = locked_newest(session, decision_id)
    if not why.strip():
        raise Refused("Enter why you send it back.")
    footage_request = move(
        session, request_id=decision.request_id, event=Event.SENT_BACK, by=by, at=at
    )
    decision.sent_back_at, decision.sent_back_why = at, why.strip()
    note_deed(session, "decision.sent_back", decision, footage_request, by, at)
    return decision
