"""Sealing and opening with the keys of the periods so far."""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import pyrage

from portal.errors import Refused
from portal.sealing.keys import private_key
from portal.sealing.reading import SealedReader

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(frozen=True)
class Sealed:
    """What was sealed: SHA-256 (lower-case hex) and size in bytes of the PLAIN content."""

    plain_sha256: str
    plain_size: int


class Sealer:
    """Seals to the newest key and, where given, to an offline recovery recipient; opens with all.

    The recovery recipient (`age1…`) is the public half of a key kept in a safe: it opens the
    files if the key file is ever lost, and its secret half never comes near this machine.
    """

    def __init__(self, identities: Sequence[str], recovery_recipient: str | None = None) -> None:
        if not identities:
            raise Refused("There is no key to seal files with.")
        self._keys = [private_key(identity) for identity in identities]
        self._recipients = [pyrage.x25519.Identity.from_str(identities[-1]).to_public()]
        if recovery_recipient:
            self._recipients.append(_recipient(recovery_recipient))

    def seal(self, source: BinaryIO, target: BinaryIO) -> Sealed:
        """Read `source` to its end and write it sealed to `target`, in constant memory.

        A fault in either file (a size limit, a full disk) comes out as it was raised; what
        `target` holds then is worthless.
        """
        faults = _Remembering()
        plain = _Source(source, faults)
        try:
            pyrage.encrypt_io(plain, _Target(target, faults), self._recipients)
        except pyrage.EncryptError:
            if faults.fault:
                raise faults.fault from None  # the library would hide it in its own
            raise
        return Sealed(plain.sha256.hexdigest(), plain.size)

    def open(self, sealed: BinaryIO) -> SealedReader:
        """Open a sealed, seekable file for reading from any byte on. Raises `Damaged`.

        The reader owns `sealed` and closes it; a file that is refused is closed at once.
        """
        with ExitStack() as unless_opened:
            unless_opened.callback(sealed.close)
            reader = SealedReader(sealed, self._keys)
            unless_opened.pop_all()
        return reader


def _recipient(spelt: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(spelt)
    except pyrage.RecipientError:
        raise Refused("The recovery recipient is not an age recipient (age1…).") from None


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
    """What the library writes to."""

    def __init__(self, target: BinaryIO, faults: _Remembering) -> None:
        self._target, self._faults = target, faults

    def write(self, piece: "ReadableBuffer") -> int:
        with self._faults:
            return self._target.write(piece)

    def flush(self) -> None:
        """The owner of the target flushes when all is written."""
