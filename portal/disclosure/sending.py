"""Sending a file: from the vault to the line, a piece at a time, asking again before each piece.

A stream holds one piece in memory. When its link is closed, its visit ends or a hold is placed,
it stops before the next piece, and the connection is cut short of the length it promised.
"""

from dataclasses import dataclass
from uuid import UUID

from portal.disclosure.commands.collecting import note_sent
from portal.disclosure.queries.collecting import may_go_on
from portal.errors import PortalError
from portal.house import House
from portal.sealing import SealedReader

PIECE = 1024 * 1024


class SendingStopped(PortalError):
    """The grant ended while a file was on its way; the connection must be cut."""


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
    """The pieces of a sending, for the web server to iterate over and to close."""

    def __init__(self, house: House, sending: Sending, source: SealedReader) -> None:
        self._house, self._sending, self._source = house, sending, source
        self._source.seek(sending.first)
        self._sent = 0
        self._is_closed = False

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        left = self._sending.length - self._sent
        if left <= 0:
            raise StopIteration
        if not self._may_go_on():
            raise SendingStopped("The grant ended while the file was sent.")
        piece = self._source.read(min(PIECE, left))
        if not piece:
            raise SendingStopped("The file is shorter than its row says.")
        self._sent += len(piece)
        return piece

    def close(self) -> None:
        """Let go of the file, and write down how much went out. The server calls it, always."""
        if self._is_closed:
            return
        self._is_closed = True
        self._source.close()
        with self._house.db.writing() as session:
            note_sent(session, opening_id=self._sending.opening_id, count=self._sent)

    def _may_go_on(self) -> bool:
        with self._house.db.reading() as session:
            return may_go_on(
                session,
                link_id=self._sending.link_id,
                file_id=self._sending.file_id,
                browser=self._sending.browser,
                at=self._house.now(),
            )
