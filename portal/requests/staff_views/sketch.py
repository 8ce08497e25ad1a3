"""A picture of where: the place asked for, the streets the gazetteer knows, and the tracks.

It is a sketch beside the table, drawn on the server: nothing is fetched from anywhere, so nobody
else learns which place is looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.kinds import PlaceKind
from portal.recordings.models import Place
from portal.recordings.queries import fixes_of
from portal.requests.models import SightingRow
from portal.requests.staff_views.candidates import CandidateRow

SIDE = 640.0
MOST_TRACKS = 12
MOST_STREETS = 150
_METRES_PER_DEGREE = 111_195.0
_LEAST_HALF_M = 250.0
_LONGEST_GAP_S = 300.0
_ROUND_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_LABEL = 26.0
_MOST_NAMES = 20

Spot = tuple[float, float]


@dataclass(frozen=True)
class Street:
    """One line of a street, and where its name stands: nowhere when there are too many."""

    name: str
    points: str
    label: Spot | None


@dataclass(frozen=True)
class TrackDrawn:
    """Where one camera went, and where its number stands."""

    row: CandidateRow
    lines: Sequence[str]
    x: float
    y: float


@dataclass(frozen=True)
class Sketch:
    """Everything the template draws. `circle` is the radius of the searched place."""

    side: float
    middle: Spot
    circle: float
    asked_line: str
    streets: Sequence[Street]
    tracks: Sequence[TrackDrawn]
    scale_m: int
    scale_width: float


def sketch(
    session: Session,
    sighting: SightingRow,
    rows: Sequence[CandidateRow],
    *,
    radius_m: float,
    between: tuple[datetime, datetime],
) -> Sketch | None:
    """The picture, or None where the applicant could not point at a place."""
    if sighting.latitude is None or sighting.longitude is None:
        return None
    paper = _Paper.around(sighting, radius_m)
    scale_m = max((m for m in _ROUND_M if m <= paper.half_m / 2), default=_ROUND_M[0])
    return Sketch(
        side=SIDE,
        middle=paper.spot(sighting.latitude, sighting.longitude),
        circle=round(paper.length(radius_m), 1),
        asked_line=paper.line(sighting.line) if len(sighting.line) > 1 else "",
        streets=_streets(session, paper),
        tracks=_tracks(session, rows[:MOST_TRACKS], paper, between),
        scale_m=scale_m,
        scale_width=round(paper.length(scale_m), 1),
    )


@dataclass(frozen=True)
class _Paper:
    """A square of ground, `half_m` metres to each side of its middle."""

    lat: float
    lon: float
    half_m: float

    @classmethod
    def around(cls, sighting: SightingRow, radius_m: float) -> "_Paper":
        points = sighting.line or [(sighting.latitude, sighting.longitude)]
        lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
        lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        wide = (max(lons) - min(lons)) * cos(radians(lat)) * _METRES_PER_DEGREE / 2
        high = (max(lats) - min(lats)) * _METRES_PER_DEGREE / 2
        return cls(lat, lon, max(max(wide, high) + radius_m * 1.4, _LEAST_HALF_M))

    def spot(self, lat: float, lon: float) -> Spot:
        """Where a position is on the paper."""
        east = (lon - self.lon) * cos(radians(self.lat)) * _METRES_PER_DEGREE
        north = (lat - self.lat) * _METRES_PER_DEGREE
        middle = SIDE / 2
        return round(middle + self.length(east), 1), round(middle - self.length(north), 1)

    def length(self, metres: float) -> float:
        """Metres in units of the paper."""
        return metres / self.half_m * SIDE / 2

    def line(self, positions: Iterable[Sequence[float]]) -> str:
        """Positions as the points of a line."""
        return " ".join(f"{x},{y}" for x, y in (self.spot(lat, lon) for lat, lon in positions))

    def degrees(self) -> tuple[float, float]:
        """Half the side in degrees of latitude and of longitude."""
        high = self.half_m / _METRES_PER_DEGREE
        return high, high / max(cos(radians(self.lat)), 0.01)


def _streets(session: Session, paper: _Paper) -> list[Street]:
    high, wide = paper.degrees()
    # A street's own position is its middle: a long one may begin far from the paper.
    found = session.scalars(
        sa.select(Place)
        .where(
            Place.kind == PlaceKind.STREET,
            Place.lat.between(paper.lat - 3 * high, paper.lat + 3 * high),
            Place.lon.between(paper.lon - 3 * wide, paper.lon + 3 * wide),
        )
        .order_by(Place.id)
        .limit(MOST_STREETS)
    ).all()
    has_names = len(found) <= _MOST_NAMES
    return [
        Street(place.name, paper.line(line), _label_of(paper, line) if has_names else None)
        for place in found
        for line in place.lines
        if len(line) > 1
    ]


def _label_of(paper: _Paper, line: Sequence[Sequence[float]]) -> Spot | None:
    lat, lon = line[len(line) // 2]
    x, y = paper.spot(lat, lon)
    return (x, y) if 0 < x < SIDE and 0 < y < SIDE else None


def _tracks(
    session: Session,
    rows: Sequence[CandidateRow],
    paper: _Paper,
    between: tuple[datetime, datetime],
) -> list[TrackDrawn]:
    taken: list[Spot] = []
    drawn = []
    for row in rows:
        parts = _parts(fixes_of(session, row.recording.id), between)
        spots = [[paper.spot(lat, lon) for _, lat, lon in part] for part in parts]
        if spots:
            x, y = _free(_nearest(spots), taken)
            taken.append((x, y))
            lines = [" ".join(f"{a},{b}" for a, b in part) for part in spots if len(part) > 1]
            drawn.append(TrackDrawn(row, lines, x, y))
    return drawn


def _parts(
    fixes: Iterable[tuple[float, float, float]], between: tuple[datetime, datetime]
) -> list[list[tuple[float, float, float]]]:
    """The fixes of the searched time, a few minutes more, cut where nothing is known between."""
    margin = timedelta(minutes=5)
    since, until = (between[0] - margin).timestamp(), (between[1] + margin).timestamp()
    parts: list[list[tuple[float, float, float]]] = []
    for fix in fixes:
        if not since <= fix[0] <= until:
            continue
        if parts and fix[0] - parts[-1][-1][0] <= _LONGEST_GAP_S:
            parts[-1].append(fix)
        else:
            parts.append([fix])
    return parts


def _nearest(spots: Sequence[Sequence[Spot]]) -> Spot:
    """The spot nearest to the middle of the paper, kept on it."""
    middle = SIDE / 2
    x, y = min(
        (spot for part in spots for spot in part),
        key=lambda spot: hypot(spot[0] - middle, spot[1] - middle),
    )
    edge = _LABEL / 2
    return min(max(x, edge), SIDE - edge), min(max(y, edge), SIDE - edge)


def _free(spot: Spot, taken: Sequence[Spot]) -> Spot:
    """The nearest place to the right, then in the next line, where no number stands yet."""
    x, y = spot
    while any(abs(x - a) < _LABEL and abs(y - b) < _LABEL for a, b in taken):
        x += _LABEL
        if x > SIDE - _LABEL / 2:
            x, y = _LABEL / 2, (y + _LABEL) % SIDE
    return round(x, 1), round(y, 1)
