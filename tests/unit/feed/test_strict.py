"""JSON that could be read in two ways is not read at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.feed.strict import DEEPEST, strict_json
from portal.web.problems import Problem


def nested(depth: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * depth + closing * depth).encode()


BAD = [
    (b"", "Expecting value"),
    (b" ", "Expecting value"),
    (b"{", "at character"),
    (b"{} {}", "Extra data"),
    (b"{'a': 1}", "at character"),
    (b'{"a": 1,}', "at character"),
    (b'{"a": 1} // no', "Extra data"),
    (b'{"a": 1, "a": 2}', "gives a key twice"),
    (b'{"a": 1, "\\u0061": 1}', "gives a key twice"),
    (b'[{"a": {"b": 1, "b": 1}}]', "gives a key twice"),
    (b"NaN", "NaN is not JSON"),
    (b'{"a": [Infinity]}', "Infinity is not JSON"),
    (b"-Infinity", "-Infinity is not JSON"),
    (b"1e999", "too large"),
    (b"[-1e400]", "too large"),
    (b"[" + b"9" * 5000 + b"]", "too long"),
    (b'"a\nb"', "at character"),
    (b'"\\x41"', "at character"),
    (b"\xef\xbb\xbf{}", "at character"),
    (b'"\xff"', "not UTF-8"),
    (b'"\xed\xa0\x80"', "not UTF-8"),
    ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
    (b"01", "Extra data"),
    (b"+1", "Expecting value"),
    (b".5", "Expecting value"),
    (b"True", "Expecting value"),
    (nested(DEEPEST + 1), "nested"),
    (nested(500), "nested"),
    (nested(100_000), "nested"),
    (nested(100_000, '{"a":', "}"), "nested"),
    (nested(50, '[{"a":[', "]}]"), "nested"),
]


@pytest.mark.parametrize(("body", "why"), BAD, ids=range(len(BAD)))
def test_what_is_not_plain_json_is_refused_with_its_reason(body: bytes, why: str) -> None:
    with pytest.raises(Problem) as told:
        strict_json(body)
    assert (told.value.kind.status, told.value.kind.name) == (400, "malformed-json")
    assert why in told.value.message


def test_as_deep_as_is_said_is_taken() -> None:
    assert strict_json(nested(DEEPEST)) is not None


def test_a_lone_surrogate_written_as_an_escape_is_refused() -> None:
    """It is JSON, and no database takes it."""
    for text in (b'{"a": "\\ud800"}', b'{"\\uDFFF": 1}', b'["\\udc00\\ud800"]'):
        with pytest.raises(Problem, match="half a character"):
            strict_json(text)
    assert strict_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@given(values)
def test_what_json_writes_is_read_back(value: object) -> None:
    assert strict_json(json.dumps(value).encode()) == value
    assert strict_json(json.dumps(value, ensure_ascii=False).encode()) == value
