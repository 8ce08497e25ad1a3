"""Keeping a request's video: while anything is open about it, and for a time after."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.recordings.commands import preserve, release_preservations
from portal.recordings.models import Preservation
from portal.requests.models import FootageRequest

# The time to ask for a review or to complain: three months, after which video is deleted as
# usual again (rules, section 3).
KEPT_AFTER_CLOSING = timedelta(days=92)


def let_go(session: Session, footage_request: FootageRequest, *, by: Actor, at: datetime) -> None:
    """Say that nothing waits for the video any more: it is deleted as usual in three months.

    Nothing happens while somebody waits for a review or a complaint; its answer lets go.
    """
    if not footage_request.is_under_review:
        release_preservations(
            session,
            request_id=footage_request.id,
            until=at + KEPT_AFTER_CLOSING,
            by=by,
            at=at,
        )


def keep_again(
    session: Session, footage_request: FootageRequest, *, by: Actor, at: datetime
) -> int:
    """Bar the deletion of everything that was kept for the request and is still there.

    Returns how many recordings were let go before and are barred again.
    """
    kept = sa.select(Preservation.recording_id).where(Preservation.request_id == footage_request.id)
    return preserve(
        session,
        request_id=footage_request.id,
        recording_ids=session.scalars(kept).all(),
        by=by,
        at=at,
    )
