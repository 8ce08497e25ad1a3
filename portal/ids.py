"""Names for things: identifiers, references, secrets. All random ones come from `secrets`."""

import hashlib
import re
import secrets
import uuid

# No vowels (no accidental words) and none of 0 O 1 I L, which people misread over the phone.
_REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
_REFERENCE = re.compile(rf"BWV-[{_REFERENCE_LETTERS}]{{4}}-[{_REFERENCE_LETTERS}]{{4}}")


def new_id() -> uuid.UUID:
    """A row's identifier: random, so that it says nothing about how many there are."""
    return uuid.uuid4()


def new_reference() -> str:
    """A request's reference, such as `BWV-7K3Q-M2XD`: about 38 bits, not guessable in practice."""
    letters = [secrets.choice(_REFERENCE_LETTERS) for _ in range(8)]
    return f"BWV-{''.join(letters[:4])}-{''.join(letters[4:])}"


def tidy_reference(typed: str) -> str | None:
    """The reference somebody typed (any case, spaces or missing dashes), or None if it is none."""
    bare = re.sub(r"[^A-Z0-9]", "", typed.upper())
    reference = f"{bare[:3]}-{bare[3:7]}-{bare[7:]}"
    return reference if _REFERENCE.fullmatch(reference) else None


def is_end_of(reference: str, typed: str) -> bool:
    """Whether the whole reference was typed, or its last four letters and numbers."""
    bare = re.sub(r"[^A-Z0-9]", "", typed.upper())
    return tidy_reference(bare) == reference or bare == reference[-4:]


def new_token(bits: int = 128) -> str:
    """A URL-safe random string of that many bits."""
    return secrets.token_urlsafe(bits // 8)


def new_code(digits: int = 8) -> str:
    """A code of decimal digits for somebody to type, leading zeros kept."""
    return str(secrets.randbelow(10**digits)).zfill(digits)


def digest(content: bytes | str) -> str:
    """SHA-256 in lower-case hex. Text is taken as UTF-8."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
