"""Where two streets meet, however it is typed."""

import pytest

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.recordings.corners import Corner, find_corners
from portal.recordings.gazetteer import import_places
from tests.integration.recordings.test_gazetteer import AT, place

STREETS = [
    place("Brixton Road", line=[[51.4600, -0.1150], [51.4700, -0.1150]]),
    place("Coldharbour Lane", line=[[51.4650, -0.1200], [51.4650, -0.1100]]),
    # Ends 22 m short of Brixton Road: the middles of streets do not always touch.
    place("Acre Lane", line=[[51.4620, -0.1250], [51.4620, -0.11532]]),
    place("Far Road", line=[[51.4620, -0.1250], [51.4620, -0.1170]]),
    place("Elephant and Castle", "place", "Southwark"),
    place("Mint and Castle Street", line=[[51.4690, -0.12], [51.4690, -0.11]]),
    place("Brixton Road", borough="Hackney", line=[[51.56, -0.05], [51.57, -0.05]]),
]


def found(database: Database, typed: str) -> list[Corner]:
    with database.writing() as session:
        import_places(session, STREETS, by=COMMAND_LINE, at=AT)
    with database.reading() as session:
        return find_corners(session, typed)


@pytest.mark.parametrize(
    "typed",
    [
        "Brixton Road and Coldharbour Lane",
        "coldharbour ln & brixton rd",
        "corner of Brixton Rd and Coldharbour Lane",
        "Brixton Road/Coldharbour Lane",
        "the junction of Brixton Road with Coldharbour Lane".replace(" with ", " and "),
        "Brixton Road at Coldharbour Lane, Lambeth",
    ],
)
def test_a_corner_is_where_the_streets_cross(database: Database, typed: str) -> None:
    (corner,) = found(database, typed)
    assert sorted(corner.name.split(" and ")) == ["Brixton Road", "Coldharbour Lane"]
    assert (corner.lat, corner.lon) == pytest.approx((51.4650, -0.1150), abs=1e-5)
    assert corner.apart_m < 0.1
    assert {street.borough for street in corner.streets} == {"Lambeth"}


def test_streets_that_nearly_touch_meet_and_others_do_not(sqlite_database: Database) -> None:
    (corner,) = found(sqlite_database, "Brixton Road and Acre Lane")
    assert corner.apart_m == pytest.approx(22, abs=1)
    assert found(sqlite_database, "Brixton Road and Far Road") == []


def test_an_and_of_the_name_itself_is_no_corner(sqlite_database: Database) -> None:
    assert found(sqlite_database, "Elephant and Castle") == []
    (corner,) = found(sqlite_database, "Mint and Castle Street and Brixton Road")
    assert corner.lat == pytest.approx(51.4690, abs=1e-5)


@pytest.mark.parametrize(
    "typed",
    ["", "and", " & ", "and and and", "a and", "Brixton Road", "\x00 and \ud800", "&" * 500],
)
def test_what_names_no_two_streets_is_no_corner(sqlite_database: Database, typed: str) -> None:
    assert found(sqlite_database, typed) == []
