"""Reading from an S3-compatible store from any byte on, a piece at a time."""

import io
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, HTTPClientError

from portal.errors import Upstream
from portal.storage.door import CANNOT_READ, AlreadyStored
from portal.storage.faults import in_our_words

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 1024 * 1024
_TRIES = 3


class RangedFile(io.RawIOBase):
    """A seekable view of one stored object, by ranged reads of a mebibyte.

    Two pieces are held: the one being read, and the one before it, so that looking at the end of
    a file and coming back costs nothing. No connection stays open between pieces, however slow
    the reader is. When the object is replaced meanwhile, reading on raises rather than mixing two.
    `read(n)` gives n bytes unless the file ends. Raises `NotFound`, `Upstream`.
    """

    def __init__(self, client: Any, place: dict[str, str], *, size: int, etag: str) -> None:
        super().__init__()
        self._client, self._place, self._etag = client, place, etag
        self.size = size
        self._position = 0
        self._held: list[tuple[int, bytes]] = []

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
            begin, piece = self._piece_at(self._position)
            within = self._position - begin
            part = memoryview(piece)[within : within + wanted - given]
            view[given : given + len(part)] = part
            given += len(part)
            self._position += len(part)
        return given

    def _piece_at(self, position: int) -> tuple[int, bytes]:
        for held in self._held:
            if held[0] <= position < held[0] + len(held[1]):
                return held
        last = min(position + PIECE, self.size) - 1
        fetched = (position, self._fetched(position, last))
        self._held = [fetched, *self._held[:1]]
        return fetched

    def _fetched(self, first: int, last: int) -> bytes:
        """The bytes from `first` to `last`. A body that breaks off is asked for again: the
        client's own tries end where the body begins."""
        for _ in range(_TRIES):
            answer = self._asked_for(f"bytes={first}-{last}")
            try:
                body: bytes = answer["Body"].read()
            except (BotoCoreError, HTTPClientError):
                continue
            if len(body) == last - first + 1:
                return body
        raise Upstream(CANNOT_READ)

    def _asked_for(self, wanted: str) -> Any:
        try:
            with in_our_words():
                return self._client.get_object(**self._place, Range=wanted, IfMatch=self._etag)
        except AlreadyStored:  # another was put in its place
            raise Upstream(CANNOT_READ) from None
