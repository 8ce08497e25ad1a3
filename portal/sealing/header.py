"""The head of an age file: who may open it, and proof that nobody changed that.

age-encryption.org/v1
-> X25519 <sender's share>
<the file key, wrapped>
--- <MAC over everything above>
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from portal.errors import PortalError

_VERSION = b"age-encryption.org/v1"
_LONGEST = 64 * 1024  # far above any header we write; keeps a hostile file from filling memory
_BODY_COLUMNS = 64
_FILE_KEY_BYTES = 16
_KIND = b"X25519"
_NO_NONCE = bytes(12)  # safe: each wrapping key is used once


class Damaged(PortalError):
    """A sealed file is cut short, altered, or was never for our keys. Nothing of it is shown.

    `key` is where it is kept, where that is known: a person must look at it.
    """

    key: str | None = None

    def __init__(self, message: str = "This file is damaged and cannot be opened.") -> None:
        super().__init__(message)


@dataclass(frozen=True)
class Stanza:
    """One recipient's copy of the file key: its kind, its arguments and its body."""

    arguments: tuple[bytes, ...]
    body: bytes


@dataclass(frozen=True)
class Header:
    """What a header told: the file key, which of our keys opened it (counted from 0), and for
    how many X25519 recipients it is."""

    file_key: bytes
    opened_by: int
    recipients: int


def read_header(sealed: BinaryIO, keys: Sequence[X25519PrivateKey]) -> Header:
    """Open the header and leave `sealed` at the first byte after it.

    Raises `Damaged` when the header is not strict age v1, no key opens it, or its MAC is wrong.
    """
    text = bytearray()
    stanzas, mac = _parse(_lines(sealed, text))
    ours = [stanza for stanza in stanzas if stanza.arguments[0] == _KIND]
    # A later key is likelier to fit, and trying one costs a curve multiplication.
    for number in reversed(range(len(keys))):
        for stanza in ours:
            if file_key := _unwrap(stanza, keys[number]):
                _check_mac(file_key, bytes(text), mac)
                return Header(file_key, number, len(ours))
    raise Damaged


def written_header(file_key: bytes, recipients: Sequence[X25519PublicKey]) -> bytes:
    """A new header for the payload that `file_key` opens, for these recipients and nobody else."""
    lines = [_VERSION, *(line for one in recipients for line in _wrapped(file_key, one))]
    text = b"\n".join(lines) + b"\n---"
    code = HMAC(derive(file_key, salt=b"", purpose=b"header"), SHA256())
    code.update(text)
    return text + b" " + _letters(code.finalize()) + b"\n"


def derive(secret: bytes, *, salt: bytes, purpose: bytes) -> bytes:
    """Return 32 bytes by HKDF-SHA256, as the age format asks."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(secret)


def _lines(sealed: BinaryIO, text: bytearray) -> Iterator[bytes]:
    """Yield header lines without their ends, gathering in `text` what the MAC covers."""
    while len(text) < _LONGEST:
        line = sealed.readline(_LONGEST)
        if not line.endswith(b"\n"):
            raise Damaged
        text += b"---" if line.startswith(b"--- ") else line
        yield line[:-1]
    raise Damaged


def _parse(lines: Iterator[bytes]) -> tuple[list[Stanza], bytes]:
    if next(lines) != _VERSION:
        raise Damaged
    stanzas: list[Stanza] = []
    while (line := next(lines)).startswith(b"-> "):
        arguments = tuple(line[3:].split(b" "))
        if not all(arguments):
            raise Damaged
        stanzas.append(Stanza(arguments, _body(lines)))
    if not stanzas or not line.startswith(b"--- "):
        raise Damaged
    return stanzas, _unpadded(line[4:])


def _body(lines: Iterator[bytes]) -> bytes:
    """Return a stanza's body: full lines of 64 letters, ended by a shorter one."""
    letters = b""
    while len(line := next(lines)) == _BODY_COLUMNS:
        letters += line
    if len(line) > _BODY_COLUMNS:
        raise Damaged
    return _unpadded(letters + line)


def _unpadded(letters: bytes) -> bytes:
    """Decode base64 in its one canonical spelling, so that no two headers mean the same."""
    try:
        decoded = base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except binascii.Error:
        raise Damaged from None
    if _letters(decoded) != letters:
        raise Damaged
    return decoded


def _unwrap(stanza: Stanza, key: X25519PrivateKey) -> bytes | None:
    """Return the file key, or None when the stanza is for another of the recipients."""
    share = _unpadded(stanza.arguments[1]) if len(stanza.arguments) == 2 else b""
    if len(share) != 32 or len(stanza.body) != _FILE_KEY_BYTES + 16:
        raise Damaged
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:  # a share of low order gives everyone the same secret
        raise Damaged from None
    wrapping = _wrapping(shared, share, _raw(key.public_key()))
    try:
        return wrapping.decrypt(_NO_NONCE, stanza.body, None)
    except InvalidTag:
        return None


def _wrapped(file_key: bytes, recipient: X25519PublicKey) -> list[bytes]:
    """The lines of a stanza from which only `recipient` can read the file key."""
    sender = X25519PrivateKey.generate()
    share = _raw(sender.public_key())
    wrapping = _wrapping(sender.exchange(recipient), share, _raw(recipient))
    body = _letters(wrapping.encrypt(_NO_NONCE, file_key, None))
    return [b"-> " + _KIND + b" " + _letters(share), body]


def _wrapping(shared: bytes, share: bytes, recipient: bytes) -> ChaCha20Poly1305:
    salt = share + recipient
    return ChaCha20Poly1305(derive(shared, salt=salt, purpose=_VERSION + b"/" + _KIND))


def _raw(public: X25519PublicKey) -> bytes:
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _letters(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def _check_mac(file_key: bytes, text: bytes, mac: bytes) -> None:
    code = HMAC(derive(file_key, salt=b"", purpose=b"header"), SHA256())
    code.update(text)
    if not compare_digest(code.finalize(), mac):
        raise Damaged
