"""Opening a matter with the recordings it holds, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.errors import Refused
from portal.feed.problems import UNKNOWN_RECORDINGS
from portal.holds.commands import Placing, change_level, open_matter, place, place_each
from portal.holds.models import Matter
from portal.holds.policy import HoldKind, Level, Segment
from portal.holds.queries import matter_by_reference, open_holds
from portal.recordings.models import Recording
from portal.web.problems import Fault, Problem


@dataclass(frozen=True)
class HoldsWanted:
    """A matter, and what it holds: recordings by the source's identifiers, at one level."""

    reference: str
    kind: HoldKind
    level: Level
    reason: str
    recordings: Sequence[str]


def open_with_holds(
    session: Session, *, wanted: HoldsWanted, by: Actor, at: datetime
) -> tuple[Matter, int]:
    """Open a matter and hold its recordings; returns how many it holds.

    A 422 `Problem` names every recording we do not have; then nothing is done. Refused (409) when
    there is a matter with this reference.
    """
    held = _locked_recordings(session, wanted.recordings)
    matter = open_matter(session, reference=wanted.reference, kind=wanted.kind, by=by, at=at)
    placings = [Placing(number, source_id, matter, wanted.level) for number, source_id in held]
    place_each(session, placings, reason=wanted.reason, by=by, at=at)
    return matter, len(held)


@dataclass(frozen=True)
class MoreHolds:
    """Recordings to hold for a matter that is open, by the source's identifiers; `segments` are
    the parts of the one recording that a new hold is about."""

    level: Level
    reason: str
    recordings: Sequence[str]
    segments: Sequence[Segment] = ()


def hold_more(
    session: Session, *, reference: str, wanted: MoreHolds, by: Actor, at: datetime
) -> tuple[int, int]:
    """Hold recordings for an open matter; returns how many holds are new, and of how many that
    were there something else may be told now.

    A 422 `Problem` names every recording we do not have. NotFound when there is no such matter;
    Refused when it is closed, and for parts of more than one recording. Then nothing is done.
    """
    if wanted.segments and len(wanted.recordings) > 1:
        raise Refused("Name one recording with its parts.")
    numbers = [number for number, _ in _locked_recordings(session, wanted.recordings)]
    matter = matter_by_reference(session, reference)
    held = {
        hold.recording_id: hold
        for hold in chain.from_iterable(open_holds(session, numbers).values())
        if hold.matter_id == matter.id
    }
    fresh = [number for number in numbers if number not in held]
    others = [hold for hold in held.values() if hold.level is not wanted.level]
    for number in fresh:
        place(
            session,
            recording_id=number,
            matter=matter,
            kind=matter.kind,
            level=wanted.level,
            reason=wanted.reason,
            segments=wanted.segments,
            by=by,
            at=at,
        )
    for hold in others:
        change_level(session, hold_id=hold.id, level=wanted.level, why=wanted.reason, by=by, at=at)
    return len(fresh), len(others)


def _locked_recordings(session: Session, names: Sequence[str]) -> list[tuple[int, str]]:
    """Our numbers of these recordings, and their names, locked in their order and before the
    matter is: an import and a closing take their locks in the same order."""
    rows = session.execute(
        sa.select(Recording.source_id, Recording.id, Recording.deleted_at)
        .where(Recording.source_id.in_(names))
        .order_by(Recording.id)
        .with_for_update()
    ).all()
    gone = {row.source_id: row.deleted_at is not None for row in rows}
    faults = [
        Fault(f"/recordings/{number}", _missing(name, gone))
        for number, name in enumerate(names)
        if gone.get(name, True)
    ]
    if faults:
        raise Problem(UNKNOWN_RECORDINGS, faults=tuple(faults))
    return [(row.id, row.source_id) for row in rows]


def _missing(name: str, gone: dict[str, bool]) -> str:
    return "this recording has been deleted" if name in gone else "we have no such recording"
