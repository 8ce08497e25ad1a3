"""The keys that open sealed files: one a period, in a file outside the database."""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from portal.errors import Refused

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PREFIX = "AGE-SECRET-KEY-1"
_PUBLIC = "age1"
_CHECKSUM_LETTERS = 6


def generate_key() -> str:
    """Return a new identity, `AGE-SECRET-KEY-1…`. Whoever holds it can open what it seals."""
    return str(pyrage.x25519.Identity.generate())


def load_keys(path: Path) -> list[str]:
    """Return the identities in a key file: one a line, newest last; `#` begins a comment.

    Raises `Refused` when there is no file, when it holds no key or a wrong one, or when anyone
    but its owner may read or change it.
    """
    try:
        with path.open(encoding="utf-8") as file:
            _only_the_owner(os.fstat(file.fileno()).st_mode, path)
            lines = [line.strip() for line in file]
    except FileNotFoundError:
        raise Refused(f"There is no key file at {path}.") from None
    identities = [line for line in lines if line and not line.startswith("#")]
    if not identities:
        raise Refused(f"The key file {path} holds no keys.")
    for identity in identities:
        private_key(identity)
    return identities


def ensure_keys(path: Path) -> list[str]:
    """Return the keys at `path`, making the file with one new key when there is none.

    For the first set-up and the demonstration. Two processes starting together share one file.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    beginning = "# Keys to files at rest, newest last. Keep a copy somewhere safe."
    try:
        _write_secret(fresh, f"{beginning}\n{generate_key()}\n")
        # A link appears whole and never replaces: the first process to arrive wins.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)
    return load_keys(path)


def add_key(path: Path) -> str:
    """Begin a new period: add a new key at the end of the file, and return its recipient (`age1…`).

    The file is replaced whole and keeps its owner: whoever reads it meanwhile sees the one or the
    other. Raises `Refused` when it may not be written here, such as a mounted secret.
    """
    path, identity = path.resolve(), generate_key()
    try:
        with _alone_in(path.parent):
            load_keys(path)
            before = path.read_text(encoding="utf-8").rstrip("\n")
            _replace(path, f"{before}\n{identity}\n")
    except OSError as fault:
        raise Refused(
            f"The key file {path} cannot be written ({fault.strerror}). Add the line of a new "
            "key (age-keygen makes one) at its end where it is kept, and rotate with --resume."
        ) from fault
    return recipient_of(identity)


class KeyFile:
    """The keys in a file, read again whenever the file has changed. Raises as `load_keys`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, ...], Sequence[str]] = ((), ())

    def __call__(self) -> Sequence[str]:
        """The identities that it holds now, newest last."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return load_keys(self._path)  # says so
        state = (now.st_ino, now.st_mtime_ns, now.st_size, now.st_mode)
        if state != self._read[0]:
            self._read = (state, load_keys(self._path))
        return self._read[1]


def private_key(identity: str) -> X25519PrivateKey:
    """Return the key an identity spells. Raises `Refused`; the message never repeats the key."""
    try:
        pyrage.x25519.Identity.from_str(identity)  # checks the spelling and the checksum
    except pyrage.IdentityError:
        raise Refused("A line in the key file is not an age identity.") from None
    return X25519PrivateKey.from_private_bytes(_spelt(identity.upper().removeprefix(_PREFIX)))


def public_key(recipient: str) -> X25519PublicKey:
    """Return the key a recipient (`age1…`) spells. Raises `Refused`."""
    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise Refused("The recovery recipient is not an age recipient (age1…).") from None
    return X25519PublicKey.from_public_bytes(_spelt(recipient.lower().removeprefix(_PUBLIC)))


def recipient_of(identity: str) -> str:
    """The public half of an identity, `age1…`."""
    return str(pyrage.x25519.Identity.from_str(identity).to_public())


def _spelt(word: str) -> bytes:
    """The 32 bytes that a Bech32 word, whose checksum was checked, stands for."""
    bits = "".join(f"{_LETTERS.index(letter):05b}" for letter in word.lower()[:-_CHECKSUM_LETTERS])
    return int(bits[:256], 2).to_bytes(32, "big")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep a second process from adding a key at the same time."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str) -> None:
    owner = path.stat()
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_secret(fresh, text)
        if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(fresh, owner.st_uid, owner.st_gid)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _write_secret(fresh: Path, text: str) -> None:
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _only_the_owner(mode: int, path: Path) -> None:
    if stat.S_IMODE(mode) & 0o077:
        raise Refused(f"Others can read the key file {path}: run chmod 600 on it.")
