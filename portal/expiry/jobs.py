"""What the worker does: it compares rows and files every day, and looks at a file that would not
open for somebody."""

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.actors import WORKER
from portal.expiry.commands.reconciling import note_damaged, note_missing, reconcile
from portal.expiry.naming import sealed_as
from portal.expiry.opening import SHUT, wrong_with
from portal.house import House
from portal.outbox.commands import Lease

log = logging.getLogger("portal.expiry")


def check_storage(house: House, held: Lease) -> Callable[[Session], None]:
    """Look for files that rows name and that are gone, and lay them before the office."""
    found = reconcile(house)
    if found.missing:
        log.error("files that rows name are gone")
    return lambda session: note_missing(session, found.missing, by=WORKER, at=house.now())


def look_at_file(house: House, held: Lease) -> Callable[[Session], None]:
    """Open a sealed file once more, all of it, and lay it before the office when it is damaged."""
    with house.db.reading() as session:
        found = sealed_as(session, held.payload["key"])
    if found is None or wrong_with(house, found[0], whole=True) != SHUT:
        return lambda session: None
    log.error("a file that a row names is damaged")
    return lambda session: note_damaged(session, found[1], by=WORKER, at=house.now())
