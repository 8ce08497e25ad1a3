"""What the worker does for answers besides packing them: delete their files, open them again, and
begin to write to another address."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.disclosure.commands.addresses import change_address
from portal.disclosure.commands.expiring import note_files_deleted
from portal.disclosure.commands.looking_again import look_again
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


def reopen(house: House, held: Lease) -> Callable[[Session], None]:
    """A hold on a recording ended, or a look found that a restriction should: look again."""
    # A job that was owed by an earlier version of the portal does not say when.
    ended_on = held.payload.get("ended_on")
    return lambda session: look_again(
        session,
        request_id=UUID(held.payload["request_id"]),
        recording_id=held.payload.get("recording_id"),
        ended_on=date.fromisoformat(ended_on) if ended_on else None,
        by=WORKER,
        at=house.now(),
    )


def begin_to_write(house: House, held: Lease) -> Callable[[Session], object]:
    """The days since two people agreed to another address are over: write to it, unless it was
    stopped."""
    change_id = UUID(held.payload["change_id"])
    return lambda session: change_address(session, change_id=change_id, by=WORKER, at=house.now())
