"""What a track says of its recording, where nothing else does."""

from collections.abc import Sequence
from typing import Any

from portal.recordings.lines import parse_instant


def ends_of(fixes: Sequence[Sequence[Any]]) -> dict[str, str]:
    """When a recording with these fixes began and ended, at the least. Raises `BadLine`."""
    moments = [
        parse_instant(at, f"the time of fix {number}") for number, (at, *_) in enumerate(fixes, 1)
    ]
    if not moments:
        return {}
    return {"started_at": min(moments).isoformat(), "ended_at": max(moments).isoformat()}
