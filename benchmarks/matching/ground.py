"""The ground of the synthetic city: its areas, and the spots that officers patrol around.

The areas tile a disc of London's size on the British National Grid. Spots are spread evenly over
it; how much happens at each falls off with the distance from the centre, and some spots have far
more than their neighbours, as a station or a row of bars has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from portal.demo.city import Area, areas, draw_city
from portal.recordings.projection import to_degrees, to_grid
from portal.recordings.shapes import Inside, Legs
from portal.recordings.tracks import Floats, Ints

AREAS = tuple(area.name for area in areas())
CENTRE_M = 530_000.0, 180_500.0
SPOTS = 14_000
# Half of what happens in the middle is left so far from it; the suburbs never sleep entirely.
_THINS_OUT_M, _SUBURB = 4_500.0, 0.07
_SCALE_M = 10_000.0
_POWERS = [(i, j) for i in range(4) for j in range(4 - i)]


@dataclass(frozen=True)
class Ground:
    """The spots: metres on the grid, index into `AREAS`, how much happens there (adding up to
    one), and how far from the centre they are."""

    x: Floats
    y: Floats
    area: Ints
    weight: Floats
    from_centre_m: Floats

    @property
    def area_weight(self) -> Floats:
        """How much happens in each area, adding up to one."""
        return np.bincount(self.area, weights=self.weight, minlength=len(AREAS)).astype(float)


@cache
def ground(seed: int) -> Ground:
    """The spots of the city of that seed."""
    luck = np.random.default_rng([seed, 0])
    outlines = [_outline(area) for area in areas()]
    west, east = (f(f(o.edges.x0) for o in outlines) for f in (min, max))
    south, north = (f(f(o.edges.y0) for o in outlines) for f in (min, max))
    x, y = luck.uniform(west, east, SPOTS), luck.uniform(south, north, SPOTS)
    area = np.full(SPOTS, -1, dtype=np.int64)
    for index, outline in enumerate(outlines):
        area[outline.contains(x, y)] = index
    somewhere = area >= 0
    x, y, area = x[somewhere], y[somewhere], area[somewhere]
    far = np.hypot(x - CENTRE_M[0], y - CENTRE_M[1])
    weight = (_SUBURB + np.exp(-far / _THINS_OUT_M)) * luck.lognormal(0.0, 1.0, len(x))
    return Ground(x, y, area, weight / weight.sum(), far)


def _outline(area: Area) -> Inside:
    ring = np.array([*area.polygon, area.polygon[0]])
    return Inside(Legs.along(*to_grid(ring[:, 0], ring[:, 1])))


def gazetteer() -> Iterator[dict[str, Any]]:
    """The boroughs' outlines and some streets: lines of `portal recordings places`."""
    for place in draw_city(1).places:
        if place.kind in ("borough", "street"):
            yield place.as_line()


def quick_degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Metres on the grid to degrees, rounded to 6 decimals (a tenth of a metre).

    A polynomial that stays within millimetres of the projection all over the city, at a tenth of
    its cost. The degrees ARE the city's truth, so not even that matters to any answer.
    """
    east, north = (x - CENTRE_M[0]) / _SCALE_M, (y - CENTRE_M[1]) / _SCALE_M
    lat_of, lon_of = _polynomial()
    lat, lon = np.zeros_like(east), np.zeros_like(east)
    for i in range(3, -1, -1):
        inner_lat, inner_lon = np.zeros_like(east), np.zeros_like(east)
        for j in range(3 - i, -1, -1):
            inner_lat = inner_lat * north + lat_of[i, j]
            inner_lon = inner_lon * north + lon_of[i, j]
        lat, lon = lat * east + inner_lat, lon * east + inner_lon
    return np.round(lat, 6), np.round(lon, 6)


@cache
def _polynomial() -> tuple[dict[tuple[int, int], float], dict[tuple[int, int], float]]:
    """The factors of east to the i times north to the j, for latitude and longitude."""
    steps = np.linspace(-3.0, 3.0, 40)
    east, north = (side.ravel() for side in np.meshgrid(steps, steps))
    terms = np.stack([east**i * north**j for i, j in _POWERS], axis=1)
    degrees = to_degrees(east * _SCALE_M + CENTRE_M[0], north * _SCALE_M + CENTRE_M[1])
    lat, lon = (np.linalg.lstsq(terms, values, rcond=None)[0].tolist() for values in degrees)
    return dict(zip(_POWERS, lat, strict=True)), dict(zip(_POWERS, lon, strict=True))
