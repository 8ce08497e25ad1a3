"""When the gate shuts, what lies open behind it goes: plain copies that another server sends."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.holds.models import OpenedCopy
from portal.outbox.commands import owe

CLOSE_COPIES = "close_copies"


def owe_closing(
    session: Session,
    *,
    recordings: Collection[int] = (),
    files: Collection[UUID] = (),
    cause: str,
    at: datetime,
) -> None:
    """Owe the deletion of plain copies of these files, and of whatever is made from these
    recordings, in the transaction of the deed after which they may not go any more.

    `cause` names that deed: twice is one job. Nothing is owed where nothing lies open, and nothing
    does in a portal that sends all files itself.
    """
    session.flush()
    lying = session.scalars(
        sa.select(OpenedCopy.file_id)
        .where(sa.or_(OpenedCopy.recording_id.in_(recordings), OpenedCopy.file_id.in_(files)))
        .distinct()
        .order_by(OpenedCopy.file_id)
    ).all()
    if lying:
        owe(
            session,
            CLOSE_COPIES,
            payload={"files": [str(each) for each in lying]},
            key=f"{CLOSE_COPIES}:{cause}",
            at=at,
        )
