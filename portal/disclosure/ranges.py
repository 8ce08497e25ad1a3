"""Which bytes of a file somebody asked for (RFC 9110, sections 13.1.5 and 14). Law: pure."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Slice:
    """Bytes `first` to `last` of a file, both counted in; nothing when `last` is before `first`.

    `is_partial` says whether a range was asked for.
    """

    first: int
    last: int
    is_partial: bool

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The range begins after the end of the file."""


def wanted(header: str | None, size: int) -> Slice:
    """The slice that a `Range` header asks for, of a file of `size` bytes.

    No header, another unit, several ranges or one that is no range mean the whole file, as the
    standard allows. Raises `Unsatisfiable` when the range lies outside the file.
    """
    whole = Slice(0, size - 1, is_partial=False)
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or not any(found.groups()):
        return whole
    first, last = found.groups()
    if not first:
        return _the_last(int(last), size)
    if last and int(last) < int(first):
        return whole
    if int(first) >= size:
        raise Unsatisfiable
    return Slice(int(first), min(int(last), size - 1) if last else size - 1, is_partial=True)


def _the_last(count: int, size: int) -> Slice:
    if count == 0 or size == 0:
        raise Unsatisfiable
    return Slice(max(0, size - count), size - 1, is_partial=True)


def is_same_file(if_range: str | None, etag: str) -> bool:
    """Whether a range may be answered: `If-Range` is absent, or names this very file.

    A date never does, because we send none; a weak tag never does.
    """
    return if_range is None or if_range.strip() == etag
