"""What the worker does by schedule: it compares rows and files every day."""

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.expiry.commands.reconciling import note_missing, reconcile
from portal.house import House
from portal.outbox.commands import Lease

log = logging.getLogger("portal.expiry")


def check_storage(house: House, held: Lease) -> Callable[[Session], None]:
    """Look for files that rows name and that are gone, and lay them before the office."""
    found = reconcile(house)
    if found.missing:
        log.error("files that rows name are gone")
    return lambda session: note_missing(session, found.missing, by=WORKER, at=house.now())
