"""What lies around a place, for a map that fetches nothing: streets, and a borough's outline."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.footprint import key_of
from portal.recordings.kinds import PlaceKind
from portal.recordings.models import Place

Position = tuple[float, float]
METRES_PER_DEGREE = 111_195.0
MOST_STREETS = 400
# A street is kept by its middle: a long one may run through a place far from there.
_LONGEST_HALF_M = 1_000.0


@dataclass(frozen=True)
class Square:
    """A square of ground, `half_m` metres to each side of its middle."""

    lat: float
    lon: float
    half_m: float

    @classmethod
    def around(
        cls, lines: Sequence[Sequence[Position]], *, margin_m: float, least_m: float
    ) -> "Square":
        """The square around some lines, with a margin, and no smaller than that."""
        lats = [lat for line in lines for lat, _ in line]
        lons = [lon for line in lines for _, lon in line]
        lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        high = (max(lats) - min(lats)) * METRES_PER_DEGREE / 2
        wide = (max(lons) - min(lons)) * METRES_PER_DEGREE / 2 * cos(radians(lat))
        return cls(lat, lon, max(max(wide, high) + margin_m, least_m))

    def degrees(self, more_m: float = 0.0) -> tuple[float, float]:
        """Half its side, and some metres more, in degrees of latitude and of longitude."""
        high = (self.half_m + more_m) / METRES_PER_DEGREE
        return high, high / max(cos(radians(self.lat)), 0.01)

    def touches(self, line: Sequence[Sequence[float]]) -> bool:
        """Whether the box around a line has ground in common with it."""
        high, wide = self.degrees()
        lats, lons = [lat for lat, _ in line], [lon for _, lon in line]
        return (
            min(lats) <= self.lat + high
            and max(lats) >= self.lat - high
            and min(lons) <= self.lon + wide
            and max(lons) >= self.lon - wide
        )


@dataclass(frozen=True)
class Street:
    """A street's name, and its lines of (latitude, longitude) in a square."""

    name: str
    lines: Sequence[Sequence[Position]]


def streets_in(session: Session, square: Square) -> list[Street]:
    """The streets in a square, those nearest to its middle first, a bounded number."""
    high, wide = square.degrees(_LONGEST_HALF_M)
    north, east = Place.lat - square.lat, (Place.lon - square.lon) * cos(radians(square.lat))
    found = session.execute(
        sa.select(Place.name, Place.lines)
        .where(
            Place.kind == PlaceKind.STREET,
            Place.lat.between(square.lat - high, square.lat + high),
            Place.lon.between(square.lon - wide, square.lon + wide),
        )
        .order_by(north * north + east * east, Place.id)
        .limit(MOST_STREETS)
    )
    drawn = [Street(name, _within(square, lines)) for name, lines in found]
    return [street for street in drawn if street.lines]


def _within(square: Square, lines: Sequence[Sequence[Sequence[float]]]) -> list[list[Position]]:
    return [
        [(lat, lon) for lat, lon in line]
        for line in lines
        if len(line) > 1 and square.touches(line)
    ]


def outline_of(session: Session, borough: str) -> list[list[Position]]:
    """A borough's rings of (latitude, longitude); none when the gazetteer does not know it."""
    lines = session.scalars(
        sa.select(Place.lines)
        .where(Place.kind == PlaceKind.BOROUGH, Place.search_name == key_of(borough))
        .order_by(Place.id)
        .limit(1)
    ).first()
    return [[(lat, lon) for lat, lon in ring] for ring in lines or [] if len(ring) > 2]
