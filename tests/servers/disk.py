"""A disk with so much room and no more, for tests of what happens when it is full."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTE = 1024 * 1024


class SmallDisk:
    """A file system of its own, in memory. What is full says so itself (ENOSPC)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no room at all."""
        self.leave(0, largest=0)

    def leave(self, room: int, *, largest: int) -> None:
        """Leave so many bytes of room, of which a file may take `largest`."""
        assert largest <= room
        self.clear()
        found = os.statvfs(self.folder)
        taken = found.f_bavail * found.f_frsize - room
        assert taken > 0, "the disk is smaller than that"
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, taken)

    def clear(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)


class LimitedFiles(SmallDisk):
    """Where nobody may mount anything: the system lets no file of this process grow beyond a
    length, which programs meet as a disk that takes nothing more (EFBIG)."""

    def leave(self, room: int, *, largest: int) -> None:
        """See `SmallDisk.leave`; it is each file's length that counts here, and not their sum."""
        self._limit(largest)

    def clear(self) -> None:
        """See `SmallDisk.clear`."""
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, length: int) -> None:
        _, highest = resource.getrlimit(resource.RLIMIT_FSIZE)
        soft = highest if length == resource.RLIM_INFINITY else length
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, highest))


@contextmanager
def small_disk(folder: Path, *, size: int) -> Iterator[SmallDisk]:
    """A disk of `size` bytes at `folder`, which is made."""
    folder.mkdir()
    is_mounted = _mount(folder, size)
    disk = SmallDisk(folder) if is_mounted else LimitedFiles(folder)
    try:
        yield disk
    finally:
        disk.clear()
        if is_mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _mount(folder: Path, size: int) -> bool:
    """Whether this account may mount a disk, and has."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "small-disk", str(folder)]
    try:
        return subprocess.run(words, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
