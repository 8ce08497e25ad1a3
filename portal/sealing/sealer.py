"""Sealing with the newest key, opening with the keys of the periods so far."""

import hashlib
import io
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import pyrage
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from portal.errors import Refused
from portal.sealing.header import read_header, written_header
from portal.sealing.keys import private_key, public_key, recipient_of
from portal.sealing.reading import Lock, SealedReader, read_lock

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_BEGINNING = 16 * 1024  # far above any header for two recipients


@dataclass(frozen=True)
class Sealed:
    """What was sealed: SHA-256 (lower-case hex) and size in bytes of the PLAIN content."""

    plain_sha256: str
    plain_size: int
    lock: Lock

    def seal(self, *, purpose: str) -> str:
        """The seal by which a row knows this very file, and what it is for."""
        return self.lock.seal(purpose=purpose, sha256=self.plain_sha256)


@dataclass(frozen=True)
class _Ring:
    """The keys as they were read: all that open, and for whom is sealed."""

    spelt: tuple[str, ...]
    keys: tuple[X25519PrivateKey, ...]
    recipients: tuple[str, ...]

    def public_keys(self) -> list[X25519PublicKey]:
        return [public_key(one) for one in self.recipients]


class Sealer:
    """Seals to the newest key and, where given, to an offline recovery recipient; opens with all.

    `identities` are the keys, newest last, or something that gives them when asked (`KeyFile`),
    so that a key added to the file is used at once by every process. The recovery recipient
    (`age1…`) is the public half of a key kept in a safe: it opens the files if the key file is
    ever lost, and its secret half never comes near this machine.
    """

    def __init__(
        self,
        identities: Sequence[str] | Callable[[], Sequence[str]],
        recovery_recipient: str | None = None,
    ) -> None:
        self._identities = identities if callable(identities) else lambda: identities
        self._recovery = (recovery_recipient,) if recovery_recipient else ()
        for recipient in self._recovery:
            public_key(recipient)
        self._last = self._ring_of(tuple(self._identities()))

    def seal(self, source: BinaryIO, target: BinaryIO) -> Sealed:
        """Read `source` to its end and write it sealed to `target`, in constant memory.

        A fault in either file (a size limit, a full disk) comes out as it was raised; what
        `target` holds then is worthless.
        """
        faults = _Remembering()
        plain = _Source(source, faults)
        ring, written = self._ring(), _Target(target, faults)
        recipients = [pyrage.x25519.Recipient.from_str(one) for one in ring.recipients]
        try:
            pyrage.encrypt_io(plain, written, recipients)
        except pyrage.EncryptError:
            if faults.fault:
                raise faults.fault from None  # the library would hide it in its own
            raise
        lock = read_lock(io.BytesIO(written.beginning), ring.keys)
        return Sealed(plain.sha256.hexdigest(), plain.size, lock)

    def open(self, sealed: BinaryIO) -> SealedReader:
        """Open a sealed, seekable file for reading from any byte on. Raises `Damaged`.

        The reader owns `sealed` and closes it; a file that is refused is closed at once.
        """
        with ExitStack() as unless_opened:
            unless_opened.callback(sealed.close)
            reader = SealedReader(sealed, self._ring().keys)
            unless_opened.pop_all()
        return reader

    def rewrapped(self, sealed: BinaryIO) -> bytes | None:
        """The header that `sealed` should have: its file key for the newest key and the recovery
        recipient alone. None when it is for the newest and for as many already.

        Leaves `sealed` at the first byte after its header: what follows stays as it is, to the
        byte. Raises `Damaged`.
        """
        ring = self._ring()
        header = read_header(sealed, ring.keys)
        is_newest = header.opened_by == len(ring.keys) - 1
        if is_newest and header.recipients == len(ring.recipients):
            return None
        return written_header(header.file_key, ring.public_keys())

    def rewrapped_whole(self, sealed: bytes) -> bytes | None:
        """The same for something small that is kept in a row; None when nothing is to be done."""
        source = io.BytesIO(sealed)
        header = self.rewrapped(source)
        return None if header is None else header + source.read()

    @property
    def newest_recipient(self) -> str:
        """The public half (`age1…`) of the key that seals now."""
        return self._ring().recipients[0]

    def _ring(self) -> _Ring:
        spelt = tuple(self._identities())
        if spelt != self._last.spelt:
            self._last = self._ring_of(spelt)
        return self._last

    def _ring_of(self, spelt: tuple[str, ...]) -> _Ring:
        if not spelt:
            raise Refused("There is no key to seal files with.")
        keys = tuple(private_key(identity) for identity in spelt)
        return _Ring(spelt, keys, (recipient_of(spelt[-1]), *self._recovery))


class _Remembering:
    """Remembers the fault that passes through it on its way out."""

    fault: BaseException | None = None

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        self.fault = fault or self.fault


class _Source:
    """What the library reads from: measures on the way."""

    def __init__(self, source: BinaryIO, faults: _Remembering) -> None:
        self._source, self._faults = source, faults
        self.sha256 = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        with self._faults:
            piece = self._source.read(size)
        self.sha256.update(piece)
        self.size += len(piece)
        return piece


class _Target:
    """What the library writes to: keeps the beginning, where the header and the nonce are."""

    def __init__(self, target: BinaryIO, faults: _Remembering) -> None:
        self._target, self._faults = target, faults
        self.beginning = b""

    def write(self, piece: "ReadableBuffer") -> int:
        if len(self.beginning) < _BEGINNING:
            self.beginning += bytes(piece)
        with self._faults:
            return self._target.write(piece)

    def flush(self) -> None:
        """The owner of the target flushes when all is written."""
