"""A place in a file that is read a piece at a time."""

import io
from abc import abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Seekable(io.RawIOBase):
    """A file to read from any byte on, however its bytes are come by.

    Who inherits sets `size`, in bytes, and gives `_piece`. `read(n)` gives n bytes unless the file
    ends.
    """

    size: int
    _position = 0

    @abstractmethod
    def _piece(self, position: int, most: int) -> bytes | memoryview:
        """Some of the bytes from a position within the file on: at least one, at most `most`."""

    def readable(self) -> bool:
        """Reading is what it is for."""
        return True

    def seekable(self) -> bool:
        """Any byte can be reached at once."""
        return True

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move; beyond the end is allowed and reads as nothing."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("negative seek position")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill `buffer` from the position on; return how many bytes were given."""
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self.size - self._position))
        given = 0
        while given < wanted:
            piece = self._piece(self._position, wanted - given)
            view[given : given + len(piece)] = piece
            given += len(piece)
            self._position += len(piece)
        return given
