"""The keys of machines: `ID.SECRET`. The id names the client, and the secret proves it."""

import hmac
import re
from typing import NamedTuple

from portal.ids import digest, new_reference, new_token

_ID = re.compile(r"key-[0-9A-Z]{4}-[0-9A-Z]{4}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
# Compared with when no client has the id, so that both answers take the same time.
NOBODYS = "0" * 64


class Key(NamedTuple):
    """A key in its two halves."""

    key_id: str
    secret: str

    def __str__(self) -> str:
        return f"{self.key_id}.{self.secret}"


def new_key() -> Key:
    """A fresh key: a short name that people can read to each other, and 256 random bits."""
    return Key(f"key-{new_reference().removeprefix('BWV-')}", new_token(256))


def read_key(text: str) -> Key | None:
    """The key that a text is, or None when it cannot be one of ours."""
    key_id, dot, secret = text.partition(".")
    if dot and _ID.fullmatch(key_id) and _SECRET.fullmatch(secret):
        return Key(key_id, secret)
    return None


def is_secret(secret: str, secret_sha256: str) -> bool:
    """Whether this is the secret with that SHA-256, compared in constant time."""
    return hmac.compare_digest(digest(secret), secret_sha256)
