"""Taking in a batch of recordings, in one transaction, and saying of each what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.feed.outcomes import Outcome
from portal.holds.commands import follow_evidence_flag
from portal.recordings.importing.chunks import Chunk, parted
from portal.recordings.importing.taking import take_part
from portal.recordings.lines import BadLine, ImportLine, recording_from
from portal.recordings.models import Recording

Result = dict[str, Any]


def take_in_recordings(
    session: Session, *, recordings: Sequence[object], by: Actor, at: datetime
) -> list[Result]:
    """Take in recordings of the import format; one result for each, in their order.

    A bad one is rejected with its reason, and the others are taken in. A recording that was
    deleted here stays deleted, and counts as `same`.
    """
    results: list[Result] = []
    good: list[tuple[int, ImportLine]] = []
    for number, held in enumerate(recordings):
        line = _read(held)
        if isinstance(line, ImportLine):
            good.append((number, line))
            results.append({"id": line.source_id, "outcome": Outcome.SAME.value})
        else:
            rejected = {"id": _id_of(held), "outcome": Outcome.REJECTED.value, "reason": line}
            results.append(rejected)
    flagged = partial(follow_evidence_flag, by=by)
    for part in parted(Chunk(len(recordings), good)):
        stored = take_part(session, part, by=by, at=at, flagged=flagged)
        outcomes = _outcomes(session, stored.created, stored.updated)
        for number, line in part:
            results[number]["outcome"] = outcomes.get(line.source_id, Outcome.SAME).value
    return results


def _read(held: object) -> ImportLine | str:
    """The recording, checked; or what is wrong with it."""
    if not isinstance(held, dict):
        return "a recording must be an object"
    try:
        return recording_from(held)
    except BadLine as fault:
        return str(fault)


def _id_of(held: object) -> str | None:
    """The identifier that a bad recording gives, where it has one that can be repeated."""
    given = held.get("id") if isinstance(held, Mapping) else None
    is_fit = isinstance(given, str) and 0 < len(given) <= 200 and given.isprintable()
    return given if is_fit else None


def _outcomes(
    session: Session, created: Sequence[int], updated: Sequence[int]
) -> dict[str, Outcome]:
    """What became of each recording that was written, by the source's identifier."""
    added = frozenset(created)
    rows = session.execute(
        sa.select(Recording.id, Recording.source_id).where(Recording.id.in_([*created, *updated]))
    )
    return {
        source_id: Outcome.ADDED if number in added else Outcome.CHANGED
        for number, source_id in rows
    }
