"""The tools of the house, opened once per process and handed to whoever needs them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.config import Settings
from portal.db import Database, open_database
from portal.sealing import Sealer, Vault, load_keys
from portal.signing import Signer
from portal.storage import FolderStorage


@dataclass(frozen=True)
class House:
    """`vault` holds sealed proofs and releases, `footage` the force's master recordings.

    `now` is the one clock of the process; tests pass their own.
    """

    settings: Settings
    db: Database
    vault: Vault
    footage: FolderStorage
    signer: Signer
    now: Callable[[], datetime]


def open_house(
    settings: Settings,
    *,
    now: Callable[[], datetime],
    before_commit: Sequence[Callable[[Session], None]],
) -> House:
    """Open database, storage and keys. Raises when one of them cannot be had."""
    sealer = Sealer(load_keys(settings.keys_file), settings.recovery_recipient or None)
    return House(
        settings=settings,
        db=open_database(settings.database_url, before_commit=before_commit),
        vault=Vault(FolderStorage(settings.data_folder), sealer),
        footage=FolderStorage(settings.footage_folder),
        signer=Signer(settings.secret_key),
        now=now,
    )
