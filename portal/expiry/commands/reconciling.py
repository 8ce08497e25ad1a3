"""Comparing rows and files, both ways: rows whose file is gone, and files that no row names; and
laying before the office what is gone, or was found to be damaged.

Nothing here can meet a file that is being written: a file is listed once it is whole, and is old
enough to delete a day later, when the row that names it has long been there (`ORPHANED_AFTER`).
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import add_unless_there
from portal.disclosure.offloading import loose_copies
from portal.expiry.models import MissingFile
from portal.expiry.naming import OPENED, OURS, SEALED, Expected, named_among, named_files, sealed_as
from portal.expiry.opening import SHUT, wrong_with
from portal.expiry.queries import missing_files
from portal.house import ORPHANED_AFTER, House
from portal.outbox.commands import owe
from portal.storage import Stored

_AT_ONCE = 500


@dataclass(frozen=True)
class Loose:
    """A sealed file, or a plain copy for another server to send, that no row names. `is_ours` when
    the portal has put it where it lies."""

    stored: Stored
    is_ours: bool
    is_old: bool
    store: str = SEALED

    @property
    def may_go(self) -> bool:
        """Whether it is a leftover of ours that nobody can still be writing a row for."""
        return self.is_ours and self.is_old


@dataclass(frozen=True)
class Reconciled:
    """What a comparison found, and how many of the loose files it deleted. Among the missing are
    files that are there and were found to be damaged before: they are as good as gone."""

    named: int
    missing: list[Expected]
    loose: list[Loose]
    deleted: int


def reconcile(house: House, *, really: bool = False) -> Reconciled:
    """Compare every row that names a file with the files, and every sealed file with the rows.

    With `really`, deletes sealed files of ours that no row has named for a day; without, nothing.
    """
    at = house.now()
    named, gone = _missing(house, at)
    missing = [*gone, *_still_damaged(house)]
    copies = [
        Loose(one, is_ours=True, is_old=is_old, store=OPENED) for one, is_old in loose_copies(house)
    ]
    loose = [*_loose(house, at), *copies]
    going = [one for one in loose if one.may_go] if really else []
    for one in going:
        _forget(house, one)
    return Reconciled(named, missing, loose, len(going))


def _forget(house: House, one: Loose) -> None:
    if one.store == OPENED and house.offload is not None:
        house.offload.delete(one.stored.key)
    else:
        house.vault.forget(one.stored.key)


def note_missing(session: Session, missing: Sequence[Expected], *, by: Actor, at: datetime) -> None:
    """Write down which files are gone, for the office to see; each new one is a line in the book,
    and so is each that is there again."""
    known = {(one.store, one.key): one for one in missing_files(session)}
    now = {(one.store, one.key): one for one in missing}
    for place in now.keys() - known.keys():
        one = now[place]
        session.add(MissingFile(store=one.store, key=one.key, named_by=one.by, found_at=at))
        record(session, "file.missing", subject=one.by, by=by, at=at, store=one.store, key=one.key)
    for place in known.keys() - now.keys():
        gone = known[place]
        session.execute(
            sa.delete(MissingFile).where(
                MissingFile.store == gone.store, MissingFile.key == gone.key
            )
        )
        subject = gone.named_by
        record(session, "file.settled", subject=subject, by=by, at=at, store=gone.store)


LOOK_AT_FILE = "look_at_file"


def owe_look(session: Session, *, key: str, at: datetime) -> None:
    """Owe a look at a sealed file that would not open for somebody; once a day is enough."""
    once = f"{LOOK_AT_FILE}:{key}:{at:%Y-%m-%d}"
    owe(session, LOOK_AT_FILE, payload={"key": key}, key=once, at=at)


def note_damaged(session: Session, one: Expected, *, by: Actor, at: datetime) -> None:
    """Write down that a file is there and does not open, for the office to see, and in the book."""
    place = {"store": one.store, "key": one.key}
    if add_unless_there(session, MissingFile, **place, named_by=one.by, found_at=at):
        record(session, "file.damaged", subject=one.by, by=by, at=at, **place)


def _still_damaged(house: House) -> list[Expected]:
    """The files that were laid before the office, are there, and still do not open."""
    with house.db.reading() as session:
        known = [one.key for one in missing_files(session) if one.store == SEALED]
        named = [found for key in known if (found := sealed_as(session, key))]
    return [by for file, by in named if wrong_with(house, file, whole=True) == SHUT]


def _missing(house: House, at: datetime) -> tuple[int, list[Expected]]:
    """How many files rows name, and those that are gone. Each is asked for once more: a deletion
    takes the file from its row first, and may have been between the two when we looked."""
    count, suspects = 0, set()
    with house.db.reading() as session, closing(named_files(session, at=at)) as named:
        for count, one in enumerate(named, 1):  # noqa: B007 - used below
            if not _is_there(house, one):
                suspects.add(one)
    if not suspects:
        return count, []
    with house.db.reading() as session:
        still = [one for one in named_files(session, at=at) if one in suspects]
    gone = [one for one in dict.fromkeys(still) if not _is_there(house, one)]
    return count, sorted(gone, key=lambda one: (one.store, one.key))


def _is_there(house: House, one: Expected) -> bool:
    store = house.vault.storage if one.store == SEALED else house.footage
    return store.exists(one.key)


def _loose(house: House, at: datetime) -> Iterator[Loose]:
    before = at - ORPHANED_AFTER
    found = iter(house.vault.storage.stored())
    while some := list(islice(found, _AT_ONCE)):
        with house.db.reading() as session:
            named = named_among(session, [one.key for one in some])
        for one in some:
            if one.key not in named:
                is_ours = one.key.partition("/")[0] in OURS
                yield Loose(one, is_ours, one.kept_at < before)
