"""The oracle: right where the answer is known by hand, and where the earth itself says so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyproj
import pytest

from benchmarks.matching.city import Block, blocks
from benchmarks.matching.ground import AREAS
from benchmarks.matching.oracle import Expected, Oracle, faults
from benchmarks.matching.plane import Plane, Segments, depth, distance_to_legs, inside
from portal.recordings.criteria import AreaAsked, Criteria, LineAsked, PointAsked

LAT, LON = 51.4625, -0.1140
NINE = datetime(2026, 11, 1, 21, tzinfo=UTC).timestamp()
GEOD = pyproj.Geod(ellps="WGS84")
HERE = AREAS[0]
SQUARE = np.array([[51.45, -0.13], [51.45, -0.10], [51.47, -0.10], [51.47, -0.13]])
GROUND = {HERE: [SQUARE]}
Fix = tuple[float, float, float]


def away(metres: float, bearing: float = 90.0) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(LON, LAT, bearing, metres)
    return lat, lon


def film(
    fixes: Sequence[Fix], *, lasting: float = 600, area: int = -1, accuracy: float = np.nan
) -> Block:
    """One recording that began at nine; fixes are (seconds, latitude, longitude)."""
    held = np.array(fixes, dtype=np.float64).reshape(-1, 3)
    unknown = np.array([-1])
    return Block(
        first=0, start=np.array([NINE]), end=np.array([NINE + lasting]), officer=unknown,
        area=np.array([area]), incident=unknown, counts=np.array([len(held)]),
        at=NINE + held[:, 0], lat=held[:, 1], lon=held[:, 2],
        accuracy_m=np.full(len(held), accuracy),
    )  # fmt: skip


def asked(since: float, until: float, radius_m: float = 100.0) -> Criteria:
    begins, ends = (datetime.fromtimestamp(NINE + t, UTC) for t in (since, until))
    return Criteria(begins, ends, PointAsked(LAT, LON, radius_m))


def told(block: Block, criteria: Criteria) -> str:
    """What the oracle says of the one recording: a word for each thing it must or may be."""
    right = Oracle(block, AREAS, GROUND).expected(criteria)
    names = ("must_track", "may_track", "must_offer", "may_offer")
    return " ".join(name for name in names if len(getattr(right, name)))


TRACKED = "must_track may_track must_offer may_offer"
OFFERED = "must_offer may_offer"


@pytest.mark.parametrize(
    ("metres", "said"),
    [(98.5, TRACKED), (99.5, "may_track may_offer"), (100.5, "may_track may_offer"), (101.5, "")],
)
def test_within_a_metre_of_the_radius_either_answer_is_right(metres: float, said: str) -> None:
    lat, lon = away(metres)
    assert told(film([(0, lat, lon), (300, lat, lon), (600, lat, lon)]), asked(0, 600)) == said


@pytest.mark.parametrize(
    ("until", "said"), [(-1.5, ""), (-0.5, "may_track may_offer"), (1.5, TRACKED)]
)
def test_within_a_second_of_the_window_either_answer_is_right(until: float, said: str) -> None:
    assert told(film([(0, LAT, LON), (600, LAT, LON)], lasting=600), asked(-60, until)) in (
        said,
        said.replace(TRACKED, OFFERED),
    )


def test_only_the_part_of_a_line_in_the_window_counts() -> None:
    (lat0, lon0), (lat1, lon1) = away(1_000, 270), away(1_000, 90)
    passing = film([(0, lat0, lon0), (200, lat1, lon1)], lasting=200)
    assert told(passing, asked(95, 105)) == TRACKED
    assert told(passing, asked(0, 80)) == ""


@pytest.mark.parametrize(
    ("fixes", "lasting", "said"),
    [
        # A gap of 400 s: within half of what can be driven, 3,000 m, of its middle.
        ([(0, *away(2_900)), (400, *away(2_900))], 400, OFFERED),
        ([(0, *away(3_200)), (400, *away(3_200))], 400, ""),
        # No fix in the last 100 s: 1,500 m. In the last 50 s it stood still.
        ([(0, *away(1_500)), (10, *away(1_500))], 110, OFFERED),
        ([(0, *away(1_700)), (10, *away(1_700))], 110, ""),
        ([(0, *away(200)), (10, *away(200))], 60, ""),
    ],
)
def test_what_the_track_leaves_open_is_offered(fixes: list[Fix], lasting: float, said: str) -> None:
    assert told(film(fixes, lasting=lasting), asked(0, 600)) == said


def test_poor_accuracy_reaches_farther_and_good_accuracy_does_not() -> None:
    lat, lon = away(150)
    fixes = [(0.0, lat, lon), (300.0, lat, lon), (600.0, lat, lon)]
    assert told(film(fixes, accuracy=60.0), asked(0, 600)) == OFFERED
    assert told(film(fixes, accuracy=50.0), asked(0, 600)) == ""


def test_a_recording_without_fixes_is_offered_where_its_area_is() -> None:
    far = replace(asked(0, 600), place=PointAsked(51.60, -0.114, 100.0))
    assert told(film([], area=0), asked(0, 600)) == OFFERED
    assert told(film([], area=0), far) == ""
    assert told(film([], area=-1), far) == OFFERED
    # An area whose ground nobody knows may be anywhere.
    assert told(film([], area=1), far) == OFFERED


def test_an_area_has_those_inside_as_tracked_and_those_filed_under_it_as_uncertain() -> None:
    criteria = replace(asked(0, 600), place=AreaAsked(HERE.upper()))
    inside_it = [(0.0, LAT, LON), (300.0, LAT, LON), (600.0, LAT, LON)]
    outside = [(t, 51.60, LON) for t, *_ in inside_it]
    assert told(film(inside_it), criteria) == TRACKED
    assert told(film(outside, area=0), criteria) == OFFERED
    assert told(film(outside, area=1), criteria) == ""


def test_a_line_that_goes_round_the_world_does_not_bend_what_is_near_its_other_parts() -> None:
    line = LineAsked((away(50, 0), away(50, 180), (0.0, 0.0)), 30.0)
    criteria = replace(asked(0, 600), place=line)
    said = told(film([(0, LAT, LON), (300, LAT, LON), (600, LAT, LON)]), criteria)
    assert said == TRACKED


def test_the_sieve_leaves_nobody_out() -> None:
    (block,) = blocks(seed=3, wanted=3_000)
    with_sieve = Oracle(block, AREAS, GROUND)
    without = Oracle(block, AREAS, GROUND, sieve=False)
    middle = float(np.median(block.start))
    luck = np.random.default_rng(1)
    for _ in range(12):
        lat, lon = 51.5 + luck.normal(0, 0.04), -0.1 + luck.normal(0, 0.06)
        since, until = (datetime.fromtimestamp(middle + t, UTC) for t in (-600, 900))
        criteria = Criteria(since, until, PointAsked(lat, lon, 1_000.0))
        one, other = with_sieve.expected(criteria), without.expected(criteria)
        for name in Expected.__dataclass_fields__:
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_a_wrong_answer_is_told_in_both_directions() -> None:
    numbers = [np.array(held) for held in ([1, 2], [1, 2, 3], [1, 2, 4], [1, 2, 3, 4, 5])]
    right = Expected(*numbers)
    every = np.array([1, 2, 3, 4, 5])
    assert faults(right, every, np.isin(every, [1, 2, 3])) == []
    wrong = np.array([1, 4, 6])
    assert [str(fault) for fault in faults(right, wrong, np.array([False, True, False]))] == [
        "missing from the answer (1): 2",
        "not said to be tracked (2): 1, 2",
        "tracked but was not there (1): 4",
        "offered though it cannot have been there (1): 6",
    ]
    assert faults(right, np.array([1, 1, 2, 4]), np.array([True, False, True, False]))


@pytest.mark.parametrize("bearing", [0.0, 45.0, 100.0, 260.0])
def test_the_plane_agrees_with_geodesics_within_a_centimetre(bearing: float) -> None:
    plane = Plane.touching(LAT, LON)
    lon, lat, _ = GEOD.fwd(LON, LAT, bearing, 9_000.0)
    x, y = plane.metres(np.array([lat]), np.array([lon]))
    assert np.hypot(x, y)[0] == pytest.approx(9_000.0, abs=0.01)


def test_depth_is_how_far_inside_a_line_gets() -> None:
    x = np.array([0.0, 100.0, 100.0, 0.0])
    y = np.array([0.0, 0.0, 100.0, 100.0])
    box = Segments(x, y, np.roll(x, -1), np.roll(y, -1))
    through = Segments(np.array([-50.0]), np.array([50.0]), np.array([150.0]), np.array([50.0]))
    beside = Segments(np.array([-50.0]), np.array([-10.0]), np.array([150.0]), np.array([-10.0]))
    assert depth(through, box, enough=1.0)[0] == pytest.approx(50.0)
    assert depth(beside, box, enough=1.0)[0] == 0.0
    assert distance_to_legs(through, box)[0] == 0.0
    assert distance_to_legs(beside, box)[0] == pytest.approx(10.0)
    assert inside(np.array([50.0, 150.0]), np.array([50.0, 50.0]), box).tolist() == [True, False]
