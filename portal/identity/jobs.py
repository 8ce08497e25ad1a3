"""What the worker does for identity: the pictures of proofs go when they are no longer needed."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.house import House, sweep_orphans
from portal.identity.commands.proofs import let_go
from portal.identity.models import PREFIX, Proof
from portal.outbox.commands import Lease


def delete_proofs(house: House, held: Lease) -> Callable[[Session], None]:
    """Delete sealed files that may still go; twice is no error.

    The rows let go of them first, under lock: whoever asks again at that moment finds either the
    proofs with their files or the rows without, never a row whose file is gone. A worker killed
    in between leaves files that no row names, for the next try or the sweep.
    """
    keys: list[str] = held.payload["keys"]
    check: str | None = held.payload.get("check")
    check_id = UUID(check) if check else None
    with house.db.writing() as session:
        gone = let_go(session, keys=keys, check_id=check_id, by=WORKER, at=house.now())
    for key in gone:
        house.vault.forget(key)
    return lambda session: None


def sweep_orphaned_proofs(house: House) -> int:
    """Delete sealed proofs older than a day that no row names; returns how many.

    They are what a process leaves behind that is killed between sealing a file and writing its
    row, or between letting go of a row and deleting its file.
    """
    return sweep_orphans(house, PREFIX, Proof.storage_key)
