"""Keeping the new address that a handler proposes: until another agrees, and some days after."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.db import locked
from portal.errors import NotAllowed, NotFound, Refused
from portal.identity.addresses import AGREE_WITHIN, Way, is_stale
from portal.identity.models import AddressChange
from portal.identity.queries import change_facts, waiting_address


def propose(
    session: Session,
    *,
    subject_id: UUID,
    email: str,
    way: Way,
    shown: str,
    by: Actor,
    at: datetime,
) -> AddressChange:
    """Keep a new address that does not count yet. Refused while another waits.

    The caller has locked the request: two at once come one after the other.
    """
    if waiting_address(session, subject_id) is not None:
        raise Refused("Another new address waits already. Look at that one first, or stop it.")
    made = AddressChange(
        subject_id=subject_id,
        email=email,
        way=way,
        shown=shown,
        proposed_by=by.id,
        proposed_at=at,
    )
    session.add(made)
    session.flush()
    return made


def agree(change: AddressChange, *, by: Actor, at: datetime) -> None:
    """Let it count after the wait. NotAllowed to the one who proposed it; Refused when somebody
    agreed already, and when nobody did in time."""
    if change.proposed_by == by.id:
        raise NotAllowed("You proposed this address yourself. Somebody else must look at it.")
    if change.agreed_at is not None:
        raise Refused("Somebody has agreed to this already.")
    if is_stale(change_facts(change), at):
        raise Refused(
            f"This was proposed more than {AGREE_WITHIN.days} days ago. Stop it, make sure again, "
            "and propose it anew."
        )
    change.agreed_by, change.agreed_at = by.id, at


def stop(change: AddressChange, *, why: str, by: Actor, at: datetime) -> None:
    """End a change that has not taken effect: we go on writing to the address we have."""
    change.stopped_by, change.stopped_at, change.stopped_why = by.id, at, why


def locked_change(session: Session, *, subject_id: UUID, change_id: UUID) -> AddressChange:
    """One change of this request, locked. NotFound when it has none such."""
    found = locked(session, AddressChange, change_id)
    if found is None or found.subject_id != subject_id:
        raise NotFound("There is no such change of address.")
    return found
