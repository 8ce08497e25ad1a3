"""A store in which everything is sealed: proofs and releases are kept here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from portal.ids import new_id
from portal.sealing.reading import SealedReader
from portal.sealing.sealer import Sealer
from portal.storage import Storage


@dataclass(frozen=True)
class Kept:
    """Where something is kept; SHA-256 (lower-case hex) and size in bytes of the plain content.

    The row that names the key keeps the hash too, so that two swapped files are noticed.
    """

    key: str
    sha256: str
    size: int


class Vault:
    """Storage behind a sealer. Keys are made here and say nothing about the content."""

    def __init__(self, storage: Storage, sealer: Sealer) -> None:
        self.storage = storage
        self.sealer = sealer

    def keep(self, prefix: str, source: BinaryIO) -> Kept:
        """Seal all that `source` still holds under a new key below `prefix` (`"proofs"`).

        Nothing plain touches the disk, and nothing is kept when a fault comes half way.
        Raises `Upstream` when the storage is full.
        """
        key = f"{prefix}/{new_id().hex}.age"
        with self.storage.writing(key) as target:
            sealed = self.sealer.seal(source, target)
        return Kept(key, sealed.plain_sha256, sealed.plain_size)

    def open(self, key: str) -> SealedReader:
        """Open what is kept at `key`, seekable. Raises `NotFound`, `Damaged`."""
        return self.sealer.open(self.storage.open(key))

    def forget(self, key: str) -> None:
        """Delete what is kept at `key`; forgetting twice is no error."""
        self.storage.delete(key)


def forget_orphans(
    vault: Vault, prefix: str, *, before: datetime, is_named: Callable[[str], bool]
) -> int:
    """Forget what was kept below `prefix` before an instant and no row names; returns how many.

    The age must be longer than any work between keeping a file and writing its row.
    """
    swept = 0
    for each in vault.storage.stored(f"{prefix}/"):
        if each.kept_at < before and not is_named(each.key):
            vault.forget(each.key)
            swept += 1
    return swept
