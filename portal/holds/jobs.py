"""What the worker does for retention: the files of deleted recordings go too."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.house import House
from portal.outbox.commands import Lease
from portal.recordings.queries import media_in_use


def delete_footage(house: House, held: Lease) -> Callable[[Session], None]:
    """Delete the master files of recordings that routine deletion took, but for one that a
    recording taken in since then names too."""
    given = held.payload["media"]
    # A job that was owed before all files of a page were one job names one file.
    files = [given] if isinstance(given, str) else given
    with house.db.reading() as session:
        needed = media_in_use(session, files)
    for file in files:
        if file not in needed:
            house.footage.delete(file)
    return lambda session: None
