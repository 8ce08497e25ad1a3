"""How one entry of the book is bound to the one before it. Law: pure, standard library only.

An entry's hash covers its own canonical text and the hash before it, so that changing, removing
or swapping any entry breaks every hash that follows.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from portal.ids import digest

# The hash "before" the first entry.
GENESIS = "0" * 64

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


def canonical(line: Line) -> str:
    """The one text of an entry: sorted keys, no spaces, UTC with microseconds."""
    return json.dumps(
        {
            "sequence": line.sequence,
            "at": line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor": [line.actor_kind, line.actor_id],
            "deed": line.deed,
            "subject": line.subject,
            "details": dict(line.details),
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )


def hash_of(line: Line, previous: str) -> str:
    """SHA-256 in hex over the previous entry's hash and this entry's canonical text."""
    return digest(f"{previous}\n{canonical(line)}")
