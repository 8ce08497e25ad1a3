"""The tools of the house, opened once per process and handed to whoever needs them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.config import Settings
from portal.db import Database, open_database
from portal.outages import UNANSWERED
from portal.sealing import KeyFile, Sealer, Unnamed, Vault
from portal.sealing.vault import forget_orphans
from portal.signing import Signer
from portal.storage import FolderStorage, Storage
from portal.storage.folder import nobody_names_files

if TYPE_CHECKING:
    from portal.storage.bucket import BucketStorage

# Longer than any work between keeping a file and writing the row that names it.
ORPHANED_AFTER = timedelta(days=1)


class Store(StrEnum):
    """A place for files: sealed ones, the force's masters, and plain copies (ADR 0022)."""

    SEALED = "sealed"
    FOOTAGE = "footage"
    OPENED = "opened"


@dataclass(frozen=True)
class House:
    """`vault` holds sealed proofs and releases, `footage` the force's master recordings, and
    `offload` plain copies for another server to send, where there is one (ADR 0022).

    `now` is the one clock of the process; tests pass their own.
    """

    settings: Settings
    db: Database
    vault: Vault
    footage: FolderStorage
    signer: Signer
    now: Callable[[], datetime]
    offload: "FolderStorage | BucketStorage | None" = None


@dataclass(frozen=True)
class Noting:
    """What a job writes down at the end, and the files it has kept for that: they are forgotten
    when it is certain that it was not written."""

    write_down: Callable[[Session], object]
    files: Unnamed

    def __call__(self, session: Session) -> object:
        """Write it down, in the transaction that settles the job."""
        return self.write_down(session)


def open_house(
    settings: Settings,
    *,
    now: Callable[[], datetime],
    before_commit: Sequence[Callable[[Session], None]],
    needs_files: Callable[[Session, Store, datetime], bool],
) -> House:
    """Open database, storage and keys. Raises when one of them cannot be had. `needs_files` says
    whether rows name files in a store at an instant."""
    sealer = Sealer(KeyFile(settings.keys_file), settings.recovery_recipient or None)
    db = open_database(settings.database_url, before_commit=before_commit)

    def in_use(store: Store) -> Callable[[], bool]:
        return partial(_is_needed, db, lambda session: needs_files(session, store, now()))

    return House(
        settings=settings,
        db=db,
        vault=Vault(storage_of(settings, in_use(Store.SEALED)), sealer),
        footage=FolderStorage(settings.footage_folder, in_use=in_use(Store.FOOTAGE)),
        signer=Signer(settings.secret_key),
        now=now,
        offload=offload_of(settings, in_use(Store.OPENED)),
    )


def _is_needed(db: Database, needs_files: Callable[[Session], bool]) -> bool:
    """Whether rows name files in a store; also where nobody can say."""
    try:
        with db.reading() as session:
            return needs_files(session)
    except UNANSWERED:
        return True


def storage_of(settings: Settings, in_use: Callable[[], bool] = nobody_names_files) -> Storage:
    """Where sealed files are kept: the bucket if there is one, or the data folder."""
    if not settings.bucket:
        return FolderStorage(settings.data_folder, in_use=in_use)
    return _bucket(
        settings.bucket,
        settings.bucket_region,
        settings.bucket_endpoint,
        settings.bucket_access_key,
        settings.bucket_secret_key,
    )


def offload_of(
    settings: Settings, in_use: Callable[[], bool] = nobody_names_files
) -> "FolderStorage | BucketStorage | None":
    """Where plain copies lie for another server to send; None when the portal sends every file.

    In a folder the group may read them, which is nginx's: nobody else.
    """
    if settings.offload_folder:
        return FolderStorage(Path(settings.offload_folder), mode=0o640, in_use=in_use)
    if not settings.offload_bucket:
        return None
    return _bucket(
        settings.offload_bucket,
        settings.offload_bucket_region,
        settings.offload_bucket_endpoint,
        settings.offload_bucket_access_key,
        settings.offload_bucket_secret_key,
        # Whoever downloads waits for it: where it does not answer, the portal sends the file.
        tries=2,
    )


def _bucket(*where: str, tries: int = 4) -> "BucketStorage":
    # Loaded where it is wanted: the client of the store takes half a second and 35 MB.
    from portal.storage.bucket import Bucket, BucketStorage, connect

    bucket = Bucket(*where)
    return BucketStorage(connect(bucket, tries=tries), bucket.name)


def sweep_orphans(
    house: House,
    prefix: str,
    *named_in: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
) -> int:
    """Delete sealed files below `prefix` older than a day that no row names; returns how many.

    They are what a process leaves behind that is killed between sealing a file and writing its
    row, or between letting go of a row and deleting its file. `named_in` are the columns whose
    rows name such files.
    """

    def is_named(key: str) -> bool:
        with house.db.reading() as session:
            named = sa.select(sa.exists().where(sa.or_(*(column == key for column in named_in))))
            return bool(session.scalar(named))

    before = house.now() - ORPHANED_AFTER
    return forget_orphans(house.vault, prefix, before=before, is_named=is_named)
