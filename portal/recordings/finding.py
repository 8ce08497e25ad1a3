"""The search: footprint, then tracks, then the score. Reads only.

A search costs a look-up for each of its hours and squares, plus some microseconds for each
recording it finds; how many recordings there are in all does not matter.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.criteria import Anywhere, AreaAsked, Criteria, LineAsked, PointAsked
from portal.recordings.footprint import ANYWHERE, area_square, key_of, slots, unplaced_square
from portal.recordings.gazetteer import borough_area, boroughs_touching, literal
from portal.recordings.indexing import known_areas
from portal.recordings.kinds import Category, Certainty
from portal.recordings.matching import Doubt, Verdict, Window, judge, of_tracks
from portal.recordings.models import Footprint, Recording, Track
from portal.recordings.projection import to_grid
from portal.recordings.reasons import Asked, Seen, reasons
from portal.recordings.scoring import (
    Weights,
    default_said,
    officer_agreement,
    officer_bits,
    reference_agreement,
    reference_bits,
    shares,
    time_and_place_bits,
)
from portal.recordings.shapes import Inside, Legs, Near, Shape
from portal.recordings.tracks import Floats, Ints, Tracks, together

_AT_ONCE = 5_000


@dataclass(frozen=True)
class Found:
    """One recording a search found, with its place in the ranking and the reasons.

    `score` is in bits; `share` is its part of the belief, from 0 to 1, of all found together.
    `distance_m` is the nearest its track came, None where no position says so. `overlap_s` is
    the time that the recording and the window have in common.
    """

    recording_id: int
    source_id: str
    camera: str
    shoulder_number: str | None
    started_at: datetime
    ended_at: datetime
    area: str | None
    category: Category
    place: Certainty
    score: float
    share: float
    distance_m: float | None
    overlap_s: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Ground:
    """Where to look: the shape, the index's squares (None: all), and who may be unplaced."""

    shape: Shape | None
    squares: list[int] | None
    boroughs: frozenset[str]


def search(session: Session, criteria: Criteria) -> list[Found]:
    """Every recording that was, or may have been, at the place in the window.

    The tracked ones come first, then the uncertain; in each the best score first.
    """
    window = Window.between(criteria.since, criteria.until)
    ground = _ground(session, criteria)
    numbers, tracks = _tracks(session, window, ground.squares)
    verdict = judge(tracks, window, ground.shape)
    facts = _facts(session, numbers[_worth_asking(verdict, criteria)])
    known = known_areas(session) if _has_unplaced(facts, verdict, numbers) else frozenset[str]()
    kept = [
        index
        for index, number in enumerate(numbers.tolist())
        if number in facts and _belongs(facts[number], index, verdict, criteria, ground, known)
    ]
    return _ranked(kept, numbers, tracks, verdict, facts, criteria, ground, window)


def _ground(session: Session, criteria: Criteria) -> _Ground:
    place = criteria.place
    if isinstance(place, Anywhere):
        return _Ground(None, None, frozenset())
    if isinstance(place, AreaAsked):
        area = borough_area(session, place.name)
        inside = area.squares().tolist() if area else []
        return _Ground(area, [*inside, area_square(place.name), ANYWHERE], frozenset())
    shape = _near(place)
    squares = shape.squares().tolist()
    boroughs = boroughs_touching(session, squares)
    unplaced = [unplaced_square(borough) for borough in boroughs]
    return _Ground(shape, [*squares, *unplaced, ANYWHERE], frozenset(boroughs))


def _near(place: PointAsked | LineAsked) -> Near:
    positions = [(place.lat, place.lon)] if isinstance(place, PointAsked) else place.positions
    lat, lon = np.array(positions, dtype=np.float64).T
    return Near(Legs.along(*to_grid(lat, lon)), place.radius_m)


def _tracks(session: Session, window: Window, squares: list[int] | None) -> tuple[Ints, Tracks]:
    """The tracks of all recordings in those hours and squares that overlap the window."""
    hours = Footprint.slot.in_(literal(slots(window.since, window.until)))
    looked = sa.select(Footprint.recording_id).where(hours)
    if squares is not None:
        looked = looked.where(Footprint.cell.in_(literal(squares)))
    # Sorted numbers read the tracks from one end to the other.
    near = looked.distinct().order_by(Footprint.recording_id).subquery()
    rows = session.execute(
        sa.select(Track.recording_id, Track.start, Track.end, Track.slack_dm, Track.points)
        .join(near, near.c.recording_id == Track.recording_id)
        .where(Track.start <= window.until, Track.end >= window.since)
    ).all()
    numbers = np.array([row[0] for row in rows], dtype=np.int64)
    return numbers, together([(row[1], row[2], row[3], row[4]) for row in rows])


def _worth_asking(verdict: Verdict, criteria: Criteria) -> Any:
    if isinstance(criteria.place, AreaAsked):
        return np.ones(len(verdict.tracked), dtype=bool)
    return verdict.tracked | verdict.may_be


