"""The search: the index's rows, then the tracks, then the score. Reads only.

A search costs a look-up for each of its hours and runs of squares, plus about a microsecond for
each recording it finds; how many recordings there are in all does not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.bulk import footprint_in
from portal.recordings.criteria import Anywhere, AreaAsked, Criteria, LineAsked, PointAsked
from portal.recordings.footprint import (
    ANYWHERE,
    EVERYWHERE,
    area_of,
    area_square,
    runs,
    slots,
)
from portal.recordings.footprint_rows import Recalled, opened, recalled
from portal.recordings.gazetteer import (
    borough_area,
    boroughs_touching,
    known_areas,
    literal,
)
from portal.recordings.laying import NO_AREA
from portal.recordings.matching import Doubt, Verdict, Window, judge, of_tracks
from portal.recordings.models import Recording
from portal.recordings.projection import to_grid
from portal.recordings.scoring import (
    Said,
    default_said,
    officer_agreement,
    officer_bits,
    reference_agreement,
    reference_bits,
    shares,
    time_and_place_bits,
)
from portal.recordings.shapes import Inside, Legs, Near, Shape
from portal.recordings.tracks import Flags, Floats, Ints

_AT_ONCE = 5_000


@dataclass(frozen=True)
class Ground:
    """Where to look: the shape, and the index's runs of squares."""

    shape: Shape | None
    runs: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Answer:
    """Everything a search found, as columns: the tracked first, in each part the best score first.

    `numbers` are our recording ids. `score` is in bits, the sum of the four weights; `share` is
    each one's part of the belief, from 0 to 1. `doubt` says why one is not tracked. `distance_m`
    and `at` (epoch seconds) are of the nearest its track came, NaN where no position says so.
    `overlap_s` is the time that the recording and the window have in common, to a second.
    """

    criteria: Criteria
    shape: Shape | None
    numbers: Ints
    doubt: Ints
    distance_m: Floats
    at: Floats
    overlap_s: Floats
    time_bits: Floats
    place_bits: Floats
    officer_bits: Floats
    reference_bits: Floats
    score: Floats
    share: Floats

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def tracked(self) -> Flags:
        """Which of them the track itself places there."""
        placed: Flags = self.doubt == Doubt.NONE
        return placed

    def likeliest(self, most: int) -> "Answer":
        """At most so many, the first ones."""
        return self.in_order(np.arange(min(most, len(self))))

    def in_order(self, order: Ints) -> "Answer":
        """The same, in that order."""
        columns = {name: getattr(self, name)[order] for name in _COLUMNS}
        return replace(self, **columns)


_COLUMNS = [field.name for field in fields(Answer) if field.name not in ("criteria", "shape")]


def search(session: Session, criteria: Criteria) -> Answer:
    """Every recording that was, or may have been, at the place in the window."""
    window = Window.between(criteria.since, criteria.until)
    ground = _ground(session, criteria)
    hours, is_near = slots(window.since, window.until), isinstance(ground.shape, Near)
    rows = footprint_in(session, hours, ground.runs, boroughs_too=is_near)
    entries = opened([heads for _, heads, _ in rows], [points for _, _, points in rows])
    seen = recalled(entries, window.since, window.until)
    verdict = judge(seen.tracks, window, ground.shape)
    if is_near:
        reached = {area_of(square) for square, *_ in rows if square < ANYWHERE}
        kept = _nearby(session, seen.areas, verdict, ground, reached)
    else:
        kept = _belonging(seen.areas, verdict, criteria)
    return _scored(session, criteria, window, ground.shape, seen, verdict, kept)


def _scored(
    session: Session,
    criteria: Criteria,
    window: Window,
    shape: Shape | None,
    seen: Recalled,
    verdict: Verdict,
    kept: Flags,
) -> Answer:
    """The recordings that are kept, with their scores and in order."""
    said = criteria.said or default_said(
        window, shape, criteria.shoulder_number, criteria.reference
    )
    numbers, doubt = seen.numbers[kept], verdict.doubt[kept]
    start, end = (edge[kept].astype(np.float64) for edge in (seen.tracks.start, seen.tracks.end))
    there = of_tracks(verdict.seen, kept)
    placed = verdict.tracked[kept]
    time, place = time_and_place_bits(there, start, end, placed, window, shape, said)
    officer, reference = _agreements(session, numbers, said)
    score = time + place + officer + reference
    found = Answer(
        criteria=criteria,
        shape=shape,
        numbers=numbers,
        doubt=doubt,
        distance_m=_metres(verdict.distance_m[kept], shape),
        at=verdict.at[kept],
        overlap_s=np.minimum(end, window.until) - np.maximum(start, window.since),
        time_bits=time,
        place_bits=place,
        officer_bits=officer,
        reference_bits=reference,
        score=score,
        share=shares(score),
    )
    # Scores that differ by rounding alone must not change places from one machine to another.
    return found.in_order(np.lexsort((numbers, start, -np.round(score, 6), doubt != Doubt.NONE)))


