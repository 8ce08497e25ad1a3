"""An invented city over London's true ground: boroughs, streets, places and postcodes.

Pure and deterministic: the same seed draws the same city to the last digit. Nothing here is a
real street or boundary; only the names of the boroughs and their rough whereabouts are.
"""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from portal.demo.names import SAINTS, SHARED_STREETS, STATION_ENDINGS, STEMS, STREET_TYPES

Point: TypeAlias = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""

STREETS_PER_AREA = 25
POSTCODES_PER_AREA = 12
# The letters that real inward codes use; the outward area ZZ exists nowhere.
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_METRES_NORTH = 111_240.0
_METRES_EAST = _METRES_NORTH * math.cos(math.radians(51.5))

# Streets that the filmed scenes happen on: drawn the same whatever the seed is.
SCENE_STREETS = (
    ("Lambeth", "Marlow Street"),
    ("Camden", "Albion Green"),
    ("Croydon", "Quarry Hill"),
    ("Hackney", "Tanner Row"),
    ("Southwark", "Copper Lane"),
    ("Ealing", "Fenwick Road"),
)


def chance(*about: object) -> random.Random:
    """A source of repeatable chance, its own for every subject: the same words, the same run."""
    return random.Random(":".join(map(str, about)))  # noqa: S311 - a drawing, not a secret


def moved(point: Point, east_m: float, north_m: float) -> Point:
    """The point so many metres east and north, to 5 decimals (about a metre)."""
    lat, lon = point
    return (round(lat + north_m / _METRES_NORTH, 5), round(lon + east_m / _METRES_EAST, 5))


def metres_between(a: Point, b: Point) -> float:
    """The distance in metres, good enough within one city."""
    return math.hypot((b[0] - a[0]) * _METRES_NORTH, (b[1] - a[1]) * _METRES_EAST)


@dataclass(frozen=True)
class Area:
    """A borough's outline: an open, anticlockwise, convex ring. `other_force` polices it if set."""

    name: str
    other_force: str | None
    centre: Point
    polygon: tuple[Point, ...]

    def contains(self, point: Point) -> bool:
        """Whether the point lies inside or on the outline."""
        lat, lon = point
        ring = zip(self.polygon, self.polygon[1:] + self.polygon[:1], strict=True)
        return all(
            (b[1] - a[1]) * (lat - a[0]) - (b[0] - a[0]) * (lon - a[1]) >= 0 for a, b in ring
        )

    def some_point(self, luck: random.Random) -> Point:
        """A point inside, never right at the edge."""
        lats, lons = zip(*self.polygon, strict=True)
        while True:
            edge = (luck.uniform(min(lats), max(lats)), luck.uniform(min(lons), max(lons)))
            if self.contains(edge):
                lat, lon = (c + 0.92 * (e - c) for c, e in zip(self.centre, edge, strict=True))
                return (round(lat, 5), round(lon, 5))


@dataclass(frozen=True)
class Place:
    """One line of the gazetteer; `kind` is street, place, station, postcode or borough."""

    name: str
    kind: str
    borough: str
    point: Point | None = None
    line: tuple[Point, ...] | None = None
    polygon: tuple[Point, ...] | None = None

    def as_line(self) -> dict[str, Any]:
        """The gazetteer's own shape, exactly as `import_places` takes it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "borough": self.borough,
            "point": list(self.point) if self.point else None,
            "line": [list(p) for p in self.line] if self.line else None,
            "polygon": [list(p) for p in self.polygon] if self.polygon else None,
        }


@dataclass(frozen=True)
class City:
    """All areas and everything in them that has a name."""

    areas: tuple[Area, ...]
    places: tuple[Place, ...]

    def streets(self, borough: str) -> tuple[Place, ...]:
        """The borough's streets, in the order they were drawn."""
        return tuple(p for p in self.places if p.kind == "street" and p.borough == borough)


