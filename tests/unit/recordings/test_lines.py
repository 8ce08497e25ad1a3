"""Every way a line of the import format can be wrong, and what its sender is told."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.recordings.kinds import Category
from portal.recordings.lines import LONGEST_LINE, BadLine, read_line

GOOD: dict[str, Any] = {
    "id": "A1",
    "camera": "C1",
    "officer": "L1234",
    "started_at": "2026-11-01T20:10:00Z",
    "ended_at": "2026-11-01T20:24:30Z",
    "area": "Lambeth",
    "track": [["2026-11-01T20:10:00Z", 51.4623, -0.1145, 6.0]],
    "category": "non_evidential",
    "matter": None,
    "incident": "CAD 5512/01NOV26",
    "media": "2026/11/01/0042.mp4",
    "sha256": "AB" * 32,
}
FIX = ["2026-11-01T20:10:00Z", 51.4623, -0.1145]


def line(**changes: Any) -> str:
    return json.dumps(GOOD | changes)


def test_a_good_line_is_read_whole() -> None:
    read = read_line(line())
    assert read.source_id == "A1"
    assert read.category is Category.NON_EVIDENTIAL
    assert read.ended_at == datetime(2026, 11, 1, 20, 24, 30, tzinfo=UTC)
    assert read.sha256 == "ab" * 32
    assert read.fixes.rows[:, 3].tolist() == [6.0]


def test_only_what_is_required_is_enough() -> None:
    required = {k: GOOD[k] for k in ("id", "camera", "started_at", "ended_at", "category")}
    read = read_line(json.dumps(required))
    assert read.fixes.at.tolist() == []
    assert (read.area, read.shoulder_number, read.media, read.sha256) == (None,) * 4


def test_empty_text_is_an_unknown_fact() -> None:
    assert read_line(line(officer="", area="  ")).area is None


def test_an_offset_is_taken_into_account() -> None:
    read = read_line(line(started_at="2026-11-01T21:10:00+01:00"))
    assert read.started_at == datetime(2026, 11, 1, 20, 10, tzinfo=UTC)


def test_fixes_out_of_order_are_sorted_and_equal_times_keep_their_order() -> None:
    track = [
        ["2026-11-01T20:12:00Z", 51.3, 0.1],
        ["2026-11-01T20:11:00Z", 51.1, 0.1],
        ["2026-11-01T20:11:00Z", 51.2, 0.1],
    ]
    assert read_line(line(track=track)).fixes.rows[:, 1].tolist() == [51.1, 51.2, 51.3]


BAD = [
    ({"id": None}, "id is missing"),
    ({"id": 7}, "id must be text, not 7"),
    ({"id": ""}, "id is missing"),
    ({"id": "x" * 201}, "id is longer than 200 characters"),
    ({"id": "a\x00b"}, "id holds a character that cannot be printed: 'a\\x00b'"),
    ({"camera": ["x"]}, "camera must be text, not ['x']"),
    ({"officer": True}, "officer must be text, not True"),
    ({"area": "a\ud800"}, "area holds a character that cannot be printed: 'a\\ud800'"),
    ({"started_at": None}, "started_at is missing"),
    ({"started_at": "2026-11-01T20:10:00"}, "started_at must be a time with an offset"),
    ({"started_at": "yesterday"}, "started_at must be a time with an offset"),
    ({"started_at": 1_793_491_200}, "started_at must be a time with an offset"),
    ({"started_at": "0001-01-01T00:00:00+23:59"}, "between the years 2000 and 2099"),
    ({"ended_at": "9999-12-31T23:59:59-23:59"}, "between the years 2000 and 2099"),
    ({"ended_at": "2026-11-01T20:10:00Z"}, "ended_at must be after started_at"),
    ({"ended_at": "2026-11-02T20:10:01Z"}, "longer than 24 hours"),
    ({"track": None}, "track must be a list of fixes, not None"),
    ({"track": "no"}, "track must be a list of fixes"),
    ({"track": [5]}, "fix 1 of the track must be [time, latitude, longitude]"),
    ({"track": [FIX, FIX[:2]]}, "fix 2 of the track must be"),
    ({"track": [[*FIX, 1, 1]]}, "fix 1 of the track must be"),
    ({"track": [["20:10", 51, 0]]}, "the time of fix 1 must be a time with an offset"),
    ({"track": [[FIX[0], 90.1, 0]]}, "the latitude of fix 1 must be a number from -90 to 90"),
    ({"track": [[FIX[0], "51", 0]]}, "the latitude of fix 1 must be a number"),
    ({"track": [[FIX[0], True, 0]]}, "the latitude of fix 1 must be a number"),
    ({"track": [[FIX[0], 51, -180.5]]}, "the longitude of fix 1 must be a number from -180"),
    ({"track": [[*FIX, -1]]}, "the accuracy of fix 1 must be a number from 0"),
    ({"track": [FIX, ["2026-11-01T20:26:31Z", 51, 0]]}, "fix 2 of the track is outside"),
    ({"track": [["2026-11-01T20:07:59Z", 51, 0]]}, "fix 1 of the track is outside"),
    ({"category": None}, "category is missing"),
    ({"category": "Traffic"}, 'category must be "non_evidential" or "evidential"'),
    ({"category": {}}, 'category must be "non_evidential" or "evidential"'),
    ({"media": "../secret"}, "media must be a path inside the footage store"),
    ({"media": "a/../../b"}, "media must be a path inside"),
    ({"media": "/etc/passwd"}, "media must be a path inside"),
    ({"media": "a\\..\\b"}, "media must be a path inside"),
    ({"media": "C:/video.mp4"}, "media must be a path inside"),
    ({"media": "https://example.org/a.mp4"}, "media must be a path inside"),
    ({"sha256": "ab"}, "sha256 must be 64 hexadecimal digits"),
    ({"sha256": "g" * 64}, "sha256 must be 64 hexadecimal digits"),
    ({"colour": "red"}, "'colour' is not a key of the import format"),
    ({"x" * 500: 1}, "is not a key of the import format"),
]


@pytest.mark.parametrize(("changes", "told"), BAD)
def test_a_bad_line_is_refused_by_name(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(BadLine) as refused:
        read_line(line(**changes))
    assert told in str(refused.value)
    assert len(str(refused.value)) < 250
    assert str(refused.value).isascii()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        (b"\xc3\x28", "not UTF-8"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"id": NaN}', "NaN is not JSON"),
        ('{"id": "a", "id": "b"}', "gives a key twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": ' + "9" * 5000 + "}", "a number that is too long"),
        (b" " * (LONGEST_LINE + 1), "longer than 4,000,000"),
        (line(track=[[FIX[0], 51, 0]]).replace("51", "1e999"), "the latitude of fix 1"),
    ],
)
def test_what_is_not_one_json_object_is_refused(text: str | bytes, told: str) -> None:
    with pytest.raises(BadLine, match=told):
        read_line(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), json_values))
def test_no_value_whatever_gets_past_but_as_a_recording_or_a_refusal(held: dict[str, Any]) -> None:
    with suppress(BadLine):
        read = read_line(json.dumps(GOOD | held))
        assert read.ended_at > read.started_at


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_whatever_raise_anything_else(text: str | bytes) -> None:
    with pytest.raises(BadLine):
        read_line(text)
