"""Questions at the edge of what can be asked: every one is answered, and exactly."""

import json
from datetime import timedelta
from typing import Any

import pytest

from portal.db import Database
from portal.recordings.describing import found_by
from portal.recordings.searching import criteria_from_line
from tests.integration.recordings.test_searching import LAT, LON, NINE, filled, line


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ({"point": {"lat": 90, "lon": 0, "radius_m": 50_000}}, ["unplaced"]),
        ({"point": {"lat": -90, "lon": 180, "radius_m": 0}}, ["unplaced"]),
        ({"point": {"lat": LAT, "lon": LON, "radius_m": 0.5}}, ["here", "unplaced"]),
        ({"point": {"lat": LAT, "lon": LON, "radius_m": 50_000}}, ["here", "unplaced"]),
        ({"line": [[LAT, LON]] * 2_000, "radius_m": 0.5}, ["here", "unplaced"]),
        ({"line": [[LAT, LON], [-LAT, 179.0]], "radius_m": 1}, ["here", "unplaced"]),
        ({"area": "Atlantis"}, ["unplaced"]),
    ],
)
def test_a_question_at_the_edge_is_answered(
    database: Database, place: dict[str, Any], names: list[str]
) -> None:
    filled(
        database,
        line("here", [[0, LAT, LON], [300, LAT, LON], [600, LAT, LON]], area="Lambeth"),
        line("unplaced", []),
    )
    year = timedelta(days=183)
    asked = {"from": (NINE - year).isoformat(), "until": (NINE + year).isoformat()} | place
    with database.reading() as session:
        found = found_by(session, criteria_from_line(json.dumps(asked)))
    assert [one.source_id for one in found] == names
