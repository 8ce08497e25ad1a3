"""Deleting the files of a release when its time is over. The rows stay: what was released, when,
and every opening of it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import locked_one
from portal.disclosure.models import Release
from portal.outbox.commands import owe
from portal.requests.models import FootageRequest


def expire_releases(session: Session, *, at: datetime) -> None:
    """Owe the deletion of every release whose files have outlived their last day."""
    over = session.scalars(
        sa.select(Release.id).where(Release.expires_at <= at, Release.files_deleted_at.is_(None))
    )
    for release_id in over:
        owe(
            session,
            "delete_release",
            payload={"release_id": str(release_id)},
            key=f"delete_release:{release_id}",
            at=at,
        )


def note_files_deleted(session: Session, *, release_id: UUID, by: Actor, at: datetime) -> None:
    """The sealed files are gone."""
    release = locked_one(session, Release, release_id)
    release.files_deleted_at = at
    reference = session.get_one(FootageRequest, release.request_id).reference
    record(
        session, "release.files_deleted", subject=reference, by=by, at=at, release=str(release_id)
    )
