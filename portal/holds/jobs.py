"""What the worker does for retention: the files of deleted recordings go too."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.house import House
from portal.outbox.commands import Lease


def delete_footage(house: House, held: Lease) -> Callable[[Session], None]:
    """Delete the master file of a recording that routine deletion took."""
    house.footage.delete(held.payload["media"])
    return lambda session: None
