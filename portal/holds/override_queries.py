"""What a court ordered to be let go although it is held: to whom, and past which holds."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.holds.models import HoldOverride
from portal.holds.policy import Asker


def overridden_holds(
    session: Session, recording_ids: Iterable[int], to: Asker | None
) -> frozenset[UUID]:
    """The holds on these recordings that do not bar them from this asker, because two people let
    them pass by a court's order. A hold that was placed after the order is not among them."""
    numbers = list(recording_ids)
    if to is None or not numbers:
        return frozenset()
    found = session.scalars(
        sa.select(HoldOverride.holds).where(
            HoldOverride.request_id == to.request_id,
            HoldOverride.recording_id.in_(numbers),
            HoldOverride.agreed_at.is_not(None),
            HoldOverride.ended_at.is_(None),
        )
    )
    return frozenset(UUID(one) for holds in found for one in holds)


def overrides_of(session: Session, request_id: UUID, recording_id: int) -> Sequence[HoldOverride]:
    """Every override of a recording's holds for a request, newest first, ended ones too."""
    return session.scalars(
        sa.select(HoldOverride)
        .where(HoldOverride.request_id == request_id, HoldOverride.recording_id == recording_id)
        .order_by(HoldOverride.asked_at.desc(), HoldOverride.id)
    ).all()


def override_in(session: Session, request_id: UUID, override_id: UUID) -> HoldOverride:
    """An override for this request and for no other. NotFound when there is none."""
    found = session.get(HoldOverride, override_id)
    if found is None or found.request_id != request_id:
        raise NotFound("There is no such court order.")
    return found


def is_any_overridden(session: Session, request_id: UUID, recording_ids: Iterable[int]) -> bool:
    """Whether any of these recordings goes to this request by a court's order."""
    standing = sa.select(HoldOverride.id).where(
        HoldOverride.request_id == request_id,
        HoldOverride.recording_id.in_(list(recording_ids)),
        HoldOverride.agreed_at.is_not(None),
        HoldOverride.ended_at.is_(None),
    )
    return session.scalar(standing.limit(1)) is not None
