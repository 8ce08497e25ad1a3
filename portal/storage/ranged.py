"""Reading from an S3-compatible store from any byte on, a piece at a time."""

from typing import Any

from botocore.exceptions import BotoCoreError, HTTPClientError

from portal.errors import Upstream
from portal.storage.door import CANNOT_READ, AlreadyStored
from portal.storage.faults import in_our_words
from portal.storage.seekable import Seekable

PIECE = 1024 * 1024
_TRIES = 3


class RangedFile(Seekable):
    """A seekable view of one stored object, by ranged reads of a mebibyte.

    Two pieces are held: the one being read, and the one before it, so that looking at the end of
    a file and coming back costs nothing. No connection stays open between pieces, however slow
    the reader is. When the object is replaced meanwhile, reading on raises rather than mixing two.
    Raises `NotFound`, `Upstream`.
    """

    def __init__(self, client: Any, place: dict[str, str], *, size: int, etag: str) -> None:
        super().__init__()
        self._client, self._place, self._etag = client, place, etag
        self.size = size
        self._held: list[tuple[int, bytes]] = []

    def _piece(self, position: int, most: int) -> memoryview:
        begin, held = self._piece_at(position)
        within = position - begin
        return memoryview(held)[within : within + most]

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
