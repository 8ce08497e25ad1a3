"""The keys that open sealed files: one a period, in a file outside the database."""

import os
import secrets
import stat
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from portal.errors import Refused

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PREFIX = "AGE-SECRET-KEY-1"
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
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("# Keys to files at rest, newest last. Keep a copy somewhere safe.\n")
            file.write(f"{generate_key()}\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole and never replaces: the first process to arrive wins.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return load_keys(path)


def private_key(identity: str) -> X25519PrivateKey:
    """Return the key an identity spells. Raises `Refused`; the message never repeats the key."""
    try:
        pyrage.x25519.Identity.from_str(identity)  # checks the spelling and the checksum
    except pyrage.IdentityError:
        raise Refused("A line in the key file is not an age identity.") from None
    spelt = identity.upper().removeprefix(_PREFIX).lower()[:-_CHECKSUM_LETTERS]
    bits = "".join(f"{_LETTERS.index(letter):05b}" for letter in spelt)
    return X25519PrivateKey.from_private_bytes(int(bits[:256], 2).to_bytes(32, "big"))


def _only_the_owner(mode: int, path: Path) -> None:
    if stat.S_IMODE(mode) & 0o077:
        raise Refused(f"Others can read the key file {path}: run chmod 600 on it.")
