"""Taking in a batch of recordings, in one transaction, and saying of each what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.feed.outcomes import Outcome
from portal.holds.commands import follow_evidence_flags
from portal.recordings.bulk import prepare
from portal.recordings.importing.chunks import Chunk, parted
from portal.recordings.importing.taking import take_part
from portal.recordings.lines import BadLine, ImportLine, recording_from
from portal.recordings.models import Recording, Track

Result = dict[str, Any]
_RECORDING = cast(sa.Table, Recording.__table__)
_TRACK = cast(sa.Table, Track.__table__)


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
    flagged = partial(follow_evidence_flags, by=by)
    for part in parted(Chunk(len(recordings), good)):
        prepare(session)  # no other import comes between the looks and the deed
        names = [line.source_id for _, line in part]
        before = _as_stored(session, names)
        take_part(session, part, by=by, at=at, flagged=flagged)
        after = _as_stored(session, names)
        for number, line in part:
            outcome = _outcome(before.get(line.source_id), after[line.source_id])
            results[number]["outcome"] = outcome.value
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


def _as_stored(session: Session, names: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """All that is stored of these recordings, but for the moment of the last import."""
    facts = [column for column in _RECORDING.c if column.name != "imported_at"]
    rows = session.execute(
        sa.select(_RECORDING.c.source_id, *facts, *_TRACK.c)
        .outerjoin(_TRACK, _TRACK.c.recording_id == _RECORDING.c.id)
        .where(_RECORDING.c.source_id.in_(names))
    )
    return {row[0]: tuple(row) for row in rows}


def _outcome(before: tuple[Any, ...] | None, after: tuple[Any, ...]) -> Outcome:
    if before is None:
        return Outcome.ADDED
    return Outcome.SAME if before == after else Outcome.CHANGED
