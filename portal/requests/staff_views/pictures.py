"""When and where, for the page of "Find video" and for the map that a script draws on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.recordings.models import Search
from portal.recordings.paths import Path, paths_of
from portal.recordings.surroundings import Square, Street, streets_in
from portal.requests.models import SightingRow
from portal.requests.staff_views.candidates import CandidateRow, Listed
from portal.requests.staff_views.ground import Asked, Between, Ground, ground_of, leading
from portal.requests.staff_views.sketch import Sketch, sketch
from portal.requests.staff_views.timeline import Timeline, timeline

# Tracks are drawn for the searched time, and a little before and after.
_BESIDE = timedelta(minutes=5)
_FURTHEST_M = 1_500.0


@dataclass(frozen=True)
class Pictured:
    """What there is to draw of one page of the list."""

    ground: Ground
    said: Between
    searched: Between
    rows: Sequence[CandidateRow]
    streets: Sequence[Street]
    paths: Mapping[int, Path]

    def timeline(self) -> Timeline:
        """The picture of when."""
        return timeline(self.rows, asked=self.said, searched=self.searched)

    def sketch(self) -> Sketch | None:
        """The picture of where; None where nobody knows of a place."""
        if not self.ground.lines:
            return None
        return sketch(self.ground, self.streets, self.rows, self.paths)

    def unplaced(self) -> list[int]:
        """The numbers of the rows that no position says anything about at that time."""
        return [row.number for row in self.rows if row.recording.id not in self.paths]


def pictured(
    session: Session, sighting: SightingRow, searches: Sequence[Search], found: Listed
) -> Pictured:
    """What to draw of a page of the list, where the search that it follows looked, at the times
    of the searches that found what is on the page."""
    said = (sighting.earliest_at, sighting.latest_at)
    search, rows = leading(searches), found.drawn
    finders = {row.candidate.search_id for row in found.rows}
    times = [Asked.of(one).between for one in searches if one.id in finders]
    if not times:
        times = [Asked.of(search).between if search is not None else said]
    searched = (min(since for since, _ in times), max(until for _, until in times))
    ground = ground_of(session, search, sighting)
    paths = paths_of(
        session,
        [row.recording.id for row in rows],
        between=(searched[0] - _BESIDE, searched[1] + _BESIDE),
        asked=[] if ground.is_area else ground.lines,
    )
    return Pictured(
        ground=ground,
        said=said,
        searched=searched,
        rows=rows,
        streets=streets_in(session, _with_spots(ground, paths)) if ground.lines else [],
        paths=paths,
    )


def _with_spots(ground: Ground, paths: Mapping[int, Path]) -> Square:
    """The ground searched and, not too far from it, where the numbers stand."""
    square = ground.square()
    spots = [path.spot for path in paths.values()]
    whole = Square.around([*ground.lines, spots], margin_m=0.0, least_m=square.half_m)
    return replace(square, half_m=min(whole.half_m, max(square.half_m, _FURTHEST_M)))


def map_facts(held: Pictured) -> dict[str, Any]:
    """Everything the map draws: positions are [latitude, longitude], lengths metres."""
    return {
        "ground": {
            "lines": held.ground.lines,
            "radius_m": held.ground.radius_m,
            "is_area": held.ground.is_area,
        },
        "streets": [{"name": street.name, "lines": street.lines} for street in held.streets],
        "tracks": [
            {
                "candidate": row.candidate.id,
                "number": row.number,
                "status": row.candidate.status.value,
                "is_uncertain": row.is_uncertain,
                "words": row.words,
                "lines": held.paths[row.recording.id].lines,
                "spot": held.paths[row.recording.id].spot,
            }
            for row in held.rows
            if row.recording.id in held.paths
        ],
    }
