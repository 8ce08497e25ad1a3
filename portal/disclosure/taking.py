"""Sending a copy to the handler who puts it on a disc: a piece at a time, asking before each."""

from collections.abc import Callable
from uuid import UUID

from portal.disclosure.queries.handovers import may_still_be_taken
from portal.disclosure.sending import PIECE, SendingStopped, stopping
from portal.house import House
from portal.sealing import SealedReader


class Taking:
    """The pieces of a copy, for the web server to iterate over and to close. `damaged` is called
    when the file turns out to be damaged on its way."""

    def __init__(
        self,
        house: House,
        source: SealedReader,
        *,
        handover_id: UUID,
        file_id: UUID,
        damaged: Callable[[], None],
    ) -> None:
        self._house, self._source, self._damaged = house, source, damaged
        self._handover_id, self._file_id = handover_id, file_id

    def __iter__(self) -> "Taking":
        return self

    def __next__(self) -> bytes:
        with stopping(self._damaged):
            if not self._may_go_on():
                raise SendingStopped("The handover was stopped, or a hold was placed.")
            piece = self._source.read(PIECE)
        if not piece:
            raise StopIteration
        return piece

    def _may_go_on(self) -> bool:
        with self._house.db.reading() as session:
            return may_still_be_taken(
                session,
                handover_id=self._handover_id,
                file_id=self._file_id,
                at=self._house.now(),
            )

    def close(self) -> None:
        """Let go of the file. The server calls it, always."""
        self._source.close()
