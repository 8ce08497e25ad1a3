"""The ledger of what went out of a file: what of it they have, and whether more may go. Law: pure.

A download that broke off and goes on is one download: what is counted is bytes, not requests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# A sending writes down how far it has come every so often. One that has not for longer ended with
# its process, and what it did not write down counts as not sent.
NOTED_EVERY = timedelta(seconds=10)
LOST_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Piece:
    """A part of a file that somebody asked for: `asked` bytes from byte `first` on, of which
    `sent` are known to have gone. While `is_running` all of them may go, and all of them may have
    gone where it `is_passed_on`, to a server that does not tell us."""

    first: int
    asked: int
    sent: int
    is_running: bool = False
    is_passed_on: bool = False

    @property
    def counted(self) -> int:
        """How many bytes of it count as gone, where it must not be too few."""
        return self.asked if self.is_running or self.is_passed_on else self.sent


@dataclass(frozen=True)
class Delivered:
    """What is known of one file: how many of its bytes they have, and when the last one went; and
    when it was last passed to a server that does not tell us how much of it arrived."""

    size: int
    had: int
    last_at: datetime | None
    passed_on_at: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every byte went out at least once."""
        return self.last_at is not None and self.had == self.size

    @property
    def percent(self) -> int:
        """The share that went out, rounded down: 100 is the whole file and nothing less."""
        return 100 * self.had // self.size if self.size else 100 * self.is_whole


def had_of(pieces: Iterable[Piece], size: int) -> int:
    """How many different bytes of a file of `size` went out in these pieces together."""
    had, reached = 0, 0
    for first, end in sorted((piece.first, piece.first + piece.sent) for piece in pieces):
        had += max(0, min(end, size) - max(first, reached))
        reached = max(reached, end)
    return had


def may_begin(pieces: Iterable[Piece], *, size: int, asked: int, most_times: int) -> bool:
    """Whether `asked` bytes more may go, when a file may go out `most_times` as a whole.

    What is being sent counts as if all of it went, so that many who ask at once get no more, and
    so does what another server sends.
    """
    return sum(piece.counted for piece in pieces) + asked <= most_times * size


def may_pass_on(pieces: Iterable[Piece], *, size: int, asked: int, most_times: int) -> bool:
    """Whether another server may send `asked` bytes more, of a file that may go out `most_times`.

    Only half of what may go out goes that way: over a line that breaks off often, every new start
    counts as all that was left. The other half is for us to send, which counts what really went.
    """
    passed = sum(piece.asked for piece in pieces if piece.is_passed_on)
    return 2 * (passed + asked) <= most_times * size


def is_running(noted_at: datetime | None, at: datetime) -> bool:
    """Whether a sending that was not ended is still going on: it was heard of lately."""
    return noted_at is not None and at - noted_at < LOST_AFTER