def _facts(session: Session, numbers: Ints) -> dict[int, Any]:
    columns = (
        Recording.id,
        Recording.source_id,
        Recording.camera,
        Recording.shoulder_number,
        Recording.started_at,
        Recording.ended_at,
        Recording.area,
        Recording.category,
        Recording.matter_reference,
        Recording.incident,
    )
    found: dict[int, Any] = {}
    for begin in range(0, len(numbers), _AT_ONCE):
        some = literal(numbers[begin : begin + _AT_ONCE].tolist())
        rows = session.execute(sa.select(*columns).where(Recording.id.in_(some)))
        found.update((row.id, row) for row in rows)
    return found


def _has_unplaced(facts: dict[int, Any], verdict: Verdict, numbers: Ints) -> bool:
    bare = numbers[verdict.doubt == Doubt.NO_FIXES].tolist()
    return any(number in facts and facts[number].area is not None for number in bare)


def _belongs(
    row: Any,
    index: int,
    verdict: Verdict,
    criteria: Criteria,
    ground: _Ground,
    known: frozenset[str],
) -> bool:
    """Whether the recording answers the search, now that its exact times and area are known."""
    if row.started_at > criteria.until or row.ended_at < criteria.since:
        return False
    if verdict.tracked[index]:
        return True
    doubt, area = verdict.doubt[index], key_of(row.area) if row.area else None
    if isinstance(criteria.place, AreaAsked):
        if area == key_of(criteria.place.name):
            return True
        # Another area's recording is out, unless its own track leaves the question open.
        open_track = doubt in (Doubt.GAP, Doubt.POOR_FIXES)
        return open_track or (area is None and bool(verdict.may_be[index]))
    if doubt == Doubt.NO_FIXES and ground.squares is not None:
        return area is None or area not in known or area in ground.boroughs
    return bool(verdict.may_be[index])


def _ranked(
    kept: list[int],
    numbers: Ints,
    tracks: Tracks,
    verdict: Verdict,
    facts: dict[int, Any],
    criteria: Criteria,
    ground: _Ground,
    window: Window,
) -> list[Found]:
    chosen = np.zeros(len(numbers), dtype=bool)
    chosen[kept] = True
    said = criteria.said or default_said(
        window, ground.shape, criteria.shoulder_number, criteria.reference
    )
    time_bits, place_bits = time_and_place_bits(
        of_tracks(verdict.seen, chosen),
        tracks.start[chosen].astype(np.float64),
        tracks.end[chosen].astype(np.float64),
        verdict.tracked[chosen],
        window,
        ground.shape,
        said,
    )
    asked = _asked(criteria, window)
    scored = []
    for k, index in enumerate(kept):
        row = facts[int(numbers[index])]
        officer = officer_agreement(said.shoulder_number, row.shoulder_number)
        reference = reference_agreement(said.references, (row.incident, row.matter_reference))
        weights = Weights(
            float(time_bits[k]),
            float(place_bits[k]),
            officer_bits(officer),
            reference_bits(reference),
        )
        seen = Seen(
            doubt=Doubt(int(verdict.doubt[index])),
            at=_instant(verdict.at[index]),
            distance_m=_metres(verdict.distance_m[index], ground.shape),
            overlap_s=_overlap(row, criteria),
            area=row.area,
            officer=officer,
            reference=reference,
            weights=weights,
        )
        scored.append((row, seen))
    share = shares(np.array([seen.weights.total for _, seen in scored]))
    found = [
        _found(row, seen, part, asked) for (row, seen), part in zip(scored, share, strict=True)
    ]
    return sorted(found, key=_order)


def _found(row: Any, seen: Seen, share: float, asked: Asked) -> Found:
    is_tracked = seen.doubt is Doubt.NONE
    return Found(
        recording_id=row.id,
        source_id=row.source_id,
        camera=row.camera,
        shoulder_number=row.shoulder_number,
        started_at=row.started_at,
        ended_at=row.ended_at,
        area=row.area,
        category=row.category,
        place=Certainty.TRACKED if is_tracked else Certainty.UNCERTAIN,
        score=seen.weights.total,
        share=float(share),
        distance_m=seen.distance_m,
        overlap_s=seen.overlap_s,
        reasons=tuple(reasons(asked, seen)),
    )


def _order(found: Found) -> tuple[bool, float, datetime, int]:
    # Scores that differ by rounding alone must not change places from one machine to another.
    is_uncertain = found.place is Certainty.UNCERTAIN
    return is_uncertain, -round(found.score, 6), found.started_at, found.recording_id


def _asked(criteria: Criteria, window: Window) -> Asked:
    place = criteria.place
    if isinstance(place, AreaAsked):
        return Asked(place.name.strip(), True, window)
    words = {PointAsked: "the place", LineAsked: "the street"}
    return Asked(words.get(type(place), ""), False, window)


def _instant(at: Floats | float) -> datetime | None:
    return None if np.isnan(at) else datetime.fromtimestamp(round(float(at)), UTC)


def _metres(distance: Floats | float, shape: Shape | None) -> float | None:
    if not np.isfinite(distance) or (isinstance(shape, Inside) and distance > 0):
        return None
    return float(distance)


def _overlap(row: Any, criteria: Criteria) -> float:
    since, until = max(row.started_at, criteria.since), min(row.ended_at, criteria.until)
    return max(0.0, float((until - since).total_seconds()))
