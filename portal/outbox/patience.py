"""How long to wait before trying again. Law: pure."""

from datetime import timedelta

# With the waits below, the last try comes more than two and a half days after the first: a mail
# server that fails on a Friday evening is mended by then.
MOST_ATTEMPTS = 28

_LONGEST = timedelta(hours=4)


def wait_after(attempt: int) -> timedelta:
    """The wait after the `attempt`-th failure (counted from 1): 5 s, doubling, at most 4 hours."""
    return min(timedelta(seconds=5 * 2 ** min(attempt - 1, 20)), _LONGEST)
