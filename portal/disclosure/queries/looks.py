"""What waits in a request for a second pair of eyes, or for proof of who somebody is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor, Role
from portal.disclosure.models import Handover, Release
from portal.identity.models import AddressChange, Passphrase
from portal.requests.models import FootageRequest


@dataclass(frozen=True)
class Look:
    """One thing that waits: what, in which request, and on which of its pages."""

    words: str
    reference: str
    page: str = "release"


def looks_for(session: Session, who: Actor, *, at: datetime) -> list[Look]:
    """What this handler may do next, oldest first. Nobody seconds what they did themselves."""
    found = _passphrases(session, who) + _handovers(session, who, at)
    looks = [(since, Look(words, reference)) for since, words, reference in found]
    looks += _addresses(session, who)
    return [look for _, look in sorted(looks, key=lambda each: (each[0], each[1].reference))]


def _addresses(session: Session, who: Actor) -> list[tuple[datetime, Look]]:
    rows = session.execute(
        sa.select(AddressChange, FootageRequest.reference)
        .join(FootageRequest, FootageRequest.id == AddressChange.subject_id)
        .where(AddressChange.agreed_at.is_(None), AddressChange.stopped_at.is_(None))
    )
    return [
        (change.proposed_at, Look("New e-mail address to agree to", reference, "new_address"))
        for change, reference in rows
        if _may_second(who, change.proposed_by)
    ]


def _passphrases(session: Session, who: Actor) -> list[tuple[datetime, str, str]]:
    rows = session.execute(
        sa.select(Passphrase, FootageRequest.reference)
        .join(FootageRequest, FootageRequest.id == Passphrase.subject_id)
        .where(Passphrase.counts_from.is_(None), Passphrase.stopped_at.is_(None))
    )
    found = []
    for passphrase, reference in rows:
        if passphrase.accepted_at is None and who.has(Role.INTAKE, Role.DECISION_MAKER):
            words = "New passphrase: see who they are"
        elif passphrase.accepted_at is not None and _may_second(who, passphrase.accepted_by):
            words = "New passphrase to agree to"
        else:
            continue
        found.append((passphrase.chosen_at, words, reference))
    return found


def _handovers(session: Session, who: Actor, at: datetime) -> list[tuple[datetime, str, str]]:
    rows = session.execute(
        sa.select(Handover, FootageRequest.reference)
        .join(Release, Release.id == Handover.release_id)
        .join(FootageRequest, FootageRequest.id == Release.request_id)
        .where(
            Handover.agreed_at.is_(None),
            Handover.stopped_at.is_(None),
            Release.expires_at > at,
        )
    )
    return [
        (handover.prepared_at, "Copies to hand over, to agree to", reference)
        for handover, reference in rows
        if _may_second(who, handover.prepared_by)
    ]


def _may_second(who: Actor, other: UUID | str | None) -> bool:
    return who.has(Role.SECONDER) and str(other) != who.id
