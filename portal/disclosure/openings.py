"""The list "every time this was opened", short enough to read. Law: pure.

A player asks for a video in many small pieces; people want to see that it was played at 5:30pm.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

TOGETHER = timedelta(minutes=30)


@dataclass(frozen=True)
class Opened:
    """One line of the list: what was done with which file, when first and last, how often. What
    `is_passed_on` was sent by another server, which does not tell how much arrived."""

    what: str
    file_name: str
    first_at: datetime
    last_at: datetime
    times: int = 1
    bytes_sent: int = 0
    is_passed_on: bool = False


def gathered(openings: Iterable[Opened]) -> tuple[Opened, ...]:
    """The list with the pieces of one playing or downloading taken together, newest first.

    Pieces belong together when less than half an hour lies between one and the next.
    """
    lines: dict[tuple[str, str, bool], Opened] = {}
    done: list[Opened] = []
    for opened in sorted(openings, key=lambda each: each.first_at):
        key = (opened.what, opened.file_name, opened.is_passed_on)
        before = lines.get(key)
        if before is not None and opened.first_at - before.last_at < TOGETHER:
            lines[key] = _joined(before, opened)
            continue
        if before is not None:
            done.append(before)
        lines[key] = opened
    return tuple(sorted([*done, *lines.values()], key=lambda each: each.last_at, reverse=True))


def _joined(before: Opened, after: Opened) -> Opened:
    return replace(
        before,
        last_at=max(before.last_at, after.last_at),
        times=before.times + after.times,
        bytes_sent=before.bytes_sent + after.bytes_sent,
    )
