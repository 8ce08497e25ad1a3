"""What the worker does for retention: the files of deleted recordings go too."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.house import House
from portal.outbox.commands import Lease
from portal.recordings.bulk import prepare
from portal.recordings.queries import media_in_use


def delete_footage(house: House, held: Lease) -> Callable[[Session], None]:
    """Delete the master files of recordings that routine deletion took, but for one that a
    recording taken in since then names too."""
    given = held.payload["media"]
    # A job that was owed before all files of a page were one job names one file.
    files = [given] if isinstance(given, str) else given
    for file in files:
        _delete_unless_needed(house, file)
    return lambda session: None


def _delete_unless_needed(house: House, file: str) -> None:
    """Ask and delete while no import writes, which could name the file in between. Each file by
    itself, so that an import never waits for more than one."""
    with house.db.writing() as session:
        prepare(session)
        if not media_in_use(session, [file]):
            house.footage.delete(file)
