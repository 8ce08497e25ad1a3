"""Distances on the grid keep the promise of the import format: 1 m or 0.2 % of the geodesic."""

import numpy as np
import pyproj
import pytest

from portal.recordings.projection import FARTHEST_M, to_degrees, to_grid

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize(
    ("south", "north", "west", "east"),
    [(51.28, 51.70, -0.52, 0.34), (49.9, 58.7, -6.0, 1.7)],
    ids=["London", "Great Britain"],
)
def test_distances_agree_with_geodesics(
    south: float, north: float, west: float, east: float
) -> None:
    luck = np.random.default_rng(7)
    count = 20_000
    lat, lon = luck.uniform(south, north, count), luck.uniform(west, east, count)
    metres = 10 ** luck.uniform(0, 4.3, count)
    lon2, lat2, _ = GEOD.fwd(lon, lat, luck.uniform(0, 360, count), metres)
    (x, y), (x2, y2) = to_grid(lat, lon), to_grid(lat2, lon2)
    off = np.abs(np.hypot(x2 - x, y2 - y) - metres)
    assert np.all(off <= np.maximum(1.0, 0.002 * metres))
    # In fact it is twice as good as promised.
    assert np.max(off / np.maximum(metres, 1.0)) < 0.001


def test_a_known_point_is_where_the_survey_says() -> None:
    # The survey's own worked point, within the few metres of the seven parameters.
    x, y = to_grid(52.65797861194444, 1.7160519525)
    assert abs(float(x) - 651409.804) < 5
    assert abs(float(y) - 313177.450) < 5


def test_there_and_back() -> None:
    lat, lon = to_degrees(*to_grid([51.5, 51.3], [-0.1, 0.2]))
    assert lat == pytest.approx([51.5, 51.3], abs=1e-6)
    assert lon == pytest.approx([-0.1, 0.2], abs=1e-6)


def test_every_position_on_earth_has_some_place() -> None:
    lat, lon = np.meshgrid(np.linspace(-90, 90, 61), np.linspace(-180, 180, 121))
    x, y = to_grid(lat.ravel(), lon.ravel())
    assert np.all(np.abs(x) <= FARTHEST_M)
    assert np.all(np.abs(y) <= FARTHEST_M)
    assert np.array_equal(to_grid(lat.ravel(), lon.ravel())[0], x)
    nought_x, nought_y = to_grid(0.0, 0.0)
    assert np.isfinite(nought_x)
    assert np.isfinite(nought_y)