@cache
def areas() -> tuple[Area, ...]:
    """The 32 boroughs and the City of London, from `portal/data/boroughs.json`."""
    text = resources.files("portal").joinpath("data/boroughs.json").read_text(encoding="utf-8")
    return tuple(
        Area(a["name"], a["other_force"], _point(a["centre"]), tuple(map(_point, a["polygon"])))
        for a in json.loads(text)["areas"]
    )


def draw_city(seed: int) -> City:
    """Draw the city of this seed: streets, places and postcodes for every area."""
    places: list[Place] = []
    for number, area in enumerate(areas(), start=1):
        places.append(Place(area.name, "borough", area.name, area.centre, None, area.polygon))
        streets = list(_streets(seed, area))
        places += streets
        places += _landmarks(seed, area)
        places += _postcodes(seed, area, number, streets)
    return City(areas(), tuple(places))


@cache
def scene_street(borough: str, name: str) -> Place:
    """A street that a filmed scene happens on; it does not depend on the seed."""
    area = next(a for a in areas() if a.name == borough)
    return _street(area, name, chance("scene street", borough, name))


def _point(pair: list[float]) -> Point:
    return (pair[0], pair[1])


def _streets(seed: int, area: Area) -> Iterator[Place]:
    luck = chance(seed, "streets", area.name)
    taken = {name for _, name in SCENE_STREETS}
    for borough, name in SCENE_STREETS:
        if borough == area.name:
            yield scene_street(borough, name)
    for name in luck.sample(SHARED_STREETS, 2):
        yield _street(area, name, luck)
    for stem in luck.sample(STEMS, STREETS_PER_AREA - 2):
        name = f"{stem.replace('-', ' ')} {luck.choice(STREET_TYPES)}"
        if name not in taken:
            yield _street(area, name, luck)


def _street(area: Area, name: str, luck: random.Random) -> Place:
    """A street of three to six points and 240 to 900 metres that stays in its area."""
    while True:
        line = [area.some_point(luck)]
        heading = luck.uniform(0, 2 * math.pi)
        for _ in range(luck.randint(2, 5)):
            heading += luck.gauss(0, 0.35)
            step = luck.uniform(120, 180)
            line.append(moved(line[-1], step * math.cos(heading), step * math.sin(heading)))
        if all(map(area.contains, line)):
            return Place(name, "street", area.name, line[len(line) // 2], tuple(line))


def _landmarks(seed: int, area: Area) -> Iterator[Place]:
    luck = chance(seed, "landmarks", area.name)
    stems = iter(luck.sample(STEMS, 5))
    for _ in range(luck.randint(1, 2)):
        name = f"{next(stems).replace('-', ' ')} {luck.choice(STATION_ENDINGS)} tube station"
        yield Place(name, "station", area.name, area.some_point(luck))
    park = area.some_point(luck)
    ring = tuple(moved(park, *_turned(luck.uniform(110, 190), k / 7)) for k in range(7))
    yield Place(f"{next(stems).replace('-', ' ')} Park", "place", area.name, park, None, ring)
    if luck.random() < 0.6:
        hospital = f"St {luck.choice(SAINTS)}’s Hospital, {area.name}"
        yield Place(hospital, "place", area.name, area.some_point(luck))


def _turned(metres: float, turn: float) -> tuple[float, float]:
    return (metres * math.cos(2 * math.pi * turn), metres * math.sin(2 * math.pi * turn))


def _postcodes(seed: int, area: Area, number: int, streets: list[Place]) -> Iterator[Place]:
    luck = chance(seed, "postcodes", area.name)
    yield Place(f"ZZ{number}", "postcode", area.name, area.centre, None, area.polygon)
    inward = [f"{d}{a}{b}" for d in range(1, 10) for a in _INWARD for b in _INWARD]
    for street, code in zip(streets, luck.sample(inward, POSTCODES_PER_AREA), strict=False):
        yield Place(f"ZZ{number} {code}", "postcode", area.name, street.point)
