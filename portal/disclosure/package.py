"""One ZIP of everything, written as a stream in constant memory, and the list of fingerprints.

The same files give the same bytes: stored, not squeezed (video does not squeeze), dated with the
day of the answer, in a folder named after the request. What is known of a file beforehand, its
size and its checksum, stands in front of it: programs that read a package from its beginning need
that. ZIP64 is used where something does not fit otherwise, and nowhere else, because old programs
do not know it.
"""

import io
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, BinaryIO
from zlib import crc32

from portal.disclosure.names import are_told_apart, is_safe, manifest_name

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 1024 * 1024

# The format is PKWARE's APPNOTE 6.3.10; these are sections 4.3.7, 4.3.12, 4.3.14, 4.3.15, 4.3.16.
_IN_FRONT = struct.Struct("<4s5H3I2H")
_LISTED = struct.Struct("<4s6H3I5H2I")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64 = struct.Struct("<4sIQI")
_END = struct.Struct("<4s4H2IH")
_TOO_LARGE, _TOO_MANY = 0xFFFFFFFF, 0xFFFF
_VERSION, _VERSION_64 = 20, 45
_UNIX = 3 << 8
_PLAIN_FILE = 0o100644 << 16


class NotAsListed(Exception):
    """A file is not the one whose size and checksum were given: there is no package."""


@dataclass(frozen=True)
class Entry:
    """A file of the package: its name, and the SHA-256 (lower-case hex), CRC-32 and size in bytes
    of its content."""

    name: str
    sha256: str
    crc32: int
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
    """A stream to read the whole ZIP from. It opens each entry when its turn comes.

    Raises ValueError for names that are not safe everywhere, and `NotAsListed`, from the reading,
    when a file is another than was said.
    """
    names = [folder, *(entry.name for entry in entries)]
    if not all(map(is_safe, names)) or not are_told_apart(names):
        raise ValueError("a name in the package could be taken for something else")
    return io.BufferedReader(_Pieces(_written(folder, dated_on, entries)), PIECE)


def _written(folder: str, dated_on: date, entries: Sequence[Entry]) -> Iterator[bytes]:
    at, listed = 0, []
    for entry in entries:
        head = _Head(f"{folder}/{entry.name}".encode("ascii"), entry, dated_on, at)
        yield head.in_front
        yield from _content(entry)
        listed.append(head.listed)
        at += len(head.in_front) + entry.size
    yield from listed
    yield _end(len(listed), at, sum(map(len, listed)))


def _content(entry: Entry) -> Iterator[bytes]:
    size, checksum = 0, 0
    with entry.open() as source:
        while piece := source.read(PIECE):
            size, checksum = size + len(piece), crc32(piece, checksum)
            if size > entry.size:
                raise NotAsListed(entry.name)
            yield piece
    if (size, checksum) != (entry.size, entry.crc32):
        raise NotAsListed(entry.name)


class _Head:
    """What stands in front of a file that begins at byte `at`, and what the list at the end has."""

    def __init__(self, path: bytes, entry: Entry, dated_on: date, at: int) -> None:
        self._path, self._entry, self._at = path, entry, at
        self._day = (dated_on.year - 1980) << 9 | dated_on.month << 5 | dated_on.day

    @property
    def in_front(self) -> bytes:
        """APPNOTE 4.3.7. Both sizes go to the ZIP64 field together."""
        extra, (packed, plain) = _extra((self._size, self._size))
        shared = self._shared(_version(extra), packed, plain, extra)
        return _IN_FRONT.pack(b"PK\3\4", *shared) + self._path + extra

    @property
    def listed(self) -> bytes:
        """APPNOTE 4.3.12."""
        extra, (packed, plain, at) = _extra((self._size, self._size, self._at))
        version = _version(extra)
        shared = self._shared(version, packed, plain, extra)
        fields = (_UNIX | version, *shared, 0, 0, 0, _PLAIN_FILE, at)
        return _LISTED.pack(b"PK\1\2", *fields) + self._path + extra

    @property
    def _size(self) -> int:
        return self._entry.size

    def _shared(self, version: int, packed: int, plain: int, extra: bytes) -> tuple[int, ...]:
        sizes = (self._entry.crc32, packed, plain, len(self._path), len(extra))
        return (version, 0, 0, 0, self._day, *sizes)


def _extra(numbers: tuple[int, ...]) -> tuple[bytes, tuple[int, ...]]:
    """The ZIP64 field (APPNOTE 4.5.3) for those that need it, and what stands in their place."""
    large = [number for number in numbers if number >= _TOO_LARGE]
    field = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    return field, tuple(min(number, _TOO_LARGE) for number in numbers)


def _version(extra: bytes) -> int:
    return _VERSION_64 if extra else _VERSION


def _end(count: int, at: int, size: int) -> bytes:
    """The end of a package whose list of `count` files, `size` bytes long, begins at byte `at`."""
    many, long, far = min(count, _TOO_MANY), min(size, _TOO_LARGE), min(at, _TOO_LARGE)
    end = _END.pack(b"PK\5\6", 0, 0, many, many, long, far, 0)
    if many < _TOO_MANY and max(long, far) < _TOO_LARGE:
        return end
    made_by, needed = _UNIX | _VERSION_64, _VERSION_64
    rest = _END_64.size - 12
    whole = _END_64.pack(b"PK\6\6", rest, made_by, needed, 0, 0, count, count, size, at)
    return whole + _LOCATOR_64.pack(b"PK\6\7", 0, at + size, 1) + end


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
