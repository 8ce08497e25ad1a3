"""Which bytes somebody asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.ranges import Slice, Unsatisfiable, is_same_file, wanted


@pytest.mark.parametrize(
    ("header", "first", "last", "is_partial"),
    [
        (None, 0, 99, False),
        ("", 0, 99, False),
        ("bytes=0-0", 0, 0, True),
        ("bytes=0-", 0, 99, True),
        ("bytes=90-200", 90, 99, True),
        ("bytes=-10", 90, 99, True),
        ("bytes=-200", 0, 99, True),
        ("Bytes = 1-2", 0, 99, False),
        ("BYTES=1-2", 1, 2, True),
        ("bytes=5-4", 0, 99, False),
        ("bytes=-", 0, 99, False),
        ("bytes=0-1,5-6", 0, 99, False),
        ("lines=0-1", 0, 99, False),
        ("bytes=a-b", 0, 99, False),
        ("bytes=٠-٩", 0, 99, False),
        ("bytes=99999999999999999999999-", 0, 99, False),
    ],
)
def test_what_a_header_asks_for(
    header: str | None, first: int, last: int, is_partial: bool
) -> None:
    assert wanted(header, 100) == Slice(first, last, is_partial)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_what_cannot_be_given(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted(header, 100)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-5"])
def test_no_range_fits_an_empty_file(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted(header, 0)
    assert wanted(None, 0).length == 0


@given(st.binary(min_size=1, max_size=300), st.integers(0, 400), st.integers(0, 400))
def test_a_range_is_the_slice_of_the_file(content: bytes, first: int, more: int) -> None:
    header = f"bytes={first}-{first + more}"
    if first >= len(content):
        with pytest.raises(Unsatisfiable):
            wanted(header, len(content))
        return
    part = wanted(header, len(content))
    assert content[part.first : part.last + 1] == content[first : first + more + 1]
    assert part.length == len(content[first : first + more + 1])


@given(st.text(max_size=40), st.integers(0, 1000))
def test_no_header_is_too_odd(header: str, size: int) -> None:
    try:
        part = wanted(header, size)
    except Unsatisfiable:
        return
    assert 0 <= part.first <= part.last + 1 <= size


def test_only_the_very_same_tag_allows_a_range() -> None:
    assert is_same_file(None, '"abc"')
    assert is_same_file('"abc"', '"abc"')
    for other in ("abc", 'W/"abc"', '"abd"', "*", "Mon, 02 Nov 2026 09:30:00 GMT"):
        assert not is_same_file(other, '"abc"')
