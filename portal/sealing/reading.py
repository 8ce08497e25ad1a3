"""Reading a sealed file from any byte on, opening only the pieces that are asked for."""

import hmac
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from portal.sealing.header import Damaged, derive, read_header
from portal.storage.seekable import Seekable

__all__ = ["AT_ONCE", "CHUNK", "Damaged", "SealedReader"]

CHUNK = 64 * 1024
_TAG = 16
_SEALED_CHUNK = CHUNK + _TAG
# For somebody who sends a file: fewer and longer steps, and still little memory.
_CHUNKS_AT_ONCE = 8
AT_ONCE = _CHUNKS_AT_ONCE * CHUNK
_NONCE = 16
_SEAL = b"footage-request-portal/v1/seal"


@dataclass(frozen=True)
class Lock:
    """What locks the payload of one file: both stay the same when the header is written anew."""

    file_key: bytes
    nonce: bytes

    def cipher(self) -> ChaCha20Poly1305:
        """What opens the chunks."""
        return ChaCha20Poly1305(derive(self.file_key, salt=self.nonce, purpose=b"payload"))

    def seal(self, *, purpose: str, sha256: str) -> str:
        """The seal by which a row knows this very file: HMAC-SHA256, lower-case hex, over what it
        is for and the SHA-256 of its plain content, under a key that only this file has.

        Nobody can make another file with the same seal without having opened this one.
        """
        key = derive(self.file_key, salt=self.nonce, purpose=_SEAL)
        return hmac.digest(key, f"{purpose}\0{sha256}".encode(), "sha256").hex()


class Desk:
    """Where sealed chunks are laid out and opened. New memory would be wiped before each use, and
    is far from the processor: whoever reads next takes the desk that was left last.

    One on which something failed is not used again.
    """

    _free: ClassVar[list["Desk"]] = []

    def __init__(self) -> None:
        self.sealed = memoryview(bytearray(_CHUNKS_AT_ONCE * _SEALED_CHUNK))
        self.plain = memoryview(bytearray(AT_ONCE))

    @classmethod
    def take(cls) -> "Desk":
        """One that nobody sits at."""
        try:
            return cls._free.pop()
        except IndexError:
            return cls()

    def leave(self) -> None:
        """Let the next one have it."""
        self._free.append(self)


def read_lock(sealed: BinaryIO, keys: Sequence[X25519PrivateKey]) -> Lock:
    """Open the header and leave `sealed` at the first chunk. Raises `Damaged`."""
    file_key = read_header(sealed, keys).file_key
    nonce = sealed.read(_NONCE)
    if len(nonce) != _NONCE:
        raise Damaged
    return Lock(file_key, nonce)


class SealedReader(Seekable):
    """A plain, seekable view of a sealed file; one 64 KiB chunk of it is held in memory.

    The header's MAC and the last chunk are checked on opening, so a file that was cut short is
    refused before its first byte goes out; every other chunk is checked before any of it is
    given. `read(n)` gives n bytes unless the file ends. Raises `Damaged`, which says where the
    file is kept once `key` was set. Closing it closes the sealed file too.
    """

    key: str | None = None

    def __init__(self, sealed: BinaryIO, keys: Sequence[X25519PrivateKey]) -> None:
        super().__init__()
        self._lock = read_lock(sealed, keys)
        self._cipher = self._lock.cipher()
        self._begin = sealed.tell()
        self._chunks, self.size = _measure(sealed.seek(0, io.SEEK_END) - self._begin)
        self._sealed = sealed
        # A buffer helps with the header's lines. A chunk is larger, and would be copied once more.
        raw = sealed.raw if isinstance(sealed, io.BufferedReader) else sealed
        self._file = cast(io.RawIOBase, raw)
        self._held = (-1, b"")
        self._chunk(self._chunks - 1)

    def seal(self, *, purpose: str, sha256: str) -> str:
        """See `Lock.seal`."""
        return self._lock.seal(purpose=purpose, sha256=sha256)

    def read1(self, most: int, /) -> bytes:
        """What lies from the position on, at most `most` bytes and no more than is opened at one
        go: whole chunks, or what is left of one. Nothing at the end."""
        if self._position >= self.size or most <= 0:
            return b""
        number, within = divmod(self._position, CHUNK)
        count = min(most // CHUNK, _CHUNKS_AT_ONCE, self._chunks - 1 - number)
        if within == 0 and count > 1:
            piece = self._opened(number, count)
        else:
            piece = self._piece(self._position, most)
        self._position += len(piece)
        return piece

    def close(self) -> None:
        """Close the sealed file as well."""
        self._held = (-1, b"")
        self._sealed.close()
        super().close()

    def _piece(self, position: int, most: int) -> bytes:
        number, within = divmod(position, CHUNK)
        return self._chunk(number)[within : within + most]

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._held = (number, self._opened(number, 1))
        return self._held[1]

    def _opened(self, first: int, count: int) -> bytes:
        """Chunks that follow each other, checked and opened."""
        desk = Desk.take()
        begin, size = first * CHUNK, min(count * CHUNK, self.size - first * CHUNK)
        self._fill(desk.sealed[: size + count * _TAG], begin + first * _TAG)
        for each in range(count):
            plain = desk.plain[each * CHUNK : min((each + 1) * CHUNK, size)]
            sealed = desk.sealed[each * _SEALED_CHUNK :][: len(plain) + _TAG]
            self._open(first + each, sealed, plain)
        opened = bytes(desk.plain[:size])
        desk.leave()
        return opened

    def _open(self, number: int, sealed: memoryview, plain: memoryview) -> None:
        nonce = number.to_bytes(11, "big") + bytes([number == self._chunks - 1])
        try:
            self._cipher.decrypt_into(nonce, sealed, None, plain)
        except InvalidTag:
            raise self._damaged() from None

    def _damaged(self) -> Damaged:
        fault = Damaged()
        fault.key = self.key
        return fault

    def _fill(self, room: memoryview, offset: int) -> None:
        """Read so many bytes of the sealed payload, from `offset` on. A file may give less at once
        than was asked, and has become shorter since it was opened when it gives nothing."""
        self._file.seek(self._begin + offset)
        while room:
            given = self._file.readinto(room)
            if not given:
                raise self._damaged()
            room = room[given:]


def _measure(payload: int) -> tuple[int, int]:
    """Return how many chunks a payload of that many bytes has and how long the plain text is."""
    chunks = -(-payload // _SEALED_CHUNK)
    last = payload - (chunks - 1) * _SEALED_CHUNK
    # Only an empty file may have an empty chunk: each plain text has exactly one sealed shape.
    if chunks == 0 or last < _TAG or (last == _TAG and chunks > 1):
        raise Damaged
    return chunks, payload - chunks * _TAG
