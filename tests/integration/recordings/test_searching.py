"""The whole way: lines in, a search, and the same answer as the slow reckoning, on each engine."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyproj
import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.recordings.bulk import footprint_in
from portal.recordings.commands import forget
from portal.recordings.describing import Found, found_by
from portal.recordings.gazetteer import import_places
from portal.recordings.importing import import_lines
from portal.recordings.lines import BadLine
from portal.recordings.models import Certainty
from portal.recordings.searching import answer_line, criteria_from_line
from tests.factories.catalogue import by_source_id

AT = datetime(2026, 11, 6, tzinfo=UTC)
NINE = datetime(2026, 11, 1, 21, tzinfo=UTC)
LAT, LON = 51.4625, -0.1140
GEOD = pyproj.Geod(ellps="WGS84")
SQUARE = [[51.45, -0.13], [51.45, -0.10], [51.47, -0.10], [51.47, -0.13]]


def moment(seconds: float) -> str:
    return (NINE + timedelta(seconds=seconds)).isoformat()


def line(name: str, track: list[list[Any]], start: int = 0, end: int = 600, **more: Any) -> str:
    held = {
        "id": name,
        "camera": f"C-{name}",
        "started_at": moment(start),
        "ended_at": moment(end),
        "track": [[moment(t), *rest] for t, *rest in track],
        "category": "non_evidential",
    }
    return json.dumps(held | more)


def filled(database: Database, *lines: str) -> Database:
    report = import_lines(
        database, lines, by=COMMAND_LINE, at=AT, flagged=lambda *_: None, batch=100
    )
    assert report.rejected == ()
    return database


def ask(database: Database, **asked: Any) -> list[Found]:
    asked = {"from": moment(0), "until": moment(600)} | asked
    with database.reading() as session:
        return found_by(session, criteria_from_line(json.dumps(asked)))


def near(metres: float = 150) -> dict[str, Any]:
    return {"point": {"lat": LAT, "lon": LON, "radius_m": metres}}


def names(found: list[Found]) -> list[str]:
    return [one.source_id for one in found]


def aside(metres: float, bearing: float = 90) -> list[float]:
    lon, lat, _ = GEOD.fwd(LON, LAT, bearing, metres)
    return [lat, lon]


def test_a_recording_is_found_with_its_reasons(database: Database) -> None:
    passing = [[0, *aside(500, 0)], [300, *aside(35, 0)], [600, *aside(500, 0)]]
    filled(database, line("a", passing, officer="L1234", incident="CAD 5512/01NOV26"))
    (found,) = ask(database, **near(), shoulder_number="l1234", reference="CAD 5512")
    assert found.place is Certainty.TRACKED
    assert found.distance_m == pytest.approx(35, abs=1)
    assert found.overlap_s == 600
    assert found.reasons[0] == "Passed 35 m from the place at 9:05pm"
    assert found.reasons[1:4] == (
        "Covers the whole time asked for",
        "Officer number matches",
        "Reference matches",
    )
    assert "officer +14.3" in found.reasons[4]
    assert 0.85 < found.share <= 0.9


def test_the_answer_has_the_shape_of_the_format(database: Database) -> None:
    filled(database, line("a", [[0, LAT, LON]]), line("b", []))
    tracked, uncertain = (answer_line(one) for one in ask(database, **near()))
    assert list(tracked) == [
        "recording_id",
        "place",
        "score",
        "distance_m",
        "overlap_s",
        "reasons",
    ]
    assert (tracked["recording_id"], tracked["place"]) == ("a", "tracked")
    assert tracked["distance_m"] <= 0.1
    assert (uncertain["recording_id"], uncertain["place"]) == ("b", "uncertain")
    assert uncertain["distance_m"] is None
    assert json.loads(json.dumps([tracked, uncertain])) == [tracked, uncertain]


def test_it_must_be_there_in_the_window_not_only_on_the_same_recording(database: Database) -> None:
    filled(database, line("a", [[0, LAT, LON], [10, LAT, LON], [300, *aside(2000)]], end=300))
    assert names(ask(database, **near())) == ["a"]
    later = {"from": moment(200), "until": moment(300)}
    assert ask(database, **near(), **later) == []


def test_a_recording_that_spans_the_whole_window_is_found(database: Database) -> None:
    fixes = [[t, LAT, LON] for t in range(-7200, 7201, 300)]
    filled(database, line("a", fixes, start=-7200, end=7200))
    assert names(ask(database, **near(0.5))) == ["a"]


def test_passing_between_two_fixes_is_found(database: Database) -> None:
    filled(database, line("a", [[0, *aside(3000, 90)], [299, *aside(3000, 270)]], end=299))
    (found,) = ask(database, **near(50))
    assert found.place is Certainty.TRACKED


def test_a_gap_is_uncertain_and_comes_after_what_is_tracked(database: Database) -> None:
    filled(
        database,
        line("gap", [[0, *aside(300)], [590, *aside(300, 270)]]),
        line("tracked", [[0, *aside(140)], [300, *aside(140)], [600, *aside(140)]]),
        line("far gap", [[0, *aside(9000)], [590, *aside(9000)]]),
    )
    found = ask(database, **near())
    assert names(found) == ["tracked", "gap"]
    assert [one.place for one in found] == [Certainty.TRACKED, Certainty.UNCERTAIN]
    assert "unknown for a time" in found[1].reasons[0]


def test_rough_fixes_are_uncertain_when_they_could_be_there(database: Database) -> None:
    filled(
        database,
        line("rough", [[0, *aside(300), 400], [300, *aside(300), 400], [600, *aside(300), 400]]),
        line("good", [[0, *aside(160), 20], [300, *aside(160), 20], [600, *aside(160), 20]]),
    )
    (found,) = ask(database, **near())
    assert (found.source_id, found.place) == ("rough", Certainty.UNCERTAIN)


def test_without_positions_and_a_gazetteer_it_is_offered_everywhere(database: Database) -> None:
    filled(database, line("a", [], area="Lambeth"), line("b", []), line("c", [], 900, 1000))
    assert set(names(ask(database, **near()))) == {"a", "b"}


def borough(database: Database, name: str, ring: list[list[float]]) -> None:
    held = {"name": name, "kind": "borough", "borough": name, "polygon": ring}
    with database.writing() as session:
        report = import_places(session, [held], by=COMMAND_LINE, at=AT)
    assert report.rejected == ()


@pytest.mark.parametrize("gazetteer_first", [True, False])
def test_without_positions_a_known_area_is_where_it_may_be(
    database: Database, gazetteer_first: bool
) -> None:
    def gazetteer() -> None:
        borough(database, "Lambeth", SQUARE)
        borough(database, "Hackney", [[lat + 0.1, lon] for lat, lon in SQUARE])

    if gazetteer_first:
        gazetteer()
    filled(database, line("a", [], area="lambeth"), line("b", [], area="Hackney"))
    if not gazetteer_first:
        gazetteer()
    assert names(ask(database, **near())) == ["a"]


def test_an_area_is_answered_by_track_first_and_by_name_after(database: Database) -> None:
    borough(database, "Lambeth", SQUARE)
    there, away = [[0, LAT, LON], [600, LAT, LON]], [[0, *aside(5000)], [600, *aside(5000)]]
    there.insert(1, [300, LAT, LON])
    away.insert(1, [300, *aside(5000)])
    filled(
        database,
        line("tracked", there),
        line("visiting", there, area="Hackney"),
        line("named", away, area="LAMBETH"),
        line("bare", [], area="Lambeth"),
        line("unknown", []),
        line("other", [], area="Hackney"),
        line("away", away, area="Hackney"),
    )
    found = ask(database, area="lambeth ")
    assert set(names(found[:2])) == {"tracked", "visiting"}
    assert set(names(found[2:])) == {"named", "bare", "unknown"}
    assert [one.place.value for one in found] == ["tracked"] * 2 + ["uncertain"] * 3
    assert found[0].reasons[0] == "Was in lambeth at 9:00pm"


def test_an_area_that_only_the_evidence_system_knows(database: Database) -> None:
    filled(
        database,
        line("a", [[0, LAT, LON]], area="Sector 7"),
        line("b", [], area="sector  7"),
        line("c", [[0, LAT, LON]], area="Sector 8"),
    )
    assert set(names(ask(database, area="Sector 7"))) == {"a", "b"}


def test_a_deleted_recording_is_not_found(database: Database) -> None:
    filled(database, line("a", [[0, LAT, LON]]), line("b", []))
    with database.writing() as session:
        for name in "ab":
            recording = by_source_id(session, name)
            assert recording is not None
            forget(session, [recording], why="31 days", by=COMMAND_LINE, at=AT)
    assert ask(database, **near()) == []


def test_moved_recordings_are_found_only_where_they_are_now(database: Database) -> None:
    filled(database, line("a", [[0, LAT, LON], [300, LAT, LON], [600, LAT, LON]]))
    filled(database, line("a", [[t, *aside(5000)] for t in (0, 300, 600)]))
    assert ask(database, **near()) == []


def wander(luck: random.Random, hour: int) -> list[list[float]]:
    lat, lon = LAT + luck.gauss(0, 0.01), LON + luck.gauss(0, 0.015)
    track = []
    for t in range(hour * 3600 - 1200, hour * 3600 + 1200, 30):
        lat, lon = lat + luck.gauss(0, 0.0004), lon + luck.gauss(0, 0.0006)
        track.append([t, round(lat, 7), round(lon, 7)])
    return track


def queries(luck: random.Random) -> Iterator[tuple[float, float, list[list[float]], float]]:
    for _ in range(80):
        since = luck.randrange(-3600, 9 * 3600)
        until = since + luck.choice([0, 60, 600, 3600, 30_000])
        line = [[LAT + luck.gauss(0, 0.01), LON + luck.gauss(0, 0.015)]]
        for _ in range(luck.choice([0, 0, 2])):
            line.append([line[-1][0] + 0.003, line[-1][1] + luck.gauss(0, 0.004)])
        yield since, until, line, luck.choice([50, 150, 500, 2000])


def test_a_small_city_is_answered_as_the_slow_reckoning_does(database: Database) -> None:
    """Against distances on the local plane from geodesics, second by second: within 1 m and 1 s
    of the boundary either answer is right, and everywhere else there is only one."""
    luck = random.Random(5)
    tracks = {f"r{k}": wander(luck, luck.randrange(8)) for k in range(150)}
    filled(
        database,
        *(
            line(name, track, int(track[0][0]), int(track[-1][0]) + 20)
            for name, track in tracks.items()
        ),
    )
    plane = {name: flat(np.array(track)) for name, track in tracks.items()}
    told = 0
    for since, until, places, radius in queries(luck):
        shape: dict[str, Any] = {"line": places, "radius_m": radius}
        if len(places) == 1:
            shape = near(radius)
            shape["point"] |= {"lat": places[0][0], "lon": places[0][1]}
        found = ask(database, **{"from": moment(since), "until": moment(until)}, **shape)
        tracked = {one.source_id for one in found if one.place is Certainty.TRACKED}
        legs = flat(np.array([[0.0, *place] for place in places]))[:, 1:]
        for name, track in plane.items():
            if reached(track, legs, since + 1, until - 1, radius * 0.998 - 1):
                assert name in tracked, (name, since, until, places, radius)
                told += 1
            if name in tracked:
                assert reached(track, legs, since - 1, until + 1, radius * 1.002 + 1)
    assert told > 200


def flat(rows: Any) -> Any:
    """(t, metres east, metres north) of (t, lat, lon), by the ellipsoid's radii at the place."""
    a, e2 = GEOD.a, GEOD.es
    phi = np.radians(LAT)
    w = np.sqrt(1 - e2 * np.sin(phi) ** 2)
    north = a * (1 - e2) / w**3 * np.radians(rows[:, 1] - LAT)
    # The meridians draw together: the scale is that of each position's own latitude.
    psi = np.radians(rows[:, 1])
    east = a / np.sqrt(1 - e2 * np.sin(psi) ** 2) * np.cos(psi) * np.radians(rows[:, 2] - LON)
    return np.stack([rows[:, 0], east, north], axis=1)


