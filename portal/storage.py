"""The one door to files: named bytes that appear whole or not at all.

A key is a relative name such as `releases/3f9c….age`. Rooms above know keys, never paths, so the
local folder can give way to an object store without a change in any room.
"""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from portal.errors import NotFound, Refused, Upstream

# No part may begin with a dot: that shuts out "..", "." and our own folder of unfinished files.
_PART = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}"
_KEY = re.compile(rf"{_PART}(?:/{_PART}){{0,15}}", re.ASCII)
_PREFIX = re.compile(rf"(?:{_PART}/){{0,15}}(?:{_PART})?", re.ASCII)
_UNFINISHED = ".unfinished"
_FULL_OR_LOCKED = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
_COPY_BYTES = 1024 * 1024


class UnsafeKey(Refused):
    """The name could lead outside the store, so nothing was touched."""


class AlreadyStored(Refused):
    """Something is kept at that key; what is stored is never overwritten."""


class Storage(Protocol):
    """Bytes at keys. Every method raises `UnsafeKey` for a key that is not a plain name."""

    def put(self, key: str, source: BinaryIO) -> int:
        """Store all that `source` still holds and return the number of bytes.

        The key appears only when every byte is safely down. Raises `AlreadyStored`, `Upstream`.
        """
        ...

    def writing(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Give a file to write to; it becomes visible at `key` when the block ends well.

        For writers that push (encryption, ZIP). Raises `AlreadyStored`, `Upstream`.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """Open what is kept at `key` for reading and seeking. Raises `NotFound`."""
        ...

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises `NotFound`."""
        ...

    def delete(self, key: str) -> None:
        """Remove what is kept at `key`; to delete what is not there is no error."""
        ...

    def exists(self, key: str) -> bool:
        """Say whether something is kept at `key`."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield every key that begins with `prefix`, in order. Unfinished files never show."""
        ...

    def writable(self) -> bool:
        """Say whether a byte can be stored now; asked by the readiness check."""
        ...


class FolderStorage:
    """A `Storage` in a local folder, readable by this account alone.

    The folder must lie on one file system that knows hard links: a link is the only portable
    way to publish a finished file that also fails when the name is already taken.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, key: str) -> Path:
        """Return where `key` lies, whether or not it exists. Only for tools that need a path."""
        return self.root / _checked(key)

    def put(self, key: str, source: BinaryIO) -> int:
        """See `Storage.put`."""
        with self.writing(key) as target:
            shutil.copyfileobj(source, target, _COPY_BYTES)
            return target.tell()

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """See `Storage.writing`: temporary file, fsync, link into place, fsync of the folder."""
        final = self.path_of(key)
        if final.exists():  # spares the work; the link below is what makes it certain
            raise AlreadyStored("That file is already stored.")
        with _as_upstream(), self._unfinished() as (temporary, target):
            yield target
            target.flush()
            os.fsync(target.fileno())
            _publish(temporary, final, self.root)

    @contextmanager
    def _unfinished(self) -> Iterator[tuple[Path, BinaryIO]]:
        folder = self.root / _UNFINISHED
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = folder / secrets.token_hex(16)
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as target:
                yield temporary, target
        finally:
            temporary.unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        """See `Storage.open`."""
        path = self._existing(key)
        try:
            return path.open("rb")
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None

    def size(self, key: str) -> int:
        """See `Storage.size`."""
        return self._existing(key).stat().st_size

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        path = self.path_of(key)
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return
        _sync_folder(path.parent)

    def exists(self, key: str) -> bool:
        """See `Storage.exists`."""
        return self.path_of(key).is_file()

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `Storage.keys`."""
        if not _PREFIX.fullmatch(prefix):
            raise UnsafeKey("That is not the beginning of a safe file name.")
        above = prefix.rpartition("/")[0]
        yield from sorted(key for key in self._below(above) if key.startswith(prefix))

    def _below(self, folder: str) -> Iterator[str]:
        for parent, folders, files in os.walk(self.root / folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside = Path(parent).relative_to(self.root)
            for name in files:
                if _KEY.fullmatch(key := (inside / name).as_posix()):
                    yield key

    def writable(self) -> bool:
        """See `Storage.writable`: writes one byte, syncs it and takes it away again."""
        try:
            with self._unfinished() as (_, target):
                target.write(b"?")
                target.flush()
                os.fsync(target.fileno())
        except OSError:
            return False
        return True

    def sweep_unfinished(self, *, before: datetime) -> int:
        """Remove what killed writers left half written before then; returns how many files."""
        swept = 0
        for path in (self.root / _UNFINISHED).glob("*"):
            with suppress(FileNotFoundError):  # its writer finished meanwhile
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    path.unlink()
                    swept += 1
        return swept

    def _existing(self, key: str) -> Path:
        path = self.path_of(key)
        if not path.is_file():
            raise NotFound("There is no such file.")
        return path


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise UnsafeKey("That is not a safe file name.")
    return key


def _publish(temporary: Path, final: Path, root: Path) -> None:
    made = _missing_folders(final.parent, root)
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(temporary, final)
    except FileExistsError:
        raise AlreadyStored("That file is already stored.") from None
    # A new name is only safe once the folder that holds it is; so also for each new folder.
    for folder in {final.parent, *(folder.parent for folder in made)}:
        _sync_folder(folder)


def _missing_folders(folder: Path, root: Path) -> list[Path]:
    within = [folder, *folder.parents]
    return [each for each in within[: within.index(root)] if not each.exists()]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _as_upstream() -> Iterator[None]:
    """Turn a full or locked disk into words; any other fault stays as it is."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in _FULL_OR_LOCKED:
            raise
        raise Upstream("We cannot store files at the moment. Try again later.") from fault
