"""Saying on standard error how far long work has come."""

import sys
import time
from collections.abc import Callable

import click

_EVERY_S = 1.0


def progress_line(unit: str, *, is_wanted: bool | None = None) -> Callable[[int], None]:
    """A line at most every second: how many, and how many a second. Silent unless standard error
    is a terminal; `is_wanted` says otherwise."""
    if not (sys.stderr.isatty() if is_wanted is None else is_wanted):
        return lambda count: None
    began = said = time.monotonic()
    first: int | None = None

    def say(count: int) -> None:
        nonlocal said, first
        now = time.monotonic()
        if first is None:
            first = count
        if now - said >= _EVERY_S:
            said = now
            rate = (count - first) / (now - began)
            click.echo(f"{count:,} {unit}, {rate:,.0f} a second", err=True)

    return say
