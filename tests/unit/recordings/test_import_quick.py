"""Reading many lines at once gives what reading them one by one does, for lines good and bad."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.recordings.lines import BadLine, ImportLine, read_line
from portal.recordings.quick import read_lines

GOOD: dict[str, Any] = {
    "id": "A1",
    "camera": "C1",
    "officer": "L1234",
    "started_at": "2026-11-01T20:10:00Z",
    "ended_at": "2026-11-01T20:24:30Z",
    "area": "Lambeth",
    "track": [
        ["2026-11-01T20:10:00Z", 51.4623, -0.1145, 6.0],
        ["2026-11-01T20:12:00Z", 51.463, -0.1132, 7],
    ],
    "category": "non_evidential",
    "matter": None,
    "incident": "CAD 5512/01NOV26",
    "media": "2026/11/01/0042.mp4",
    "sha256": "ab" * 32,
}
AT = "2026-11-01T20:11:00Z"


def slowly(line: bytes) -> ImportLine | BadLine:
    try:
        return read_line(line)
    except BadLine as fault:
        return fault


def told(read: ImportLine | BadLine) -> Any:
    if isinstance(read, BadLine):
        return str(read)
    rows = [
        [None if value != value else value for value in row] for row in read.fixes.rows.tolist()
    ]
    return (*read[:6], *read[7:], rows)


def same(*lines: bytes) -> None:
    assert [told(read) for read in read_lines(lines)] == [told(slowly(line)) for line in lines]


def line(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


ODD: list[dict[str, Any]] = [
    {"track": [[AT, 51, 0]]},
    {"track": [[AT, 51.0, 0.5, None]]},
    {"track": [["2026-11-01T20:12:00Z", 51.3, 0.1], [AT, 51.1, 0.1], [AT, 51.2, 0.1, 3.0]]},
    {"track": [["2026-11-01T20:11:00.250+00:00", 51.0, 0.5], [AT, 51.0, 0.5]]},
    {"track": [["2026-11-01T21:11:00+01:00", 51.0, 0.5]]},
    {"track": [["2026-02-30T20:11:00Z", 51.0, 0.5]]},
    {"track": [["2026-11-01T24:11:00Z", 51.0, 0.5]]},
    {"track": [["2026-11-01T20:11:60Z", 51.0, 0.5]]},
    {"track": [["2026-11-01T20:1１:00Z", 51.0, 0.5]]},
    {"track": [["2026-11-01T20:11:00", 51.0, 0.5]]},
    {"track": [["2026-11-01T20:26:31Z", 51.0, 0.5]]},
    {"track": [["2026-11-01T20:07:59Z", 51.0, 0.5]]},
    {"track": [[AT, True, 0.5]]},
    {"track": [[AT, 51.0, False]]},
    {"track": [[AT, 90.5, 0.5]]},
    {"track": [[AT, 51.0, 180.5]]},
    {"track": [[AT, 51.0, 0.5, -1]]},
    {"track": [[AT, 51.0, 0.5, 100_001]]},
    {"track": [[AT, 51.0, 0.5, True]]},
    {"track": [[AT, 51.0, "0.5"]]},
    {"track": [[AT, 10**30, 0.5]]},
    {"track": [[5, 51.0, 0.5]]},
    {"track": ["abcd", {"a": 1, "b": 2, "c": 3}]},
    {"track": [[AT, 51.0]]},
    {"track": [[AT, 51.0, 0.5, 1, 1]]},
    {"track": [[AT, 51.0, 0.5, 1], 7]},
    {"track": None},
    {"track": {}},
    {"id": 'a "quoted" name'},
    {"id": "back\\slash"},
    {"id": " spaced "},
    {"id": "Zoë"},
    {"id": "a\u00a0b"},
    {"id": "\u2028"},
    {"id": ""},
    {"id": "x" * 201},
    {"camera": 7},
    {"area": "track"},
    {"category": ["evidential"]},
    {"category": "other"},
    {"media": "a/../b"},
    {"media": "a b/ü.mp4"},
    {"media": ".hidden"},
    {"media": "x" * 501},
    {"sha256": "AB" * 32},
    {"sha256": "ab"},
    {"started_at": "2026-11-01T21:10:00+01:00"},
    {"started_at": "2026-11-01T20:10:00.500Z"},
    {"started_at": "2026-11-01T20:24:30Z"},
    {"started_at": "2026-11-01T21:24:30Z"},
    {"started_at": "1999-12-31T23:59:59Z", "ended_at": "2000-01-01T00:00:10Z"},
    {"started_at": "2099-12-31T23:59:59Z", "ended_at": "2100-01-01T00:00:00Z"},
    {"ended_at": "2026-11-02T20:10:00Z"},
    {"ended_at": "2026-11-02T20:10:01Z"},
    {"ended_at": None},
    {"colour": "red"},
]


@pytest.mark.parametrize("changes", ODD, ids=lambda changes: ascii(changes)[:60])
def test_an_odd_line_among_good_ones_is_read_as_if_it_were_alone(changes: dict[str, Any]) -> None:
    same(line(), line(**changes), line(id="B"), line(track=[]))


@pytest.mark.parametrize(
    "text",
    [
        b'{"id":"a","id":"b"}',
        line().replace(b'"id"', b'"id" : "z", "id"'),
        line().replace(b'"id"', b'"\\u0069d": "z", "id"'),
        line().replace(b"51.4623", b"NaN"),
        line().replace(b"51.4623", b"1e999"),
        line().replace(b"51.4623", b"9" * 400),
        line()[:-5],
        line() + b"}",
        b"\xef\xbb\xbf" + line() + b"\r\n",
        line().replace(b"Lambeth", b"Lam\x00beth"),
        line().replace(b"Lambeth", b"Lam\xffbeth"),
        line().replace(b"Lambeth", b"\\ud800"),
        b"[]",
        b"7",
        b'"text"',
        b"[" * 100_000,
        b" " * 4_000_001,
        line(id="x" * 4_000_000),
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_what_is_not_one_object_is_refused_in_the_same_words(text: bytes) -> None:
    same(line(), text, line(id="B"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
fixes = st.lists(
    st.sampled_from([AT, "2026-11-01T20:11:00.5Z", "2026-13-01T20:11:00Z", 5, None])
    | st.floats(-200, 200)
    | st.integers(-200, 200),
    min_size=2,
    max_size=5,
)
changed = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(sorted(GOOD), json_values) | {"track": st.lists(fixes, max_size=3)}
)


@settings(max_examples=100, deadline=None)
@given(st.lists(changed, max_size=4))
def test_whatever_the_lines_hold_both_ways_agree(changes: list[dict[str, Any]]) -> None:
    same(*(line(**each) for each in changes))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4))
def test_whatever_the_bytes_both_ways_agree(lines: list[bytes]) -> None:
    same(line(), *lines)
