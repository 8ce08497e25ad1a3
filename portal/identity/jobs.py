"""What the worker does for identity: the pictures of proofs go when they are no longer needed."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.house import House
from portal.identity.commands.proofs import note_deleted
from portal.outbox.commands import Lease


def delete_proofs(house: House, held: Lease) -> Callable[[Session], None]:
    """Delete sealed files; returns what to write down once they are gone. Twice is no error."""
    keys: list[str] = held.payload["keys"]
    for key in keys:
        house.vault.forget(key)
    return lambda session: note_deleted(session, keys=keys, by=WORKER, at=house.now())
