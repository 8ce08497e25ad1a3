"""A picture of where: the place searched, the streets the gazetteer knows, and the tracks.

It is a sketch beside the table, drawn on the server: nothing is fetched from anywhere, so nobody
else learns which place is looked at. Where scripts run, the map takes its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

from portal.recordings.paths import Path
from portal.recordings.surroundings import METRES_PER_DEGREE, Position, Square, Street
from portal.requests.staff_views.candidates import CandidateRow
from portal.requests.staff_views.ground import Ground

SIDE = 640.0
_ROUND_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_LABEL = 26.0
_MOST_NAMES = 20

Spot = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line of a street, and where its name stands: nowhere when there are too many."""

    name: str
    points: str
    label: Spot | None


@dataclass(frozen=True)
class TrackDrawn:
    """Where one camera went, its lone positions, and where its number stands."""

    row: CandidateRow
    lines: Sequence[str]
    dots: Sequence[Spot]
    x: float
    y: float


@dataclass(frozen=True)
class Sketch:
    """Everything the template draws. `reach` is the distance searched, in its units; `rings` are
    the outline of a borough, `asked_line` is that of a street, `middle` is a place."""

    side: float
    middle: Spot | None
    reach: float
    asked_line: str
    rings: Sequence[str]
    streets: Sequence[Line]
    tracks: Sequence[TrackDrawn]
    scale_m: int
    scale_width: float


def sketch(
    ground: Ground,
    streets: Sequence[Street],
    rows: Sequence[CandidateRow],
    paths: Mapping[int, Path],
) -> Sketch:
    """The picture. Only of a ground with lines."""
    paper = _Paper(ground.square())
    scale_m = max((m for m in _ROUND_M if m <= paper.square.half_m / 2), default=_ROUND_M[0])
    is_line = not ground.is_area and not ground.is_point
    return Sketch(
        side=SIDE,
        middle=paper.spot(*ground.lines[0][0]) if ground.is_point else None,
        reach=round(paper.length(ground.radius_m), 1),
        asked_line=paper.line(ground.lines[0]) if is_line else "",
        rings=[paper.line(ring) for ring in ground.lines] if ground.is_area else [],
        streets=_streets(streets, paper),
        tracks=_tracks(rows, paths, paper),
        scale_m=scale_m,
        scale_width=round(paper.length(scale_m), 1),
    )


@dataclass(frozen=True)
class _Paper:
    """A square of ground on a square of paper."""

    square: Square

    def spot(self, lat: float, lon: float) -> Spot:
        """Where a position is on the paper."""
        east = (lon - self.square.lon) * cos(radians(self.square.lat)) * METRES_PER_DEGREE
        north = (lat - self.square.lat) * METRES_PER_DEGREE
        middle = SIDE / 2
        return round(middle + self.length(east), 1), round(middle - self.length(north), 1)

    def length(self, metres: float) -> float:
        """Metres in units of the paper."""
        return metres / self.square.half_m * SIDE / 2

    def line(self, positions: Iterable[Position]) -> str:
        """Positions as the points of a line."""
        return " ".join(f"{x},{y}" for x, y in (self.spot(lat, lon) for lat, lon in positions))


def _streets(streets: Sequence[Street], paper: _Paper) -> list[Line]:
    on_paper = [
        (street.name, line)
        for street in streets
        for line in street.lines
        if paper.square.touches(line)
    ]
    has_names = len(on_paper) <= _MOST_NAMES
    return [
        Line(name, paper.line(line), _label_of(paper, line) if has_names else None)
        for name, line in on_paper
    ]


def _label_of(paper: _Paper, line: Sequence[Position]) -> Spot | None:
    x, y = paper.spot(*line[len(line) // 2])
    return (x, y) if 0 < x < SIDE and 0 < y < SIDE else None


def _tracks(
    rows: Sequence[CandidateRow], paths: Mapping[int, Path], paper: _Paper
) -> list[TrackDrawn]:
    taken: list[Spot] = []
    drawn = []
    for row in rows:
        path = paths.get(row.recording.id)
        if path is not None:
            x, y = _free(_on_paper(paper.spot(*path.spot)), taken)
            taken.append((x, y))
            lines = [paper.line(line) for line in path.lines if len(line) > 1]
            dots = [paper.spot(*line[0]) for line in path.lines if len(line) == 1]
            drawn.append(TrackDrawn(row, lines, dots, x, y))
    return drawn


def _on_paper(spot: Spot) -> Spot:
    edge = _LABEL / 2
    return min(max(spot[0], edge), SIDE - edge), min(max(spot[1], edge), SIDE - edge)


def _free(spot: Spot, taken: Sequence[Spot]) -> Spot:
    """The nearest place to the right, then in the next line, where no number stands yet."""
    x, y = spot
    while any(abs(x - a) < _LABEL and abs(y - b) < _LABEL for a, b in taken):
        x += _LABEL
        if x > SIDE - _LABEL / 2:
            x, y = _LABEL / 2, (y + _LABEL) % SIDE
    return round(x, 1), round(y, 1)
