"""Sending a file: from the vault to the line, some chunks at a time, asking before each mebibyte.

A stream holds less than a mebibyte in memory. When its link is closed, its visit ends or a hold is
placed, it stops before the next one, and the connection is cut short of the length it promised.
"""

import logging
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from errno import EPIPE
from threading import BoundedSemaphore
from uuid import UUID

from portal.disclosure.commands.delivering import note_sent
from portal.disclosure.delivered import NOTED_EVERY
from portal.disclosure.queries.collecting import may_go_on
from portal.errors import PortalError
from portal.house import House
from portal.outages import UNANSWERED, kind_of_fault
from portal.sealing import Damaged, SealedReader
from portal.web.line import Line

log = logging.getLogger("portal.disclosure")

PIECE = 1024 * 1024
# A hold, a closed link, a visit that somebody ended: each is a commit, and is seen before the next
# mebibyte. What ends by the time alone, an hour's visit or a link's last day, is seen within this.
ANSWER_HOLDS = timedelta(seconds=5)


class SendingStopped(PortalError, BrokenPipeError):
    """The grant ended while a file was on its way. To the web server it is a line that broke: it
    closes the connection, and needs no trace in its log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.errno = EPIPE


@contextmanager
def stopping(damaged: Callable[[], None]) -> Iterator[None]:
    """Let whatever keeps a file from being sent on end its sending, so that no fault of a disk, a
    store or a database gets to the web server, which writes addresses into its log. `damaged` is
    called when the file is, so that people hear of it."""
    try:
        yield
    except SendingStopped:
        raise
    except Damaged:
        with suppress(*UNANSWERED):  # whoever reads it next will say so
            damaged()
        raise SendingStopped("The file is damaged.") from None
    except UNANSWERED as fault:
        raise SendingStopped(
            f"Nobody could say that it may go on: {kind_of_fault(fault)}."
        ) from None
    except (PortalError, OSError) as fault:
        log.error("a file could not be read on", extra={"kind": type(fault).__name__})
        raise SendingStopped("The file could not be read on.") from None


@dataclass(frozen=True)
class Sending:
    """One file, or a part of it, on its way to one browser."""

    link_id: UUID
    file_id: UUID
    browser: str
    opening_id: int
    first: int
    length: int


class Stream:
    """The chunks of a sending, for the web server to iterate over and to close.

    `place` is given back when it ends: there are only so many in a process. `damaged` is called
    when the file turns out to be damaged on its way, so that people hear of it. A database that
    cannot be asked, or cannot be told how far this has come, ends it.
    """

    def __init__(
        self,
        house: House,
        sending: Sending,
        source: SealedReader,
        *,
        line: Line,
        place: BoundedSemaphore,
        damaged: Callable[[], None],
    ) -> None:
        self._house, self._sending, self._source = house, sending, source
        self._line, self._place, self._damaged = line, place, damaged
        self._source.seek(sending.first)
        self._taken = 0  # by the server; the last chunk of it may still be on its way out
        self._sent = 0
        self._granted = 0
        self._answer: tuple[Hashable, datetime] | None = None
        self._noted_at = house.now()
        self._is_closed = False

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        self._sent = self._taken
        left = self._sending.length - self._taken
        if left <= 0:
            self.close()
            raise StopIteration
        with stopping(self._damaged):
            if self._taken >= self._granted:
                self._ask()
            chunk = self._source.read1(min(left, self._granted - self._taken))
        if not chunk:
            raise SendingStopped("The file is shorter than its row says.")
        self._taken += len(chunk)
        return chunk

    def close(self) -> None:
        """Let go of the file, and write down how much went out. The server calls it, always."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._sent < self._sending.length:
            self._line.cut()
        self._place.release()
        self._source.close()
        try:
            self._note(self._house.now(), has_ended=True)
        except UNANSWERED as fault:
            # What was not written down counts as not sent, and is asked for again.
            log.error("ledger could not be written", extra={"kind": kind_of_fault(fault)})

    def _ask(self) -> None:
        """Before each mebibyte: whether it may go. Now and then, note how far it has come."""
        at = self._house.now()
        if not self._may_go_on(at):
            raise SendingStopped("The grant ended while the file was sent.")
        self._granted = self._taken + PIECE
        if at - self._noted_at >= NOTED_EVERY:
            self._note(at, has_ended=False)

    def _may_go_on(self, at: datetime) -> bool:
        # The state comes first: what is committed after it makes the next one another.
        state = self._house.db.state()
        if self._answer is not None:
            known, asked_at = self._answer
            if state == known and timedelta() <= at - asked_at < ANSWER_HOLDS:
                return True
        self._answer = (state, at)
        with self._house.db.reading() as session:
            return may_go_on(
                session,
                link_id=self._sending.link_id,
                file_id=self._sending.file_id,
                browser=self._sending.browser,
                at=at,
            )

    def _note(self, at: datetime, *, has_ended: bool) -> None:
        self._noted_at = at
        with self._house.db.writing() as session:
            note_sent(
                session,
                opening_id=self._sending.opening_id,
                count=self._sent,
                at=at,
                has_ended=has_ended,
            )