def reached(track: Any, legs: Any, since: float, until: float, radius: float) -> bool:
    """Whether it was within the radius of any leg, looked at four times a second."""
    lo, hi = max(since, track[0, 0]), min(until, track[-1, 0])
    if lo > hi:
        return False
    t = np.linspace(lo, hi, max(2, int((hi - lo) * 4)))
    x, y = np.interp(t, track[:, 0], track[:, 1]), np.interp(t, track[:, 0], track[:, 2])
    ends = list(pairwise(legs)) or [(legs[0], legs[0])]
    best = np.full(len(t), np.inf)
    for p, q in ends:
        d = q - p
        part = np.clip(((x - p[0]) * d[0] + (y - p[1]) * d[1]) / max(float(d @ d), 1e-9), 0, 1)
        best = np.minimum(best, np.hypot(x - p[0] - part * d[0], y - p[1] - part * d[1]))
    return bool(best.min() <= radius)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "from is missing"),
        ({"from": "now", "until": moment(0)}, "from must be a time with an offset"),
        ({"from": moment(1), "until": moment(0), **near()}, "must be the same as or after"),
        ({"from": moment(0), "until": moment(4e7), **near()}, "at most 366 days"),
        ({"from": moment(0), "until": moment(1)}, "exactly one of point, line and area"),
        ({"from": moment(0), "until": moment(1), "area": "A", **near()}, "exactly one of"),
        ({"from": moment(0), "until": moment(1), "area": 5}, "area must be text"),
        ({"from": moment(0), "until": moment(1), "area": " "}, "An area needs a name"),
        ({"from": moment(0), "until": moment(1), **near(-1)}, "radius_m must be a number"),
        ({"from": moment(0), "until": moment(1), **near(50_001)}, "radius_m must be a number"),
        ({"from": moment(0), "until": moment(1), "point": {"lat": 1}}, "point must have lat"),
        ({"from": moment(0), "until": moment(1), "line": []}, "line must be a list"),
        ({"from": moment(0), "until": moment(1), "line": [[1, 2]]}, "radius_m must be a number"),
        ({"from": moment(0), "until": moment(1), "line": [5], "radius_m": 5}, "line must be made"),
        ({"from": moment(0), "until": moment(1), "colour": 1}, "'colour' is not a key"),
        ({"from": moment(0), "until": moment(1), "radius_m": 5, "area": "A"}, "goes with line"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(BadLine) as refused:
        criteria_from_line(json.dumps(asked))
    assert told in str(refused.value)


def places(database: Database, *given: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    with database.writing() as session:
        return import_places(session, list(given), by=COMMAND_LINE, at=AT).rejected


RINGED = {"name": "Lambeth", "kind": "borough", "polygon": SQUARE}
POINTED = {"name": "Lambeth", "kind": "borough", "point": [LAT, LON]}


def test_a_borough_whose_ground_is_not_known_hides_nothing(database: Database) -> None:
    assert places(database, POINTED) == ()
    filled(database, line("a", [], area="Lambeth"))
    assert names(ask(database, **near())) == ["a"]
    assert places(database, RINGED) == ()
    filled(database, line("b", [], area="lambeth"))
    assert set(names(ask(database, **near()))) == {"a", "b"}


def test_a_borough_keeps_the_ground_it_has(database: Database) -> None:
    assert places(database, RINGED) == ()
    filled(database, line("a", [], area="Lambeth"))
    ((number, words),) = places(database, POINTED)
    assert (number, words) == (1, "a borough that has a polygon keeps one")
    elsewhere = {**RINGED, "borough": "South", "polygon": [[51.0, 0.5], [51.0, 0.6], [51.1, 0.5]]}
    assert places(database, elsewhere) == ()
    assert names(ask(database, **near())) == ["a"]


def test_a_search_of_an_unknown_area_offers_what_is_filed_there_and_what_has_no_position(
    database: Database,
) -> None:
    places(database, RINGED)
    standing = [[0, LAT, LON], [300, LAT, LON], [600, LAT, LON]]
    filled(
        database,
        line("filed", standing, area="Nowhere"),
        line("no position", []),
        line("unfiled", standing),
    )
    assert set(names(ask(database, area="Nowhere"))) == {"filed", "no position"}


@pytest.mark.postgresql
def test_a_database_that_goes_away_is_told_in_the_words_of_every_other_room(
    postgres_database: Database,
) -> None:
    with postgres_database.reading() as session, postgres_database.reading() as other:
        number = session.scalar(sa.text("SELECT pg_backend_pid()"))
        other.execute(sa.text("SELECT pg_terminate_backend(:number)"), {"number": number})
        with pytest.raises(sa.exc.OperationalError):
            footprint_in(session, [1], [(1, 2)], boroughs_too=True)
