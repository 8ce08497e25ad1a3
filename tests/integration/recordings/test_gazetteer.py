"""Finding a place by what somebody types, whatever they type."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.recordings.footprint import runs
from portal.recordings.gazetteer import (
    PlacesReport,
    borough_area,
    borough_names,
    boroughs_touching,
    find_places,
    import_places,
    postcodes_of,
    search_name,
)
from portal.recordings.kinds import PlaceKind

AT = datetime(2026, 11, 6, tzinfo=UTC)
RING = [[51.45, -0.13], [51.45, -0.10], [51.47, -0.10], [51.47, -0.13]]


def place(
    name: str, kind: str = "street", borough: str = "Lambeth", **where: Any
) -> dict[str, Any]:
    where = where or {"point": [51.46, -0.11]}
    return {"name": name, "kind": kind, "borough": borough, **where}


PLACES = [
    place("Lambeth", "borough", polygon=RING),
    place("Hackney", "borough", "Hackney", polygon=[[lat + 0.1, lon] for lat, lon in RING]),
    place("Brixton Road", line=[[51.46, -0.11], [51.47, -0.111], [51.48, -0.112]]),
    place("Brixton Hill"),
    place("Old Brixton Lane", borough="Hackney"),
    place("St John's Road"),
    place("Brixton", "station"),
    place("SW2 1AA", "postcode"),
    place("SW21 1AA", "postcode"),
    place("Café Corner", "place"),
    place("100% Fun_Park", "place"),
]


def take_in(database: Database, *places: Any) -> PlacesReport:
    with database.writing() as session:
        return import_places(session, places, by=COMMAND_LINE, at=AT)


def found(database: Database, typed: str) -> list[str]:
    with database.reading() as session:
        return [f"{one.name}" for one in find_places(session, typed)]


def test_places_are_found_as_people_type_them(database: Database) -> None:
    take_in(database, *PLACES)
    assert found(database, "brixton") == [
        "Brixton",
        "Brixton Hill",
        "Brixton Road",
        "Old Brixton Lane",
    ]
    assert found(database, "BRIXTON  rd.") == ["Brixton Road"]
    assert found(database, "brixton ro") == ["Brixton Road"]
    assert found(database, "lane hackney") == ["Old Brixton Lane"]
    assert found(database, "brixton, hackney") == ["Old Brixton Lane"]
    assert found(database, "st johns road") == ["St John's Road"]
    assert found(database, "St John’s") == ["St John's Road"]
    assert found(database, "cafe") == ["Café Corner"]
    assert found(database, "hackney")[0] == "Hackney"


@pytest.mark.parametrize("typed", ["SW2 1AA", "sw21aa", " sw2 1aa "])
def test_a_postcode_needs_no_space(database: Database, typed: str) -> None:
    take_in(database, *PLACES)
    assert found(database, typed) == ["SW2 1AA"]


@pytest.mark.parametrize(
    "typed", ["", "  ", "%", "_", "\x00", "\u202e", "'; --", "x" * 10_000, "\ud800"]
)
def test_nothing_typed_is_an_error(database: Database, typed: str) -> None:
    take_in(database, *PLACES)
    assert found(database, typed) == []


def test_marks_of_the_query_language_mean_themselves(database: Database) -> None:
    take_in(database, *PLACES)
    assert found(database, "100% fun") == ["100% Fun_Park"]
    assert found(database, "1%") == found(database, "1_") == found(database, "1")


def test_at_most_ten_are_offered(database: Database) -> None:
    take_in(database, *(place(f"High Street {k}") for k in range(30)))
    assert len(found(database, "high street")) == 10


def test_the_same_places_twice_change_nothing(database: Database) -> None:
    first = take_in(database, *(json.dumps(held) for held in PLACES))
    second = take_in(database, *(json.dumps(held).encode() for held in PLACES), "")
    third = take_in(database, place("Brixton Hill", point=[51.4, -0.1]))
    assert (first.created, first.updated, first.unchanged) == (len(PLACES), 0, 0)
    assert (second.created, second.updated, second.unchanged) == (0, 0, len(PLACES))
    assert (third.created, third.updated, third.unchanged) == (0, 1, 0)
    assert first.rejected == second.rejected == ()


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (place("A", "moon"), "kind must be one of"),
        (place("", "street"), "name must hold a letter"),
        (place("a\x00"), "name must be text"),
        (place("A", point=None), "needs a point"),
        (place("A", line=RING, polygon=RING), "needs a point"),
        (place("A", point=[91, 0]), "a latitude of point"),
        (place("A", point=[True, 0]), "a latitude of point"),
        (place("A", point=[51]), "point must be made of"),
        (place("A", line=[[51, 0]]), "line needs at least 2"),
        (place("A", polygon=[[51, 0], [51, 1]]), "polygon needs at least 3"),
        (place("A", polygon=[]), "polygon must be a list"),
        (place("A", polygon=[[[51, 0], 7]]), "polygon must be made of"),
        (place("A") | {"colour": 1}, "'colour' is not a key"),
        ("[]", "not a JSON object"),
    ],
)
def test_a_bad_place_is_refused_by_name(sqlite_database: Database, held: Any, told: str) -> None:
    report = take_in(sqlite_database, held, place("Good"))
    assert report.created == 1
    ((number, message),) = report.rejected
    assert number == 1
    assert told in message


def test_a_borough_has_its_ground_and_its_squares(database: Database) -> None:
    take_in(database, *PLACES)
    with database.reading() as session:
        area = borough_area(session, " LAMBETH ")
        assert area is not None
        assert borough_area(session, "Atlantis") is None
        assert borough_names(session) == ["Hackney", "Lambeth"]
        assert boroughs_touching(session, runs(area.squares())) == ["lambeth"]
        assert boroughs_touching(session, []) == []
        apart = [(10 * k, 10 * k + 1) for k in range(3_000)]
        assert boroughs_touching(session, apart) == []


def test_names_are_compared_without_marks() -> None:
    assert search_name("King’s Cross (St Pancras)") == "kings cross st pancras"
    assert search_name("SW2 1AA", PlaceKind.POSTCODE) == "sw21aa"
    assert search_name("  Tower  Hamlets", PlaceKind.BOROUGH) == "tower hamlets"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Brixton station", "Brixton"),
        ("brixton tube station", "Brixton"),
        ("near Brixton underground", "Brixton"),
        ("outside Brixton Hill", "Brixton Hill"),
        ("saint johns rd", "St John's Road"),
        ("London Borough of Lambeth", "Lambeth"),
        ("Brixton Rd, Lambeth", "Brixton Road"),
    ],
)
def test_words_around_a_name_do_not_hide_it(database: Database, typed: str, first: str) -> None:
    take_in(database, *PLACES)
    assert found(database, typed)[0] == first


@pytest.mark.parametrize("typed", ["station", "tube", "borough", "the borough of", "near"])
def test_a_word_of_the_kind_alone_is_not_every_place_of_it(
    sqlite_database: Database, typed: str
) -> None:
    take_in(sqlite_database, *PLACES)
    assert found(sqlite_database, typed) == []


def test_streets_of_one_name_are_all_there_and_their_boroughs_tell_them_apart(
    database: Database,
) -> None:
    take_in(database, *(place("High Street", borough=name) for name in ("Lambeth", "Hackney")))
    with database.reading() as session:
        either = find_places(session, "high st")
        one = find_places(session, "high street hackney")
    assert sorted(street.borough for street in either) == ["Hackney", "Lambeth"]
    assert [street.borough for street in one] == ["Hackney"]


@pytest.mark.parametrize(
    ("typed", "outward", "count"),
    [
        ("SW2", "SW2", 2),
        ("sw20", "SW20", 1),
        # Not known, but its district is.
        ("SW2 9ZZ", "SW2", 2),
        ("SW2 1AA", "", 0),
        ("SW3", "", 0),
        ("Brixton", "", 0),
        ("", "", 0),
    ],
)
def test_the_first_half_of_a_postcode_is_all_of_its_postcodes(
    database: Database, typed: str, outward: str, count: int
) -> None:
    take_in(database, *(place(name, "postcode") for name in ("SW2 1AA", "SW2 1AB", "SW20 0AA")))
    with database.reading() as session:
        named, units = postcodes_of(session, typed)
    assert (named, len(units)) == (outward, count)
