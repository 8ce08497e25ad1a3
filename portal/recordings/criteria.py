"""What a search looks for, as it was asked: instants, degrees and words. Law.

The record of a search keeps `Criteria.as_json()`, which reads like a line of the import format's
search, so that any search can be asked again: `Criteria.from_json()`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, hypot, pi, radians
from typing import Any

from portal.errors import Refused
from portal.recordings.scoring import Said

WIDEST_RADIUS_M = 50_000.0
LONGEST_WINDOW = timedelta(days=366)
MOST_POSITIONS = 2_000
UNREADABLE = "The record of this search cannot be read, so the search cannot be made again."

# One request may have so many recordings proposed, and kept from deletion, at most: what a force
# of 150,000 recordings a day makes in two or three hours. More could not be looked through.
MOST_PROPOSED = 20_000
# What such a force of 33 boroughs and 1,600 km² makes in an hour that is busier than most: half
# more than the mean everywhere, twice the mean in one borough, five times in one place.
_HOURLY_ANYWHERE = 9_000.0
_HOURLY_AREA = 400.0
_HOURLY_KM2 = 20.0
# While it runs, a camera goes so far: so much ground beside a place sends recordings past it.
_WALKED_KM = 0.5
_KM_PER_DEGREE = 111.2


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
    `place_name` is the place in words, for the record. `part_of` is the whole window, when that
    was too wide and this is only a part of it. Raises `Refused` for what cannot be searched.
    """

    since: datetime
    until: datetime
    place: PlaceAsked
    shoulder_number: str | None = None
    reference: str | None = None
    said: Said | None = None
    place_name: str = ""
    part_of: tuple[datetime, datetime] | None = None

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
        if self.place_name:
            held["place_name"] = self.place_name
        if self.part_of:
            since, until = self.part_of
            held["part_of"] = {"from": since.isoformat(), "until": until.isoformat()}
        if self.said:
            held["said"] = {
                "at": self.said.at.isoformat(),
                "spread_s": self.said.spread.total_seconds(),
                "place_spread_m": self.said.place_spread_m,
                "shoulder_number": self.said.shoulder_number,
                "references": list(self.said.references),
            }
        return held

    @classmethod
    def from_json(cls, held: Any) -> "Criteria":
        """What `as_json` was made from, exactly. Raises `Refused` for anything that `as_json` does
        not write: then a search would be for something else than what was asked."""
        try:
            made = _read(held)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            raise Refused(UNREADABLE) from None
        if made.as_json() != held:
            raise Refused(UNREADABLE)
        return made


def expected(criteria: Criteria) -> float:
    """About how many recordings a force of 150,000 a day would find, in a busy place and hour."""
    hours = (criteria.until - criteria.since) / timedelta(hours=1)
    return hours * _hourly(criteria.place)


def is_too_wide(criteria: Criteria) -> bool:
    """Whether a search is wider than one request may ask for: it would keep, and put before a
    handler, more recordings than anybody could look through (DPA 2018 s.37: not excessive).

    The bound is the requests'. Whoever searches at the command line may ask for anything.
    """
    return expected(criteria) > MOST_PROPOSED


def searchable_part(criteria: Criteria, *, kept_since: datetime) -> Criteria:
    """The part of a search that is made when the whole is too wide; otherwise the whole.

    With a time that was said, what is nearest to it. Without one, the first part that is still
    there (`kept_since`): that is deleted first, and the rest waits for the applicant's answer.
    """
    if not is_too_wide(criteria):
        return criteria
    longest = timedelta(hours=MOST_PROPOSED / _hourly(criteria.place))
    wanted = _centred(criteria, longest) or kept_since
    since = max(criteria.since, min(wanted, criteria.until - longest))
    whole = (criteria.since, criteria.until)
    return replace(criteria, since=since, until=since + longest, part_of=whole)


def _centred(criteria: Criteria, longest: timedelta) -> datetime | None:
    said = criteria.said
    if said is None or said.spread >= criteria.until - criteria.since:
        return None
    return said.at - longest / 2


def _hourly(place: PlaceAsked) -> float:
    if isinstance(place, Anywhere):
        return _HOURLY_ANYWHERE
    if isinstance(place, AreaAsked):
        return _HOURLY_AREA
    line = place.positions if isinstance(place, LineAsked) else ((place.lat, place.lon),)
    reach_km = place.radius_m / 1000
    strip = pi * reach_km**2 + 2 * reach_km * (_length_km(line) + _WALKED_KM)
    return min(_HOURLY_ANYWHERE, _HOURLY_KM2 * min(strip, _box_km2(line, reach_km + _WALKED_KM)))


def _box_km2(line: tuple[tuple[float, float], ...], reach_km: float) -> float:
    """The box around a line: one that winds through a district passes the same ground often."""
    (south, north), (west, east) = ((min(each), max(each)) for each in zip(*line, strict=True))
    high = (north - south) * _KM_PER_DEGREE
    wide = (east - west) * _KM_PER_DEGREE * cos(radians(south))
    return float((high + 2 * reach_km) * (wide + 2 * reach_km))


def _length_km(line: tuple[tuple[float, float], ...]) -> float:
    """Roughly how long a line is: for an estimate, never for a distance that is promised."""
    legs = (hypot(b[0] - a[0], (b[1] - a[1]) * cos(radians(a[0]))) for a, b in pairwise(line))
    return sum(legs) * _KM_PER_DEGREE


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


def _read(held: dict[str, Any]) -> Criteria:
    return Criteria(
        *_window_read(held),
        place=_place_read(held),
        shoulder_number=_text(held.get("shoulder_number")),
        reference=_text(held.get("reference")),
        said=_said_read(held["said"]) if "said" in held else None,
        place_name=_text(held.get("place_name")) or "",
        part_of=_window_read(held["part_of"]) if "part_of" in held else None,
    )


def _window_read(held: dict[str, str]) -> tuple[datetime, datetime]:
    return _instant(held["from"]), _instant(held["until"])


def _place_read(held: dict[str, Any]) -> PlaceAsked:
    if "point" in held:
        point = held["point"]
        return PointAsked(*(_number(point[name]) for name in ("lat", "lon", "radius_m")))
    if "line" in held:
        line = tuple((_number(lat), _number(lon)) for lat, lon in held["line"])
        return LineAsked(line, _number(held["radius_m"]))
    return AreaAsked(held["area"]) if "area" in held else Anywhere()


def _said_read(held: dict[str, Any]) -> Said:
    return Said(
        at=_instant(held["at"]),
        spread=timedelta(seconds=_number(held["spread_s"])),
        place_spread_m=_number(held["place_spread_m"]),
        shoulder_number=_text(held["shoulder_number"]),
        references=tuple(str(_text(each)) for each in held["references"]),
    )


def _instant(held: str) -> datetime:
    found = datetime.fromisoformat(held)
    if found.tzinfo is None:
        raise ValueError(held)
    return found


def _number(held: Any) -> float:
    if isinstance(held, bool) or not isinstance(held, int | float):
        raise TypeError(held)
    return float(held)


def _text(held: Any) -> str | None:
    if held is not None and not isinstance(held, str):
        raise TypeError(held)
    return held
