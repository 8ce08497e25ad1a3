"""How wide one request may search, and which part of a wider one is searched."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.recordings.criteria import (
    MOST_PROPOSED,
    Anywhere,
    AreaAsked,
    Criteria,
    LineAsked,
    PlaceAsked,
    PointAsked,
    expected,
    is_too_wide,
    searchable_part,
)
from portal.recordings.scoring import Said

FRIDAY = datetime(2026, 11, 6, tzinfo=UTC)
LAMBETH = AreaAsked("Lambeth")
STREET = LineAsked(((51.46, -0.115), (51.478, -0.111)), 150)


def near(radius_m: float) -> PointAsked:
    return PointAsked(51.4625, -0.114, radius_m)


def asked(place: PlaceAsked, lasting: timedelta, said: Said | None = None) -> Criteria:
    return Criteria(FRIDAY, FRIDAY + lasting, place, said=said)


@pytest.mark.parametrize(
    ("place", "most"),
    [
        (Anywhere(), timedelta(hours=2)),
        # Two of London's days, one of which may have 25 hours.
        (LAMBETH, timedelta(hours=49)),
        (near(150), timedelta(days=33)),
        (near(1000), timedelta(days=10)),
        (STREET, timedelta(days=33)),
    ],
)
def test_so_long_may_be_searched_and_not_several_times_so_long(
    place: PlaceAsked, most: timedelta
) -> None:
    assert not is_too_wide(asked(place, most))
    assert is_too_wide(asked(place, min(most * 12, timedelta(days=366))))


def test_around_a_pin_any_time_may_be_searched() -> None:
    assert not is_too_wide(asked(near(50), timedelta(days=366)))


@pytest.mark.parametrize("place", [near(500), near(50_000), STREET])
def test_nowhere_is_busier_than_everywhere(place: PlaceAsked) -> None:
    day = timedelta(days=1)
    assert expected(asked(place, day)) <= expected(asked(Anywhere(), day))


def test_a_line_that_winds_through_a_district_is_no_more_than_the_district() -> None:
    rows = [
        (51.46 + row / 1000, -0.13 + (row + end) % 2 * 0.02) for row in range(20) for end in (0, 1)
    ]
    district = LineAsked(tuple(rows), 150)
    assert not is_too_wide(asked(district, timedelta(days=3)))
    assert is_too_wide(asked(district, timedelta(days=31)))


def test_what_can_be_searched_whole_is() -> None:
    whole = asked(LAMBETH, timedelta(days=1))
    assert searchable_part(whole, kept_since=FRIDAY) is whole
    assert "part_of" not in whole.as_json()


def test_of_whole_days_the_part_that_is_deleted_first_is_searched() -> None:
    month = timedelta(days=31)
    whole = asked(LAMBETH, month, Said(FRIDAY + month / 2, spread=month))
    part = searchable_part(whole, kept_since=FRIDAY + timedelta(days=3))
    assert part.since == FRIDAY + timedelta(days=3)
    assert part.until == part.since + timedelta(hours=50)
    assert part.part_of == (FRIDAY, FRIDAY + month)
    assert part.as_json()["part_of"] == {
        "from": "2026-11-06T00:00:00+00:00",
        "until": "2026-12-07T00:00:00+00:00",
    }


def test_of_what_is_gone_already_the_last_part_is_searched() -> None:
    month = timedelta(days=31)
    part = searchable_part(asked(LAMBETH, month), kept_since=FRIDAY + timedelta(days=90))
    assert part.until == FRIDAY + month


def test_around_a_time_the_nearest_part_is_searched() -> None:
    nine = FRIDAY + timedelta(hours=21)
    said = Said(nine, spread=timedelta(minutes=32))
    whole = Criteria(nine - timedelta(hours=2), nine + timedelta(hours=2), Anywhere(), said=said)
    part = searchable_part(whole, kept_since=FRIDAY)
    assert part.since < nine < part.until
    assert nine - part.since == part.until - nine


@given(
    place=st.sampled_from([Anywhere(), LAMBETH, STREET, near(0), near(150), near(50_000)]),
    minutes=st.integers(0, 366 * 24 * 60),
    kept_days=st.integers(-400, 800),
    spread=st.integers(1, 60 * 24 * 400),
)
def test_a_part_lies_within_the_whole_and_is_never_too_wide(
    place: PlaceAsked, minutes: int, kept_days: int, spread: int
) -> None:
    lasting = timedelta(minutes=minutes)
    whole = asked(place, lasting, Said(FRIDAY + lasting / 2, timedelta(minutes=spread)))
    part = searchable_part(whole, kept_since=FRIDAY + timedelta(days=kept_days))
    assert whole.since <= part.since <= part.until <= whole.until
    assert expected(part) <= MOST_PROPOSED * 1.000001
    assert (part.part_of is not None) is is_too_wide(whole)


LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
RADII = st.floats(0, 50_000)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=1))])
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES)
WORDS = st.text(min_size=1, max_size=20)
PLACES = st.one_of(
    st.builds(PointAsked, LATITUDES, LONGITUDES, RADII),
    st.builds(
        LineAsked,
        st.lists(st.tuples(LATITUDES, LONGITUDES), min_size=1, max_size=4).map(tuple),
        RADII,
    ),
    st.builds(AreaAsked, WORDS.filter(str.strip)),
    st.just(Anywhere()),
)
SAID = st.builds(
    Said,
    at=INSTANTS,
    spread=st.timedeltas(timedelta(0), timedelta(days=366)),
    place_spread_m=RADII,
    shoulder_number=st.none() | WORDS,
    references=st.lists(WORDS, max_size=3).map(tuple),
)


@st.composite
def whatever_is_asked(draw: st.DrawFn) -> Criteria:
    since = draw(INSTANTS)
    return Criteria(
        since,
        since + draw(st.timedeltas(timedelta(0), timedelta(days=300))),
        draw(PLACES),
        shoulder_number=draw(st.none() | WORDS),
        reference=draw(st.none() | WORDS),
        said=draw(st.none() | SAID),
        place_name=draw(st.text(max_size=20)),
        part_of=draw(st.none() | st.tuples(INSTANTS, INSTANTS)),
    )


@given(whatever_is_asked())
def test_the_record_of_a_search_is_read_as_what_was_asked(criteria: Criteria) -> None:
    kept = json.loads(json.dumps(criteria.as_json()))
    assert Criteria.from_json(kept) == criteria
    assert Criteria.from_json(kept).as_json() == kept


POINT = {"lat": 51.4625, "lon": -0.114, "radius_m": 150.0}
KEPT: dict[str, Any] = {
    "from": "2026-11-06T00:00:00+00:00",
    "until": "2026-11-06T01:00:00+00:00",
    "point": POINT,
}


@pytest.mark.parametrize(
    "held",
    [
        None,
        [],
        {},
        {**KEPT, "circle": POINT},
        {**KEPT, "area": "Lambeth"},
        {**KEPT, "radius_m": 150.0},
        {**KEPT, "point": {**POINT, "lat": "51.4625"}},
        {**KEPT, "point": {**POINT, "lat": True}},
        {**KEPT, "point": {**POINT, "lat": 91.0}},
        {**KEPT, "point": {**POINT, "lat": float("nan")}},
        {**KEPT, "point": {**POINT, "height": 2.0}},
        {**KEPT, "from": "2026-11-06T00:00:00"},
        {**KEPT, "from": "2026-11-06T02:00:00+00:00"},
        {**KEPT, "from": 7},
        {**KEPT, "part_of": None},
        {**KEPT, "part_of": {"from": KEPT["from"]}},
        {**KEPT, "said": None},
        {**KEPT, "said": {"at": KEPT["from"]}},
        {**KEPT, "reference": ""},
        {**KEPT, "reference": 7},
    ],
)
def test_what_no_search_wrote_is_not_searched(held: Any) -> None:
    assert Criteria.from_json(KEPT) == Criteria(FRIDAY, FRIDAY + timedelta(hours=1), near(150))
    with pytest.raises(Refused):
        Criteria.from_json(held)
