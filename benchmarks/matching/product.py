"""The portal's own search, the whole way through, as one of the engines that are compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from portal.audit.commands import seal
from portal.db import Database, open_database
from portal.recordings.criteria import Criteria
from portal.recordings.finding import search
from portal.recordings.tracks import Flags, Ints

# Our numbers count from one, in the order in which the recordings were loaded.
FIRST_NUMBER = 1


@dataclass(frozen=True)
class Found:
    """An answer as it is compared: indices of recordings, and which of them are tracked."""

    found: Ints
    tracked: Flags


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database, as the portal opens it."""
    database = open_database(url, before_commit=(seal,))
    try:
        yield database
    finally:
        database.close()


def ask(session: Session, criteria: Criteria) -> Found:
    """One answer of the portal's search."""
    answer = search(session, criteria)
    numbers = np.asarray(answer.numbers, dtype=np.int64)
    return Found(numbers - FIRST_NUMBER, np.asarray(answer.tracked, dtype=bool))
