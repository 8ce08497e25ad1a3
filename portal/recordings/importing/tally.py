"""Counting what an import does."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.recordings.importing.chunks import Rejected
from portal.recordings.importing.storing import Stored

# More messages than anybody reads would only fill the memory.
_MOST_MESSAGES = 10_000


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `rejected` has the first 10,000 bad lines, `rejected_count` all.

    Of a file that was gone on with, the counts are those of the whole file, and
    `continued_after_line` is the last line that had been taken in before.
    """

    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    rejected_count: int
    continued_after_line: int = 0


@dataclass
class Tally:
    """What has been done so far."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected_count: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def reject(self, bad: Iterable[Rejected]) -> None:
        """Count lines that were skipped."""
        for one in bad:
            self.rejected_count += 1
            if len(self.rejected) < _MOST_MESSAGES:
                self.rejected.append(one)

    def take(self, stored: Stored, lines: int) -> None:
        """Count a batch of so many lines."""
        created, updated = len(stored.created), len(stored.updated)
        self.created += created
        self.updated += updated
        self.unchanged += lines - created - updated

    def report(self, *, continued_after_line: int = 0) -> ImportReport:
        """All of it."""
        return ImportReport(
            self.created,
            self.updated,
            self.unchanged,
            tuple(self.rejected),
            self.rejected_count,
            continued_after_line,
        )
