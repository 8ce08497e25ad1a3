"""Making the copy of a recording that goes out.

The copy is made in a stream, so that a recording of any length needs little memory, and nothing
plain lies on a disk besides the master.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from portal.errors import Refused
from portal.house import House
from portal.recordings.models import Recording

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@contextmanager
def make_copy(house: House, recording: Recording) -> Iterator[BinaryIO]:
    """A stream with the whole copy. Where the master's SHA-256 is known, every byte is checked
    against it, and the end of the stream raises when it is another file.

    Raises `Refused` when there is no master or it is not the one that was catalogued.
    """
    if recording.media is None or recording.is_deleted:
        raise Refused(f"There is no video file for recording {recording.source_id}.")
    with house.footage.open(recording.media) as master:
        checked = _Checked(master, recording.sha256)
        yield io.BufferedReader(checked, 1024 * 1024)


class _Checked(io.RawIOBase):
    """Reads a file and refuses its end unless all of it had the right fingerprint."""

    def __init__(self, source: BinaryIO, sha256: str | None) -> None:
        super().__init__()
        self._source = source
        self._expected = sha256.lower() if sha256 else None
        self._sum = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._source.read(len(view))
        view[: len(piece)] = piece
        self._sum.update(piece)
        if not piece and self._expected not in (None, self._sum.hexdigest()):
            raise Refused("The video file is not the one that was catalogued. It was not copied.")
        return len(piece)
