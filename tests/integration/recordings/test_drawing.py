"""What a map draws: where cameras went during a time, and what lies around a place."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.recordings.gazetteer import import_places
from portal.recordings.paths import MOST_POSITIONS, Path, Position, paths_of
from portal.recordings.surroundings import MOST_STREETS, Square, outline_of, streets_in
from tests.factories.applicants import HAPPENED_AT
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, recording, take_in

AT = HAPPENED_AT


def walked(*steps: tuple[float, float], source_id: str = "one") -> str:
    """A recording with fixes at these (seconds, degrees north)."""
    fixes = [
        [(AT + timedelta(seconds=seconds)).isoformat(), LATITUDE + north, LONGITUDE, 5.0]
        for seconds, north in steps
    ]
    return line(source_id, AT, track=fixes, ended_at=(AT + timedelta(hours=1)).isoformat())


def path(
    database: Database,
    since: float,
    until: float,
    asked: Sequence[Sequence[Position]] = (),
    source_id: str = "one",
) -> Path | None:
    """Where it was between those seconds."""
    number = recording(database, source_id).id
    between = (AT + timedelta(seconds=since), AT + timedelta(seconds=until))
    with database.reading() as session:
        return paths_of(session, [number], between=between, asked=asked).get(number)


def norths(found: Path | None) -> list[list[float]]:
    """Its lines, as degrees north of the place."""
    assert found is not None
    return [[round(lat - LATITUDE, 5) for lat, _ in line] for line in found.lines]


def test_a_path_is_cut_to_the_time_between_fixes_too(database: Database) -> None:
    take_in(database, walked((0, 0.0), (100, 0.001), (200, 0.002)), at=AT)

    assert norths(path(database, 50, 150)) == [[0.0005, 0.001, 0.0015]]
    assert norths(path(database, 120, 130)) == [[0.0012, 0.0013]]
    assert path(database, 201, 300) is None


def test_where_nothing_is_known_there_is_no_line(database: Database) -> None:
    """After 300 seconds without a fix nobody knows; a lone fix is a dot."""
    steps = ((0, 0.0), (60, 0.001), (361, 0.004), (662, 0.002), (700, 0.003))
    take_in(database, walked(*steps), at=AT)

    assert norths(path(database, 0, 3600)) == [[0.0, 0.001], [0.004], [0.002, 0.003]]
    assert path(database, 100, 300) is None


def test_a_hop_that_no_camera_can_make_is_no_line(database: Database) -> None:
    take_in(database, walked((0, 0.0), (10, 1.5), (20, 0.0)), at=AT)

    assert norths(path(database, 0, 60)) == [[0.0], [1.5], [0.0]]


def test_the_spot_is_where_it_was_nearest(database: Database) -> None:
    take_in(database, walked((0, -0.002), (200, 0.002)), at=AT)

    here = path(database, 0, 200, asked=[[(LATITUDE, LONGITUDE + 0.001)]])
    street = path(
        database,
        0,
        200,
        asked=[[(LATITUDE + 0.0015, LONGITUDE - 0.002), (LATITUDE + 0.0015, LONGITUDE + 0.002)]],
    )

    assert here is not None and here.spot == pytest.approx((LATITUDE, LONGITUDE), abs=5e-5)
    assert street is not None and street.spot[0] == pytest.approx(LATITUDE + 0.0015, abs=5e-5)


def test_a_long_path_is_thinned_and_keeps_its_ends(database: Database) -> None:
    steps = [(float(second), second * 1e-6) for second in range(3000)]
    take_in(database, walked(*steps), at=AT)

    ((*positions,),) = norths(path(database, 0, 2999))
    assert len(positions) <= MOST_POSITIONS + 1
    assert (positions[0], positions[-1]) == (0.0, 0.003)


def test_no_positions_no_path(database: Database) -> None:
    take_in(database, walked(), at=AT)

    assert path(database, 0, 3600) is None


def street(name: str, north: float, length: float = 0.001, **given: object) -> dict[str, object]:
    """A street from west to east, with its middle east of the place."""
    ends = [
        [LATITUDE + north, LONGITUDE - length],
        [LATITUDE + north, LONGITUDE],
        [LATITUDE + north, LONGITUDE + length],
    ]
    return {"name": name, "kind": "street", "borough": "Lambeth", "line": ends, **given}


def test_streets_of_a_square_come_nearest_first_and_bounded(database: Database) -> None:
    places = [street(f"Street {n}", n * 0.000005) for n in range(MOST_STREETS + 20)]
    with database.writing() as session:
        import_places(session, [*reversed(places), street("Far", 0.2)], by=COMMAND_LINE, at=AT)

    with database.reading() as session:
        found = streets_in(session, Square(LATITUDE, LONGITUDE, 500.0))

    assert [one.name for one in found] == [f"Street {n}" for n in range(MOST_STREETS)]


def test_a_street_that_only_begins_in_the_square_is_found(database: Database) -> None:
    """Its middle is 700 metres away, and it is kept by its middle."""
    begins = [[LATITUDE, LONGITUDE + 0.0001 * step] for step in range(0, 220, 20)]
    with database.writing() as session:
        import_places(session, [street("Long Lane", 0.0, line=begins)], by=COMMAND_LINE, at=AT)

    with database.reading() as session:
        near = streets_in(session, Square(LATITUDE, LONGITUDE, 200.0))
        aside = streets_in(session, Square(LATITUDE - 0.005, LONGITUDE, 200.0))

    assert [one.name for one in near] == ["Long Lane"]
    assert aside == []


def test_a_boroughs_outline_is_known_by_its_name(database: Database) -> None:
    ring = [[51.4, -0.2], [51.5, -0.2], [51.5, -0.1]]
    borough = {"name": "Lambeth", "kind": "borough", "polygon": ring}
    with database.writing() as session:
        import_places(session, [borough], by=COMMAND_LINE, at=AT)

    with database.reading() as session:
        assert outline_of(session, "lambeth") == [[(51.4, -0.2), (51.5, -0.2), (51.5, -0.1)]]
        assert outline_of(session, "Nowhere") == []
