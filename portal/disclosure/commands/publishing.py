"""Publishing: the last look at what it rests on before the answer is packed and sent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.audit.commands import record
from portal.disclosure.commands.gating import Changed, changed
from portal.disclosure.models import Decision
from portal.disclosure.queries.decisions import locked_newest
from portal.outbox.commands import owe
from portal.requests.commands import move
from portal.requests.lifecycle import Event

PACK = "pack"


@dataclass(frozen=True)
class Published:
    """What became of publishing: on its way, or stopped and sent back, with why."""

    change: Changed

    @property
    def is_stopped(self) -> bool:
        """Whether something that changed stopped it."""
        return bool(self.change)


def publish(session: Session, *, decision_id: UUID, by: Actor, at: datetime) -> Published:
    """Let a seconded decision go: owe its package, or stop it when something has changed.

    It answers and does not raise when it stops, because the stop must be written down: the
    request stands at "ready to decide" again. Refused when the decision is not seconded.
    """
    by.must_have(Role.DECISION_MAKER, Role.SECONDER)
    decision = locked_newest(session, decision_id)
    change = changed(session, decision)
    if change:
        stop(session, decision, change, by=by, at=at)
        return Published(change)
    footage_request = move(
        session, request_id=decision.request_id, event=Event.PUBLISHED, by=by, at=at
    )
    decision.published_at = at
    owe(
        session,
        PACK,
        payload={"decision_id": str(decision.id)},
        key=f"pack:{decision.id}",
        at=at,
    )
    record(
        session,
        "decision.published",
        subject=footage_request.reference,
        by=by,
        at=at,
        round=decision.round,
    )
    return Published(Changed())


def stop(session: Session, decision: Decision, change: Changed, *, by: Actor, at: datetime) -> None:
    """Stop a decision on its way out, and send it back with the reason."""
    footage_request = move(
        session, request_id=decision.request_id, event=Event.STOPPED, by=by, at=at
    )
    decision.sent_back_at, decision.sent_back_why = at, change.explanation
    record(
        session,
        "decision.stopped",
        subject=footage_request.reference,
        by=by,
        at=at,
        round=decision.round,
        **change.counts,
    )
