"""Hashing what people choose, so that the database's copy is worth little to a thief."""

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from portal.identity.passphrases import tidied

# Argon2id with what OWASP's password storage sheet asks for at least: a passphrase lives for weeks
# and is tried ten times a day at most.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified against where there is none, so that it takes as long.
_NONE = _HASHER.hash("nobody has this passphrase")


def hashed(passphrase: str) -> str:
    """A passphrase as the database keeps it (Argon2id)."""
    return _HASHER.hash(tidied(passphrase))


def is_same(passphrase_hash: str | None, typed: str) -> bool:
    """Whether what was typed is the passphrase; never for None, which takes as long to say."""
    try:
        _HASHER.verify(passphrase_hash or _NONE, tidied(typed))
    except VerificationError:
        return False
    return passphrase_hash is not None
