"""Who asks, as the gate needs to know it."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.holds.policy import Asker
from portal.requests.models import FootageRequest


def asker_of(session: Session, request_id: UUID) -> Asker:
    """The request that a recording would go to, under the law that governs it now."""
    found = sa.select(FootageRequest.regime).where(FootageRequest.id == request_id)
    return Asker(request_id, is_sar=session.scalars(found).one().is_sar)
