"""A storage in a local folder: fsync, then a name, then fsync of the folder that holds the name."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from portal.errors import Refused, Upstream
from portal.outages import is_no_room
from portal.storage.door import (
    CANNOT_READ,
    CANNOT_STORE,
    COPY_BYTES,
    TAKEN,
    AlreadyStored,
    Missing,
    Stored,
    checked_key,
    checked_prefix,
    is_key,
)

_OURS_ALONE = 0o600
_UNFINISHED = ".unfinished"
_NAMES = ".names"  # the lock of names; network file systems lock no folders


def nobody_names_files() -> bool:
    """The answer of whoever has no rows to ask."""
    return False


class FolderStorage:
    """A `Storage` in a local folder, readable by this account alone unless the files' `mode` says
    otherwise.

    The folder must lie on one file system that knows hard links: a link is the only portable
    way to publish a finished file that also fails when the name is already taken.

    A folder that is bare, or not there, while `in_use` says that files in it are needed, is a disk
    that is not mounted: nothing is said to be missing from it, nothing counts as deleted, and
    nothing is kept where the disk would hide it when it comes back. All that is `Upstream`.
    """

    def __init__(
        self,
        root: Path,
        *,
        mode: int = _OURS_ALONE,
        in_use: Callable[[], bool] = nobody_names_files,
    ) -> None:
        self.root, self._mode, self._in_use = root, mode, in_use

    def path_of(self, key: str) -> Path:
        """Return where `key` lies, whether or not it exists. Only for tools that need a path."""
        return self.root / checked_key(key)

    def put(self, key: str, source: BinaryIO) -> int:
        """See `Storage.put`."""
        with self.writing(key) as target:
            shutil.copyfileobj(source, target, COPY_BYTES)
            return target.tell()

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """See `Storage.writing`: temporary file, fsync, link into place, fsync of the folder."""
        final = self.path_of(key)
        if final.exists():  # spares the work; the link below is what makes it certain
            raise AlreadyStored(TAKEN)
        with _as_upstream(), self._unfinished() as (temporary, target):
            yield target
            _bring_down(target)
            _publish(temporary, final, self.root)

    @contextmanager
    def replacing(self, key: str) -> Iterator[BinaryIO]:
        """See `Storage.replacing`: whoever has the old file open reads on in the old one.

        Refused to another account than the folder's owner: what it makes, the owner cannot read.
        """
        final = self._existing(key)
        if self.root.stat().st_uid != os.geteuid():
            raise Refused(f"Do this as the account that owns {self.root}, as the portal runs.")
        with _as_upstream(), self._unfinished() as (temporary, target):
            (self.root / _NAMES).touch(mode=0o600)
            yield target
            _bring_down(target)
            with self._names_held():
                if not final.is_file():
                    raise self._missing()
                temporary.replace(final)
            _sync_folder(final.parent)

    @contextmanager
    def _unfinished(self) -> Iterator[tuple[Path, BinaryIO]]:
        folder = self.root / _UNFINISHED
        if not folder.is_dir():
            self._refuse_if_away(CANNOT_STORE)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = folder / secrets.token_hex(16)
        descriptor = os.open(
            temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, _OURS_ALONE
        )
        try:
            with os.fdopen(descriptor, "w+b") as target:
                if self._mode != _OURS_ALONE:
                    os.fchmod(descriptor, self._mode)  # whatever the umask is
                yield temporary, target
        finally:
            temporary.unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        """See `Storage.open`."""
        path = self._existing(key)
        try:
            return path.open("rb")
        except FileNotFoundError:
            raise self._missing() from None

    def size(self, key: str) -> int:
        """See `Storage.size`."""
        return self._existing(key).stat().st_size

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        path = self.path_of(key)
        try:
            with self._names_held():
                path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            self._refuse_if_away(CANNOT_STORE)
            return
        _sync_folder(path.parent)

    def exists(self, key: str) -> bool:
        """See `Storage.exists`."""
        is_there = self.path_of(key).is_file()
        if not is_there:
            self._refuse_if_away(CANNOT_READ)
        return is_there

    def stored(self, prefix: str = "") -> Iterator[Stored]:
        """See `Storage.stored`."""
        above = checked_prefix(prefix).rpartition("/")[0]
        self._refuse_if_away(CANNOT_READ)
        for key, path in _below(self.root / above, f"{above}/" if above else ""):
            if key.startswith(prefix):
                with suppress(FileNotFoundError):  # deleted meanwhile
                    found = path.stat()
                    kept_at = datetime.fromtimestamp(found.st_mtime, UTC)
                    yield Stored(key, found.st_size, kept_at)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `Storage.keys`."""
        return (each.key for each in self.stored(prefix))

    def writable(self) -> bool:
        """See `Storage.writable`: writes one byte, syncs it and takes it away again."""
        try:
            with self._unfinished() as (_, target):
                target.write(b"?")
                _bring_down(target)
        except (OSError, Upstream):
            return False
        return True

    def sweep_unfinished(self, *, before: datetime) -> int:
        """See `Storage.sweep_unfinished`."""
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
            raise self._missing()
        return path

    def _missing(self) -> Missing:
        self._refuse_if_away(CANNOT_READ)
        return Missing()

    def _refuse_if_away(self, words: str) -> None:
        if _is_bare(self.root) and self._in_use():
            raise Upstream(words)

    @contextmanager
    def _names_held(self) -> Iterator[None]:
        """Keep every other process from deleting or replacing a name: what is deleted between
        looking and replacing would come back. Where nothing was ever replaced there is no lock,
        and deleting makes none, so that it works on a full disk too."""
        try:
            descriptor = os.open(self.root / _NAMES, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            yield
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _is_bare(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except (FileNotFoundError, NotADirectoryError):
        return True


def _below(folder: Path, above: str) -> Iterator[tuple[str, Path]]:
    """Every key below a folder, entry by entry: a folder of millions is never held as a list."""
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            key = above + entry.name
            if not is_key(key):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path), f"{key}/")
            elif entry.is_file():
                yield key, Path(entry.path)


def _bring_down(target: BinaryIO) -> None:
    target.flush()
    os.fsync(target.fileno())


def _publish(temporary: Path, final: Path, root: Path) -> None:
    made = _missing_folders(final.parent, root)
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(temporary, final)
    except FileExistsError:
        raise AlreadyStored(TAKEN) from None
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
        if not is_no_room(fault):
            raise
        raise Upstream(CANNOT_STORE) from fault
