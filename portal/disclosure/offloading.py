"""Plain copies for another server to send: written, compared with the rows, and deleted.

Only where the settings name a place for them; what is given up for it is in ADR 0022. Sealed files
are what the portal keeps. A copy lies open as long as a link leads to its file and no gate is shut.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from portal.disclosure.commands.offloading import note_closed, note_opened, owe_opening
from portal.disclosure.models import ReleaseFile
from portal.disclosure.queries.offloading import Lying, is_copy, lying, may_lie_open, over
from portal.disclosure.queries.releases import file_in, release_of
from portal.errors import Upstream
from portal.house import House
from portal.outbox.commands import Lease
from portal.sealing import Damaged, Named
from portal.storage import Storage, Stored

log = logging.getLogger("portal.offloading")

# What begins otherwise was put there by somebody else, and is never deleted.
KEY = "opened-"
# A file is named by its row seconds after it is whole. What no row names for longer has nobody.
LOOSE_AFTER = timedelta(hours=1)
# Longer than the largest file takes to be written.
UNFINISHED_FOR = timedelta(days=1)
_PIECE = 1024 * 1024


def open_copy(house: House, held: Lease) -> Callable[[Session], None]:
    """Write the plain copy of a release's file where another server sends it from.

    The gate is asked before the first byte is written, and again in the transaction that writes
    down where the copy lies; a copy that may not lie there by then is deleted at once. Until it is
    written down the portal sends the file itself, and so it does for as long as the place is full.
    """
    file_id, place = UUID(held.payload["file_id"]), house.offload
    named = _wanted(house, file_id)
    if place is None or named is None:
        return lambda session: None
    key = f"{KEY}{secrets.token_hex(16)}"
    with place.writing(key) as target:
        _write(house, named, target)
    return lambda session: _note(session, house, place, file_id, key)


def close_copies(house: House, held: Lease) -> Callable[[Session], None]:
    """Delete the plain copies of files that may not go any more."""
    files = [UUID(each) for each in held.payload["files"]]
    at = house.now()
    with house.db.reading() as session:
        going = over(session, lying(session, files), at=at)
    _delete(house, going)
    return lambda session: note_closed(session, going, at=house.now())


def tidy_copies(house: House) -> None:
    """Every hour: what may not lie open any more goes, also by the time alone; rows and copies
    agree again; and a copy is owed of each file that may have one and has none."""
    try:
        _tidy(house)
    except (Upstream, OSError) as fault:
        log.error("plain copies were not looked at", extra={"kind": type(fault).__name__})


def _tidy(house: House) -> None:
    at, place = house.now(), house.offload
    with house.db.reading() as session:
        known = lying(session)
        going = over(session, known, at=at) if place is not None else known
    missing = [one for one in known if place is not None and not place.exists(one.key)]
    _delete(house, going)
    gone = list(dict.fromkeys([*going, *missing]))
    if gone or place is not None:
        with house.db.writing() as session:
            note_closed(session, gone, at=at)
            if place is not None:
                owe_opening(session, at=at)
    if place is not None:
        for loose, is_old in loose_copies(house):
            if is_old:
                place.delete(loose.key)
        place.sweep_unfinished(before=at - UNFINISHED_FOR)


def _wanted(house: House, file_id: UUID) -> Named | None:
    """The sealed file of which a plain copy may be written, or None."""
    with house.db.reading() as session:
        found = session.get(ReleaseFile, file_id)
        if found is None:
            return None
        release = release_of(session, found.release_id)
        file = file_in(release, file_id)
        return file.named if may_lie_open(session, release, file, at=house.now()) else None


def _write(house: House, named: Named, target: BinaryIO) -> None:
    """The plain content. Damaged, before it can be seen, when it is not what the row says."""
    found = hashlib.sha256()
    with house.vault.open(named) as source:
        while piece := source.read(_PIECE):
            found.update(piece)
            target.write(piece)
    if found.hexdigest() != named.sha256:
        fault = Damaged()
        fault.key = named.key
        raise fault


def _note(session: Session, house: House, place: Storage, file_id: UUID, key: str) -> None:
    if not note_opened(session, file_id=file_id, key=key, at=house.now()):
        place.delete(key)


def _delete(house: House, going: Sequence[Lying]) -> None:
    if house.offload is None:
        if going:
            log.error("plain copies are left where no setting says any more: delete them there")
        return
    for one in going:
        house.offload.delete(one.key)


def loose_copies(house: House) -> Iterator[tuple[Stored, bool]]:
    """The plain copies that no row names, and whether each is so old that no row will: left behind
    by a process that was killed between the copy and its row."""
    before = house.now() - LOOSE_AFTER
    for each in house.offload.stored() if house.offload is not None else ():
        if each.key.startswith(KEY):
            with house.db.reading() as session:
                is_named = is_copy(session, each.key)
            if not is_named:
                yield each, each.kept_at < before
