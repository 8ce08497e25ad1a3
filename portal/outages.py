"""Telling a database that is away, or a full disk, from our own faults: later it may work."""

import errno

from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoneFree

# What comes of a database that is stopped, full, locked, in recovery, or no database any more.
# Some of it comes of our own faults too: see `is_away`.
UNANSWERED = (DatabaseError, InterfaceError, NoneFree)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


def is_away(fault: BaseException) -> bool:
    """Whether the database is at fault, and not what was asked of it."""
    if isinstance(fault, OperationalError | InterfaceError | InternalError | NoneFree):
        return True
    # The general kind, and no other, is what a damaged file gives.
    return type(fault) is DatabaseError


def kind_of_fault(fault: BaseException) -> str:
    """What kind of fault the database had, in one word for a log: `SQLITE_FULL`, `AdminShutdown`.
    Never its text, which can repeat what a row holds."""
    original = getattr(fault, "orig", None) or fault
    return str(getattr(original, "sqlite_errorname", None) or type(original).__name__)


def may_be_committed(fault: BaseException) -> bool:
    """Whether a transaction that ended with this fault may have been committed all the same: the
    line to the database broke, or its disk could not say whether it has what it was given."""
    if not isinstance(fault, DBAPIError):
        return False
    return fault.connection_invalidated or kind_of_fault(fault) == "SQLITE_IOERR_FSYNC"


def is_no_room(fault: OSError) -> bool:
    """Whether a disk is full, or takes nothing any more."""
    return fault.errno in _NO_ROOM
