"""What every storage promises, whichever it is, and which keys are safe."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from portal.errors import NotFound, Refused

# No part may begin with a dot: that shuts out "..", "." and our own folder of unfinished files.
_PART = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}"
_KEY = re.compile(rf"{_PART}(?:/{_PART}){{0,15}}", re.ASCII)
_PREFIX = re.compile(rf"(?:{_PART}/){{0,15}}(?:{_PART})?", re.ASCII)

TAKEN = "That file is already stored."
MISSING = "There is no such file."
CANNOT_STORE = "We cannot store files at the moment. Try again later."
CANNOT_READ = "We cannot reach our files at the moment. Try again later."
COPY_BYTES = 1024 * 1024


class UnsafeKey(Refused):
    """The name could lead outside the store, so nothing was touched."""


class Missing(NotFound):
    """Nothing is kept at that key. Where a row names it, it was lost."""

    def __init__(self) -> None:
        super().__init__(MISSING)


class AlreadyStored(Refused):
    """Something is kept at that key; what is stored is never overwritten."""


@dataclass(frozen=True)
class Stored:
    """What a storage holds at a key: its size in bytes, and since when."""

    key: str
    size: int
    kept_at: datetime


class Storage(Protocol):
    """Bytes at keys. Every method raises `UnsafeKey` for a key that is not a plain name, and
    `Upstream` when the storage is full, locked or out of reach."""

    def put(self, key: str, source: BinaryIO) -> int:
        """Store all that `source` still holds and return the number of bytes.

        The key appears only when every byte is safely down. Raises `AlreadyStored`.
        """
        ...

    def writing(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Give a file to write to; it becomes visible at `key` when the block ends well.

        For writers that push (encryption, ZIP). Raises `AlreadyStored`.
        """
        ...

    def replacing(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Give a file to write to; it takes the place of what is kept at `key`, whole, when the
        block ends well. Only for the same content under another lock: see `Vault.rewrap`.

        Raises `Missing` when nothing is kept there, also when it was deleted meanwhile: what is
        deleted does not come back.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """Open what is kept at `key` for reading and seeking. Raises `Missing`."""
        ...

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises `Missing`."""
        ...

    def delete(self, key: str) -> None:
        """Remove what is kept at `key`; to delete what is not there is no error."""
        ...

    def exists(self, key: str) -> bool:
        """Say whether something is kept at `key`."""
        ...

    def stored(self, prefix: str = "") -> Iterator[Stored]:
        """Yield all that is kept below keys that begin with `prefix`, in no order that counts.

        Takes the same memory for ten files and for ten million. What is deleted meanwhile may or
        may not be among it. Unfinished files never are.
        """
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield every key that begins with `prefix`, as `stored` does."""
        ...

    def sweep_unfinished(self, *, before: datetime) -> int:
        """Remove what killed writers left half written before then; returns how many."""
        ...

    def writable(self) -> bool:
        """Say whether a byte can be stored now; asked by the readiness check."""
        ...


def checked_key(key: str) -> str:
    """The key itself. Raises `UnsafeKey` when it is not a plain name."""
    if not is_key(key):
        raise UnsafeKey("That is not a safe file name.")
    return key


def checked_prefix(prefix: str) -> str:
    """The beginning of keys itself. Raises `UnsafeKey` when no key could begin so."""
    if not _PREFIX.fullmatch(prefix):
        raise UnsafeKey("That is not the beginning of a safe file name.")
    return prefix


def is_key(name: str) -> bool:
    """Whether it is a plain name, leading nowhere else."""
    return bool(_KEY.fullmatch(name))