def _ground(session: Session, criteria: Criteria) -> Ground:
    place = criteria.place
    if isinstance(place, Anywhere):
        return Ground(None, [EVERYWHERE])
    if isinstance(place, AreaAsked):
        area = borough_area(session, place.name)
        inside = runs(area.squares()) if area else []
        return Ground(area, [_only(area_square(place.name)), _only(ANYWHERE), *inside])
    shape = _near(place)
    return Ground(shape, [_only(ANYWHERE), *runs(shape.squares())])


def _only(square: int) -> tuple[int, int]:
    return square, square


def _near(place: PointAsked | LineAsked) -> Near:
    positions = [(place.lat, place.lon)] if isinstance(place, PointAsked) else place.positions
    lat, lon = np.array(positions, dtype=np.float64).T
    return Near(Legs.along(*to_grid(lat, lon)), place.radius_m)


def _nearby(
    session: Session, area: Ints, verdict: Verdict, ground: Ground, reached: set[int]
) -> Flags:
    """Which of the recordings answer a search near a point or a line. `reached` are areas of which
    it is known that they touch the place."""
    kept = np.asarray(verdict.tracked | verdict.may_be)
    # One without positions, from an area that does not touch the place, was nowhere near: if it is
    # known where that area is.
    named = np.flatnonzero((verdict.doubt == Doubt.NO_FIXES) & (area != NO_AREA))
    unsure = [
        k
        for k, square in zip(named.tolist(), area[named].tolist(), strict=True)
        if square not in reached
    ]
    if unsure:
        elsewhere = {area_square(name) for name in known_areas(session)} - {
            area_square(name) for name in boroughs_touching(session, ground.runs)
        }
        kept[[k for k in unsure if int(area[k]) in elsewhere]] = False
    return kept


def _belonging(area: Ints, verdict: Verdict, criteria: Criteria) -> Flags:
    """Which of the recordings answer a search for an area, or for a time alone."""
    if isinstance(criteria.place, AreaAsked):
        # Without positions, the area's own and those of none; else what the track leaves open.
        doubt = verdict.doubt
        open_track = (doubt == Doubt.GAP) | (doubt == Doubt.POOR_FIXES)
        filed = area == area_square(criteria.place.name)
        bare = (doubt == Doubt.NO_FIXES) & (area == NO_AREA)
        return np.asarray(verdict.tracked | open_track | filed | bare)
    return verdict.may_be


def _metres(distance_m: Floats, shape: Shape | None) -> Floats:
    """Where a position says so; of an area, only that it was inside."""
    unsaid = ~np.isfinite(distance_m) | (isinstance(shape, Inside) & (distance_m > 0))
    return np.where(unsaid, np.nan, distance_m)


def _agreements(session: Session, numbers: Ints, said: Said) -> tuple[Floats, Floats]:
    """The bits for the officer's number and for references; nought where none was said."""
    officer, reference = np.zeros(len(numbers)), np.zeros(len(numbers))
    if not said.shoulder_number and not said.references:
        return officer, reference
    columns = (
        Recording.id,
        Recording.shoulder_number,
        Recording.incident,
        Recording.matter_reference,
    )
    for begin in range(0, len(numbers), _AT_ONCE):
        some = literal(numbers[begin : begin + _AT_ONCE].tolist())
        rows = session.execute(
            sa.select(*columns).where(Recording.id.in_(some)).order_by(Recording.id)
        )
        # Entries are by number, and so are these.
        for k, (_, number, *references) in enumerate(rows, begin):
            officer[k] = officer_bits(officer_agreement(said.shoulder_number, number))
            reference[k] = reference_bits(reference_agreement(said.references, tuple(references)))
    return officer, reference
