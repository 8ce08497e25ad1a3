"""Whatever a line of questions holds, it becomes a question or a `BadLine` with words."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.recordings.criteria import Criteria
from portal.recordings.lines import LONGEST_LINE, BadLine
from portal.recordings.searching import criteria_from_line

WINDOW = {"from": "2026-11-01T20:00:00Z", "until": "2026-11-01T20:30:00Z"}
POINT = {"lat": 51.4625, "lon": -0.114, "radius_m": 150}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.datetimes().map(str)
    | st.sampled_from([WINDOW["from"], 10**400, -0.0, "Lambeth"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["lat", "lon", "radius_m", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
KEYS = ["from", "until", "point", "line", "radius_m", "area", "shoulder_number", "reference", "x"]


def asked(line: str | bytes) -> Criteria | str:
    """The question, or what is wrong with it."""
    try:
        return criteria_from_line(line)
    except BadLine as fault:
        return str(fault)


@given(st.binary(max_size=200))
def test_bytes_are_a_question_or_wrong_in_words(line: bytes) -> None:
    assert asked(line)


@given(held=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=9), is_whole=st.booleans())
def test_json_is_a_question_or_wrong_in_words(held: dict[str, Any], is_whole: bool) -> None:
    assert asked(json.dumps({**WINDOW, "point": POINT, **held} if is_whole else held))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"from": 1' + "0" * 5_000 + "}", "number"),
        ('{"from":"2026-11-01T20:00:00Z","from":"2026-11-01T20:00:00Z"}', "twice"),
        (json.dumps(WINDOW | {"point": POINT | {"radius_m": float("nan")}}), "NaN"),
        (json.dumps(WINDOW | {"point": POINT | {"lat": float("inf")}}), "Infinity"),
        (json.dumps(WINDOW | {"point": POINT}).replace("51.4625", "1e999"), "lat must be a number"),
        (json.dumps(WINDOW | {"point": POINT | {"lat": True}}), "lat must be a number"),
        (json.dumps(WINDOW | {"line": [[51, 0]] * 2_001, "radius_m": 5}), "1 to 2,000 positions"),
        (json.dumps(WINDOW | {"area": "x" * 201}), "at most 200 characters"),
        (json.dumps(WINDOW | {"area": "a\x00b"}), "must be text"),
        (json.dumps(WINDOW | {"from": "0001-01-01T00:00:00+00:00", "point": POINT}), "years"),
        (json.dumps(WINDOW | {"until": "9999-12-31T23:59:59-23:59", "point": POINT}), "years"),
        (" " * LONGEST_LINE + "{}", "longer than"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(line: str | bytes, told: str) -> None:
    words = asked(line)
    assert isinstance(words, str)
    assert told in words


@pytest.mark.parametrize(
    "place",
    [
        {"point": {"lat": 90, "lon": 180, "radius_m": 0}},
        {"point": {"lat": -90, "lon": -180, "radius_m": 50_000}},
        {"line": [[51.46, -0.11]], "radius_m": 0},
        {"line": [[51.46, -0.11]] * 2_000, "radius_m": 50},
        {"area": "Atlantis"},
    ],
)
def test_the_edge_of_what_can_be_asked_is_a_question(place: dict[str, Any]) -> None:
    made = criteria_from_line(json.dumps(WINDOW | place))
    assert made.since == datetime(2026, 11, 1, 20, tzinfo=UTC)
    # What the record of it keeps can be asked again.
    assert criteria_from_line(json.dumps(made.as_json())) == made
