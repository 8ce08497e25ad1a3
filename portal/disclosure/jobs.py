"""What the worker does for releases besides packing them."""

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.disclosure.commands.expiring import note_files_deleted
from portal.disclosure.models import ReleaseFile
from portal.house import House
from portal.outbox.commands import Lease


def delete_release(house: House, held: Lease) -> Callable[[Session], None]:
    """Delete a release's sealed files; returns what to write down once they are gone."""
    release_id = UUID(held.payload["release_id"])
    with house.db.reading() as session:
        keys = session.scalars(
            sa.select(ReleaseFile.storage_key).where(ReleaseFile.release_id == release_id)
        ).all()
    for key in keys:
        house.vault.forget(key)
    return lambda session: note_files_deleted(
        session, release_id=release_id, by=WORKER, at=house.now()
    )
