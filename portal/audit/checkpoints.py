"""Signed checkpoints: what the book's head is now, told to a place outside, so that not even
whoever owns the database can write the book anew unseen. `verifier` checks them."""

import base64
import errno
import os
import stat
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.audit.chain import in_book
from portal.audit.verifier import Head, Witness, canonical, read_checkpoints, signed_text
from portal.audit.verify import head_of
from portal.config import Settings
from portal.db import Database
from portal.errors import Refused, Upstream

FILE_NAME = "checkpoints.jsonl"


def ensure_signing_keys(path: Path) -> list[Ed25519PrivateKey]:
    """The keys at `path`, making the file with a first one, for its owner alone, if it is not
    there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return load_signing_keys(path)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("# Ed25519 keys that sign checkpoints of the book, newest last. Secret.\n")
        file.write(f"{Ed25519PrivateKey.generate().private_bytes_raw().hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return load_signing_keys(path)


def load_signing_keys(path: Path) -> list[Ed25519PrivateKey]:
    """The keys in a file, newest last; older ones are kept so that what they signed can be checked.

    Refused when there is no file or no key, or when others may read it; never repeats a key.
    """
    try:
        with path.open(encoding="ascii") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise Refused(f"Others can read the key file {path}: run chmod 600 on it.")
            lines = [line.strip() for line in file]
        spelt = [bytes.fromhex(line) for line in lines if line and not line.startswith("#")]
        keys = [Ed25519PrivateKey.from_private_bytes(key) for key in spelt]
    except FileNotFoundError:
        raise Refused(f"There is no key file at {path}.") from None
    except ValueError:
        raise Refused(f"A line in the key file {path} is not a key.") from None
    if not keys:
        raise Refused(f"The key file {path} holds no keys.")
    return keys


def public_halves(keys: Iterable[Ed25519PrivateKey]) -> list[bytes]:
    """What anybody needs to check signatures, and may know."""
    return [key.public_key().public_bytes_raw() for key in keys]


def signed(head: Head, *, key: Ed25519PrivateKey, at: datetime) -> str:
    """The checkpoint of this head: one line of JSON, as `verifier` reads it."""
    told = in_book(at)
    signature = base64.b64encode(key.sign(signed_text(told, head))).decode()
    facts = {"at": told, "hash": head.hash, "sequence": head.sequence, "signature": signature}
    return f"{canonical(facts)}\n"


def checkpoint_now(db: Database, settings: Settings, *, at: datetime) -> str:
    """A checkpoint of the book as it is now. Refused when there is no key to sign it with."""
    if not settings.checkpoint_key_file:
        raise Refused("PORTAL_CHECKPOINT_KEY_FILE is not set: make one with `portal keys sign`.")
    key = load_signing_keys(Path(settings.checkpoint_key_file))[-1]
    with db.reading() as session:
        return signed(head_of(session), key=key, at=at)


def keep_checkpoint(db: Database, settings: Settings, *, at: datetime) -> None:
    """Add a checkpoint of the book to the file outside. Upstream when it cannot be written."""
    line = checkpoint_now(db, settings, at=at).encode("ascii")
    try:
        flags = os.O_APPEND | os.O_CREAT | os.O_RDWR
        descriptor = os.open(Path(settings.checkpoint_folder) / FILE_NAME, flags, 0o644)
        try:
            _add(line, descriptor)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        raise Upstream("The folder for checkpoints of the book cannot be written.") from None


def _add(line: bytes, descriptor: int) -> None:
    """Write a line of its own, even when the one before was cut off. OSError when it is cut off
    itself, by a disk that is full."""
    size = os.fstat(descriptor).st_size
    is_cut_off = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    whole = b"\n" * is_cut_off + line
    if os.write(descriptor, whole) < len(whole):  # in one go: two workers' lines never mix
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def kept_checkpoints(settings: Settings, *, say: Callable[[str], object]) -> list[Witness]:
    """What our own checkpoints say. Broken when one of them was not signed by us; `say` is told of
    one that was cut off while it was written."""
    kept = Path(settings.checkpoint_folder) / FILE_NAME
    if not settings.checkpoint_folder or not kept.exists():
        return []
    keys = public_halves(load_signing_keys(Path(settings.checkpoint_key_file)))
    with kept.open("rb") as file:
        return list(read_checkpoints(file, keys, say))
