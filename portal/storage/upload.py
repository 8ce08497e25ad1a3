"""Writing to an S3-compatible store: in parts, in constant memory, visible only when whole."""

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from portal.errors import NotFound, Upstream
from portal.storage.door import CANNOT_STORE
from portal.storage.faults import in_our_words

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Every part but the last has this size, which some stores insist on. A store takes 10,000 parts:
# the largest file is 156 GiB.
PART = 16 * 1024 * 1024
MOST_PARTS = 10_000


class Upload(io.RawIOBase):
    """A file to write to. Nothing shows at the key before `finish`; `abandon` leaves nothing."""

    def __init__(self, client: Any, place: dict[str, str]) -> None:
        super().__init__()
        self._client, self._place = client, place
        self._waiting = bytearray()
        self._written = 0
        self._id: str | None = None
        self._parts: list[dict[str, Any]] = []

    def writable(self) -> bool:
        """Writing is what it is for."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._written

    def write(self, piece: "ReadableBuffer", /) -> int:
        """Take bytes in, and send each part that is full."""
        view = memoryview(piece).cast("B")
        self._waiting += view
        self._written += len(view)
        while len(self._waiting) >= PART:
            self._send(bytes(memoryview(self._waiting)[:PART]))
            del self._waiting[:PART]
        return len(view)

    def finish(self, condition: dict[str, str]) -> None:
        """Make it visible, whole, if the condition (`IfNoneMatch`, `IfMatch`) holds."""
        with in_our_words(CANNOT_STORE):
            if self._id is None:
                body = bytes(self._waiting)
                self._client.put_object(**self._place, Body=body, **condition)
                return
        if self._waiting:
            self._send(bytes(self._waiting))
        with in_our_words(CANNOT_STORE):
            self._client.complete_multipart_upload(
                **self._place,
                UploadId=self._id,
                MultipartUpload={"Parts": self._parts},
                **condition,
            )

    def abandon(self) -> None:
        """Take away the parts that were sent. When the store cannot be reached they stay, unseen,
        until `sweep_unfinished`."""
        self._waiting.clear()
        if self._id is not None:
            with suppress(NotFound, Upstream), in_our_words(CANNOT_STORE):
                self._client.abort_multipart_upload(**self._place, UploadId=self._id)

    def _send(self, part: bytes) -> None:
        if len(self._parts) == MOST_PARTS:
            raise Upstream("This file is too large for our store.")
        number = len(self._parts) + 1
        with in_our_words(CANNOT_STORE):
            if self._id is None:
                self._id = self._client.create_multipart_upload(**self._place)["UploadId"]
            sent = self._client.upload_part(
                **self._place, UploadId=self._id, PartNumber=number, Body=part
            )
        self._parts.append({"ETag": sent["ETag"], "PartNumber": number})
