"""A store in which everything is sealed: proofs, letters and releases are kept here."""

import hashlib
import hmac
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from portal.errors import Upstream
from portal.ids import new_id
from portal.sealing.header import Damaged
from portal.sealing.reading import SealedReader
from portal.sealing.sealer import Sealer
from portal.storage import Storage

_COPY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Named:
    """What a row says of a sealed file: what it is for, where it is kept, the SHA-256 (lower-case
    hex) of its plain content, and the seal by which it is known.

    Rows written before there were seals have none (`None`). Where the row says its size in bytes
    too, that must be right as well: what is sent is as long as the row says.
    """

    purpose: str
    key: str
    sha256: str
    seal: str | None
    size: int | None = None


@dataclass(frozen=True)
class Kept(Named):
    """What was just kept, and its size in bytes: what the row about it says."""

    size: int


class Vault:
    """Storage behind a sealer. Keys are made here and say nothing about the content."""

    def __init__(self, storage: Storage, sealer: Sealer) -> None:
        self.storage = storage
        self.sealer = sealer

    def keep(self, purpose: str, source: BinaryIO) -> Kept:
        """Seal all that `source` still holds, for a purpose (`"proofs"`), under a new key below it.

        Nothing plain touches the disk, and nothing is kept when a fault comes half way.
        Raises `Upstream` when the storage is full.
        """
        key = f"{purpose}/{new_id().hex}.age"
        with self.storage.writing(key) as target:
            sealed = self.sealer.seal(source, target)
        seal = sealed.seal(purpose=purpose)
        return Kept(purpose, key, sealed.plain_sha256, seal, sealed.plain_size)

    def open(self, named: Named) -> SealedReader:
        """Open the file a row names, seekable. Raises `Missing`, and `Damaged` also for a file
        that is whole and opens, but is not the one the row is about: another was put in its place.
        """
        with ExitStack() as unless_it_is, _naming(named.key):
            reader = unless_it_is.enter_context(self.sealer.open(self.storage.open(named.key)))
            if named.size not in (None, reader.size) or not _is_the_one(reader, named):
                raise Damaged
            unless_it_is.pop_all()
        reader.key = named.key
        return reader

    def unnamed(self) -> "Unnamed":
        """To keep files by for rows that are not written yet."""
        return Unnamed(self)

    def forget(self, key: str) -> None:
        """Delete what is kept at `key`; forgetting twice is no error."""
        self.storage.delete(key)

    def rewrap(self, key: str) -> bool:
        """Put a new header, for the keys of now, before what is kept at `key`; says whether it
        needed one. The sealed content is copied byte by byte and stays locked as it was.

        Raises `NotFound`, also when it was forgotten meanwhile, and `Damaged`. The old file stays
        until the new one is whole: being killed loses nothing.
        """
        with self.storage.open(key) as sealed:
            header = self.sealer.rewrapped(sealed)
            if header is None:
                return False
            with self.storage.replacing(key) as target:
                target.write(header)
                shutil.copyfileobj(sealed, target, _COPY_BYTES)
        return True


class Unnamed:
    """Files that are kept one after another for rows that are written at the end. When keeping
    fails half way (`with`), or the rows are not written (`forget`), none of them stays behind: on
    a full disk each try would else take more of it."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._keys: list[str] = []

    def __enter__(self) -> "Unnamed":
        return self

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if fault is not None:
            self.forget()

    def keep(self, purpose: str, source: BinaryIO) -> Kept:
        """See `Vault.keep`."""
        kept = self._vault.keep(purpose, source)
        self._keys.append(kept.key)
        return kept

    def forget(self) -> None:
        """Delete all that was kept. Only when it is certain that no row names any of it. What
        cannot be deleted now is swept later."""
        for key in self._keys:
            with suppress(Upstream, OSError):
                self._vault.forget(key)


@contextmanager
def _naming(key: str) -> Iterator[None]:
    try:
        yield
    except Damaged as fault:
        fault.key = key
        raise


def _is_the_one(reader: SealedReader, named: Named) -> bool:
    if named.seal is not None:
        expected = reader.seal(purpose=named.purpose, sha256=named.sha256)
        return hmac.compare_digest(expected, named.seal)
    # A row from before there were seals: the whole file is read before any of it is given.
    found = hashlib.sha256()
    while piece := reader.read(_COPY_BYTES):
        found.update(piece)
    reader.seek(0)
    return found.hexdigest() == named.sha256


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
