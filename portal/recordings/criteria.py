"""What a search looks for, as it was asked: instants, degrees and words. Law.

The record of a search keeps `Criteria.as_json()`, which reads like a line of the import format's
search, so that any search can be asked again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.errors import Refused
from portal.recordings.scoring import Said

WIDEST_RADIUS_M = 50_000.0
LONGEST_WINDOW = timedelta(days=366)
MOST_POSITIONS = 2_000


@dataclass(frozen=True)
class PointAsked:
    """Within `radius_m` of a position in WGS 84 degrees."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True)
class LineAsked:
    """Within `radius_m` of a line, such as a street: positions (lat, lon) in order."""

    positions: tuple[tuple[float, float], ...]
    radius_m: float


@dataclass(frozen=True)
class AreaAsked:
    """In an area, by its name: a borough of the gazetteer, or as the evidence system says it."""

    name: str


@dataclass(frozen=True)
class Anywhere:
    """The place is not known: everything recorded in the window."""


PlaceAsked = PointAsked | LineAsked | AreaAsked | Anywhere


@dataclass(frozen=True)
class Criteria:
    """A window (instants, both ends included) and a place, and what may tell recordings apart.

    `shoulder_number` and `reference` never exclude: they only weigh. `said` says how sure the
    applicant is; without it the middle of the window and of the place are most likely.
    Raises `Refused` for what cannot be searched.
    """

    since: datetime
    until: datetime
    place: PlaceAsked
    shoulder_number: str | None = None
    reference: str | None = None
    said: Said | None = None

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise Refused("The end of the time must be the same as or after its start.")
        if self.until - self.since > LONGEST_WINDOW:
            raise Refused("A search can cover at most 366 days.")
        _check_place(self.place)

    def as_json(self) -> dict[str, Any]:
        """The criteria as they are kept and shown."""
        held: dict[str, Any] = {
            "from": self.since.isoformat(),
            "until": self.until.isoformat(),
            **_place_json(self.place),
        }
        if self.shoulder_number:
            held["shoulder_number"] = self.shoulder_number
        if self.reference:
            held["reference"] = self.reference
        if self.said:
            held["said"] = {
                "at": self.said.at.isoformat(),
                "spread_s": self.said.spread.total_seconds(),
                "place_spread_m": self.said.place_spread_m,
                "shoulder_number": self.said.shoulder_number,
                "references": list(self.said.references),
            }
        return held


def _check_place(place: PlaceAsked) -> None:
    if isinstance(place, PointAsked):
        _check_positions([(place.lat, place.lon)], place.radius_m)
    if isinstance(place, LineAsked):
        _check_positions(list(place.positions), place.radius_m)
    if isinstance(place, AreaAsked) and not place.name.strip():
        raise Refused("An area needs a name.")


def _check_positions(positions: list[tuple[float, float]], radius_m: float) -> None:
    if not 1 <= len(positions) <= MOST_POSITIONS:
        raise Refused(f"A line needs between 1 and {MOST_POSITIONS:,} positions.")
    if not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in positions):
        raise Refused("A latitude is from -90 to 90 and a longitude from -180 to 180.")
    if not 0 <= radius_m <= WIDEST_RADIUS_M:
        raise Refused("The distance must be between 0 and 50,000 metres.")


def _place_json(place: PlaceAsked) -> dict[str, Any]:
    if isinstance(place, PointAsked):
        return {"point": {"lat": place.lat, "lon": place.lon, "radius_m": place.radius_m}}
    if isinstance(place, LineAsked):
        return {"line": [list(p) for p in place.positions], "radius_m": place.radius_m}
    return {"area": place.name} if isinstance(place, AreaAsked) else {}
