"""How one entry of the book is bound to the one before it. Law: pure, standard library only.

An entry's hash covers its own canonical text and the hash before it, so that changing, removing
or swapping any entry breaks every hash that follows. The reckoning itself stands in `verifier`,
which a stranger can run alone: what we write and what they check is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.audit import verifier

# The hash "before" the first entry.
GENESIS = verifier.GENESIS

Detail = str | int | bool | None


@dataclass(frozen=True)
class Line:
    """One entry as it is hashed. `sequence` counts from 1 without gaps."""

    sequence: int
    at: datetime
    actor_kind: str
    actor_id: str
    deed: str
    subject: str
    details: Mapping[str, Detail]


def in_book(at: datetime) -> str:
    """An instant as the book writes it: UTC, with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_of(line: Line) -> dict[str, Any]:
    """The facts of an entry, as they are hashed and exported."""
    return {
        "sequence": line.sequence,
        "at": in_book(line.at),
        "actor": [line.actor_kind, line.actor_id],
        "deed": line.deed,
        "subject": line.subject,
        "details": line.details,
    }


def hash_of(line: Line, previous: str) -> str:
    """SHA-256 in hex over the previous entry's hash and this entry's canonical text."""
    return verifier.hash_of(entry_of(line), previous)
