"""What the worker does for answers besides packing them: delete their files, open them again."""

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.disclosure.commands.expiring import note_files_deleted
from portal.disclosure.models import ReleaseFile
from portal.disclosure.queries.restrictions import is_held_back
from portal.house import House
from portal.outbox.commands import Lease
from portal.requests.commands.reopening import reopen_request


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


def reopen(house: House, held: Lease) -> Callable[[Session], None]:
    """The last hold on a recording ended, or a look found that a restriction should: look again.

    A recording that the answer did not hold back changes nothing: it went out, or was withheld on
    another ground, before the hold was placed.
    """
    request_id, recording_id = UUID(held.payload["request_id"]), held.payload.get("recording_id")

    def look_again(session: Session) -> None:
        if recording_id is None or is_held_back(session, request_id, recording_id):
            reopen_request(session, request_id=request_id, by=WORKER, at=house.now())

    return look_again
