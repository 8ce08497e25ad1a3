"""Reading handovers, and whether a copy of one may still leave."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.models import FileKind, Handover, Release
from portal.disclosure.queries.releases import bar_on, file_in, release_of
from portal.errors import NotFound
from portal.requests.intake import DeliveryFormat
from portal.requests.models import FootageRequest


def handovers_of(session: Session, request_id: UUID) -> Sequence[Handover]:
    """Every handover of a request's copies, newest first."""
    return session.scalars(
        sa.select(Handover)
        .join(Release, Release.id == Handover.release_id)
        .where(Release.request_id == request_id)
        .order_by(Handover.prepared_at.desc(), Handover.id)
    ).all()


def handover_in(session: Session, release_id: UUID, handover_id: UUID) -> Handover:
    """A handover of this release and of no other. NotFound when there is none."""
    found = session.get(Handover, handover_id)
    if found is None or found.release_id != release_id:
        raise NotFound("There is no such handover.")
    return found


def is_to_hand_over(session: Session, release: Release) -> bool:
    """Whether copies must go along with the letter of an answer that is posted, and have not been
    handed over yet. Whoever wants to watch them here gets the letter first."""
    has_copies = any(file.kind is FileKind.COPY for file in release.files)
    wishes = session.get_one(FootageRequest, release.request_id).delivery
    if not has_copies or release.files_deleted_at is not None or wishes is DeliveryFormat.VIEWING:
        return False
    handed = sa.select(Handover.id).where(
        Handover.release_id == release.id, Handover.handed_at.is_not(None)
    )
    return session.scalar(handed.limit(1)) is None


def may_still_be_taken(session: Session, *, handover_id: UUID, file_id: UUID, at: datetime) -> bool:
    """Whether sending a copy to a handler may go on: the handover stands, and no gate is shut."""
    found = session.get(Handover, handover_id)
    if found is None or found.agreed_at is None or found.stopped_at is not None:
        return False
    release = release_of(session, found.release_id)
    is_kept = release.files_deleted_at is None and at < release.expires_at
    return is_kept and bar_on(session, release, file_in(release, file_id)) is None
