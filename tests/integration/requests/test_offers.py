"""What the place questions offer for what somebody typed, by the public or by a handler."""

import random

import numpy as np
import pytest

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.recordings.gazetteer import import_places
from portal.recordings.projection import to_grid
from portal.recordings.shapes import Legs, Near
from portal.requests.offers import places_on_offer
from portal.requests.places import MOST_POSITIONS, PlaceOnOffer, one_line, round_the_houses
from tests.integration.recordings.test_corners import STREETS
from tests.integration.recordings.test_gazetteer import AT, place

UNITS = [
    place(f"SW9 {row}A{column}", "postcode", point=[51.46 + row / 500, -0.12 + at / 50])
    for row in range(5)
    for at, column in enumerate("ABC")
]


@pytest.fixture
def database_of_places(sqlite_database: Database) -> Database:
    with sqlite_database.writing() as session:
        import_places(session, [*STREETS, *UNITS], by=COMMAND_LINE, at=AT)
    return sqlite_database


def offered(database: Database, typed: str) -> list[PlaceOnOffer]:
    with database.reading() as session:
        return places_on_offer(session, typed)


def test_a_corner_is_offered_as_a_point(database_of_places: Database) -> None:
    (corner, *_) = offered(database_of_places, "Brixton Road and Coldharbour Lane")
    assert corner.label in (
        "Brixton Road and Coldharbour Lane, Lambeth",
        "Coldharbour Lane and Brixton Road, Lambeth",
    )
    assert corner.line == ()
    assert corner.lat == pytest.approx(51.465, abs=1e-5)


def test_a_district_is_offered_whole_and_then_its_postcodes(database_of_places: Database) -> None:
    whole, *single = offered(database_of_places, "SW9")
    assert (whole.label, len(whole.line)) == ("All of SW9, Lambeth", 15)
    assert whole.least_m == 150
    assert {one.least_m for one in single} == {0}
    assert all(one.name.startswith("SW9 ") for one in single)


def test_every_offer_can_be_told_from_the_others(database_of_places: Database) -> None:
    for typed in ("SW9", "Brixton Road and Coldharbour Lane", "Brixton Road"):
        values = [one.value for one in offered(database_of_places, typed)]
        assert len(set(values)) == len(values) > 0


def test_a_winding_line_goes_row_by_row_and_back() -> None:
    corners = [(51.46, -0.12), (51.46, -0.10), (51.48, -0.12), (51.48, -0.10)]
    assert round_the_houses(corners) == (corners[0], corners[1], corners[3], corners[2])
    assert round_the_houses(corners[:1]) == round_the_houses([]) == ()


def furthest_m(line: tuple[tuple[float, float], ...], of: list[tuple[float, float]]) -> float:
    """How far the furthest of the positions is from what the search would look along."""
    lat, lon = np.array(line).T
    x, y = to_grid(*np.array(of).T)
    near = Near(Legs.along(*to_grid(lat, lon)), 0.0)
    distance, _ = near.distance(Legs(x, y, x, y), np.full(len(of), np.inf))
    return float(distance.max())


def test_every_postcode_of_a_district_is_on_its_line() -> None:
    drawn = random.Random(2)
    corners = [(51.4501, -0.1149), (51.4501, -0.1051), (51.4601, -0.1149), (51.4601, -0.1051)]
    assert set(round_the_houses(corners)) == set(corners)
    for count in (100, 2_000):
        units = [
            (51.44 + drawn.uniform(0, 0.02), -0.13 + drawn.uniform(0, 0.03)) for _ in range(count)
        ]
        line = round_the_houses(units)
        assert len(line) == count <= MOST_POSITIONS
        assert furthest_m(line, units) < 0.1


def test_a_long_street_keeps_its_bends() -> None:
    bend = 2_501
    street = [
        [51.46, -0.12 + at / 100_000] if at <= bend else [51.46 + (at - bend) / 100_000, -0.09499]
        for at in range(5_000)
    ]
    line = one_line([street])
    assert line == (tuple(street[0]), tuple(street[bend]), tuple(street[-1]))
    drawn = random.Random(3)
    winding = [[51.46 + drawn.gauss(0, 1e-5), -0.12 + at / 50_000] for at in range(6_000)]
    line = one_line([winding])
    assert 2 < len(line) <= MOST_POSITIONS
    assert furthest_m(line, [(lat, lon) for lat, lon in winding]) < 2.1
    assert one_line([winding[:MOST_POSITIONS]]) == tuple(map(tuple, winding[:MOST_POSITIONS]))
