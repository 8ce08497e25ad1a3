"""What the place questions offer for what somebody typed, by the public or by a handler."""

import pytest

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.recordings.gazetteer import import_places
from portal.requests.offers import places_on_offer
from portal.requests.places import PlaceOnOffer, round_the_houses
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
    assert single
    assert all(one.name.startswith("SW9 ") for one in single)


def test_every_offer_can_be_told_from_the_others(database_of_places: Database) -> None:
    for typed in ("SW9", "Brixton Road and Coldharbour Lane", "Brixton Road"):
        values = [one.value for one in offered(database_of_places, typed)]
        assert len(set(values)) == len(values) > 0


def test_a_winding_line_goes_row_by_row_and_back() -> None:
    corners = [(51.46, -0.12), (51.46, -0.10), (51.48, -0.12), (51.48, -0.10)]
    assert round_the_houses(corners) == (corners[0], corners[1], corners[3], corners[2])
    assert round_the_houses(corners[:1]) == round_the_houses([]) == ()
