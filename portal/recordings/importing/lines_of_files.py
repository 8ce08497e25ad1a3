"""Newline-delimited JSON, from a file or from anywhere else that gives lines."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from portal.recordings.importing.chunks import (
    BYTES_PER_CHUNK,
    LINES_PER_CHUNK,
    Chunk,
    Mark,
)
from portal.recordings.importing.reading import Piece, Read, Span, read_here
from portal.recordings.lines import LONGEST_LINE

# How pieces are read: here, or elsewhere.
Reading = Callable[[Iterable[Piece]], Iterator[tuple[Span, Read]]]
_BLOCK = 1_000_000


class FileLines:
    """The lines of a file without ever holding more than one, nor more of it than is allowed: one
    that is too long is cut where the import will see that it is, and the rest passed over.

    Knows at any moment how far it has come, and the SHA-256 of all that.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._begin()

    def _begin(self) -> None:
        self._read = hashlib.sha256()
        self._bytes = 0
        self._lines = 0

    def __iter__(self) -> Iterator[bytes]:
        while line := self._stream.readline(LONGEST_LINE + 2):
            self._lines += 1
            self._count(line)
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = self._stream.readline(LONGEST_LINE)
                self._count(rest)
            yield line

    def _count(self, read: bytes) -> None:
        self._bytes += len(read)
        self._read.update(read)

    @property
    def taken_lines(self) -> int:
        """How many lines it has come."""
        return self._lines

    @property
    def mark(self) -> Mark:
        """How far it has come."""
        return Mark(self._bytes, self._lines, self._read.hexdigest())

    def go_on_from(self, mark: Mark) -> bool:
        """Read past what was read before, from the file's beginning.

        False when the file no longer begins with that; it then stands at its beginning again.
        """
        left = mark.taken_bytes
        while left and (block := self._stream.read(min(left, _BLOCK))):
            left -= len(block)
            self._count(block)
        self._lines = mark.taken_lines
        if self.mark == mark:
            return True
        self._stream.seek(0)
        self._begin()
        return False


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, in bounded memory (see `FileLines`)."""
    return iter(FileLines(stream))


def json_chunks(
    lines: Iterable[str | bytes],
    *,
    size: int = LINES_PER_CHUNK,
    mark: Callable[[], Mark | None] = lambda: None,
    reading: Reading = read_here,
) -> Iterator[Chunk]:
    """Lines of the import format (docs/import.md), read and checked, `size` to a chunk.

    `mark` is asked after each chunk how far its lines go; when it knows, lines count from there.
    """
    begun = mark()
    marks: deque[Mark | None] = deque()

    def pieces() -> Iterator[Piece]:
        number = begun.taken_lines if begun else 0
        for piece in _pieces(lines, size):
            marks.append(mark())
            count = len(piece)  # whoever takes the piece may empty it
            yield Piece(number + 1, piece)
            number += count

    for (first, lines_read), (taken, rejected) in reading(pieces()):
        yield Chunk(first + lines_read - 1, taken, rejected, marks.popleft())


def _pieces(lines: Iterable[str | bytes], size: int) -> Iterator[list[bytes]]:
    held: list[bytes] = []
    room = BYTES_PER_CHUNK
    for line in lines:
        # What is not UTF-8 then will not be UTF-8 now.
        raw = line if isinstance(line, bytes) else line.encode("utf-8", "surrogatepass")
        held.append(raw)
        room -= len(raw)
        if len(held) >= size or room <= 0:
            yield held
            held, room = [], BYTES_PER_CHUNK
    if held:
        yield held
