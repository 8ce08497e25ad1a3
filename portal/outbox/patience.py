"""How long to wait before trying again. Law: pure."""

from datetime import timedelta

# With the waits below, the last try comes about a day and a half after the first.
MOST_ATTEMPTS = 16

_LONGEST = timedelta(hours=4)


def wait_after(attempt: int) -> timedelta:
    """The wait after the `attempt`-th failure (counted from 1): 5 s, doubling, at most 4 hours."""
    return min(timedelta(seconds=5 * 2 ** min(attempt - 1, 20)), _LONGEST)
