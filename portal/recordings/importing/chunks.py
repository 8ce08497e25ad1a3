"""What every source of recordings is read into: a few thousand at a time, checked."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.recordings.lines import ImportLine

# A chunk is one transaction: large enough that its end costs nothing, small enough that nobody
# who writes meanwhile waits for long, and that it fits in memory many times over.
LINES_PER_CHUNK = 20_000
BYTES_PER_CHUNK = 20_000_000


@dataclass(frozen=True)
class Rejected:
    """A line that was skipped; lines count from 1."""

    line_number: int
    message: str


@dataclass(frozen=True)
class Mark:
    """How far a file has been read: so many bytes, with this SHA-256, and so many lines."""

    taken_bytes: int
    taken_lines: int
    sha256: str


@dataclass(frozen=True)
class Chunk:
    """Some lines of a source: the good ones with their numbers, and what is wrong with the rest.

    `mark` is where the next chunk begins, for a source that can be gone on with.
    """

    lines_read: int
    taken: list[tuple[int, ImportLine]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    mark: Mark | None = None


def parted(chunk: Chunk) -> Iterator[list[tuple[int, ImportLine]]]:
    """The chunk's good lines in parts, no identifier twice in one: the later must see the first."""
    held: dict[str, tuple[int, ImportLine]] = {}
    for number, line in chunk.taken:
        if line.source_id in held:
            yield list(held.values())
            held = {}
        held[line.source_id] = (number, line)
    if held:
        yield list(held.values())
