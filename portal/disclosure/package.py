"""One ZIP of everything, written as a stream in constant memory, and the list of fingerprints.

The same files give the same bytes: stored, not squeezed (video does not squeeze), dated with the
day of the answer, in a folder named after the request. Sizes over 4 GB are kept by ZIP64.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from portal.disclosure.names import manifest_name

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """A file of the package: its name, the SHA-256 (lower-case hex) and size of its content."""

    name: str
    sha256: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]


def manifest(stem: str, dated: str, entries: Sequence[Entry]) -> bytes:
    """The fingerprints of all files, as `sha256sum -c` reads them, with words for people."""
    lines = [
        f"# {stem}, {dated}",
        "# These are the fingerprints (SHA-256) of the files we gave you.",
        "# To check them, open a terminal in this folder and type:",
        f"#   sha256sum -c {manifest_name(stem)}",
        *(f"# {entry.name}: {entry.size} bytes" for entry in entries),
        *(f"{entry.sha256}  {entry.name}" for entry in entries),
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def package(folder: str, dated_on: date, entries: Sequence[Entry]) -> BinaryIO:
    """A stream to read the whole ZIP from. It opens each entry when its turn comes."""
    return io.BufferedReader(_Pieces(_written(folder, dated_on, entries)), PIECE)


def _written(folder: str, dated_on: date, entries: Sequence[Entry]) -> Iterator[bytes]:
    target = _Gathered()
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for entry in entries:
            info = ZipInfo(f"{folder}/{entry.name}", (*dated_on.timetuple()[:3], 0, 0, 0))
            info.external_attr = 0o644 << 16
            with entry.open() as source, archive.open(info, "w", force_zip64=True) as part:
                while piece := source.read(PIECE):
                    part.write(piece)
                    yield target.taken()
    yield target.taken()


class _Gathered:
    """Where the ZIP is written to: no file, no seeking; what was written is taken away at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


class _Pieces(io.RawIOBase):
    """A readable file over pieces that are made when they are needed."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._made = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._left:
            piece = next(self._made, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
