"""The ledger of what went out of a file."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.delivered import (
    LOST_AFTER,
    Delivered,
    Piece,
    had_of,
    is_running,
    may_begin,
    may_pass_on,
)

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PIECES = st.lists(
    st.builds(
        lambda first, sent, more: Piece(first, sent + more, sent),
        st.integers(0, 60),
        st.integers(0, 60),
        st.integers(0, 20),
    ),
    max_size=8,
)


@given(PIECES, st.integers(0, 100))
def test_what_they_have_is_every_byte_that_went_out_once(pieces: list[Piece], size: int) -> None:
    bytes_had = {
        byte for piece in pieces for byte in range(piece.first, piece.first + piece.sent)
    } & set(range(size))
    assert had_of(pieces, size) == len(bytes_had)


@pytest.mark.parametrize(
    ("pieces", "is_whole", "percent"),
    [
        ([(0, 100)], True, 100),
        ([(0, 99)], False, 99),
        ([(1, 99)], False, 99),
        ([(0, 50), (50, 50)], True, 100),
        ([(50, 50), (0, 51)], True, 100),
        ([(0, 50), (51, 49)], False, 99),
        ([(0, 10)] * 10, False, 10),
        ([], False, 0),
    ],
)
def test_when_they_have_the_whole_file(
    pieces: list[tuple[int, int]], is_whole: bool, percent: int
) -> None:
    had = had_of([Piece(first, sent, sent) for first, sent in pieces], 100)
    found = Delivered(100, had, AT if pieces else None)
    assert (found.is_whole, found.percent) == (is_whole, percent)


def test_an_empty_file_is_had_once_it_was_fetched() -> None:
    assert (Delivered(0, 0, None).is_whole, Delivered(0, 0, None).percent) == (False, 0)
    assert (Delivered(0, 0, AT).is_whole, Delivered(0, 0, AT).percent) == (True, 100)


def test_all_but_one_byte_of_a_large_file_is_not_all() -> None:
    assert Delivered(10**12, 10**12 - 1, AT).percent == 99


def test_a_download_that_goes_on_is_not_a_new_one() -> None:
    broke_off = Piece(0, 100, 60)
    assert may_begin([broke_off], size=100, asked=40, most_times=1)
    assert not may_begin([broke_off], size=100, asked=41, most_times=1)
    assert not may_begin([broke_off], size=100, asked=100, most_times=1)
    assert may_begin([broke_off], size=100, asked=100, most_times=2)


def test_what_is_being_sent_counts_as_if_all_of_it_went() -> None:
    running = Piece(0, 100, 1, is_running=True)
    assert not may_begin([running], size=100, asked=1, most_times=1)
    assert may_begin([running], size=100, asked=100, most_times=2)
    assert may_begin([Piece(0, 100, 1)], size=100, asked=99, most_times=1)


def test_what_was_passed_on_counts_as_gone_and_not_as_had() -> None:
    passed = Piece(0, 100, 0, is_passed_on=True)
    assert not may_begin([passed], size=100, asked=1, most_times=1)
    assert may_begin([passed], size=100, asked=100, most_times=2)
    assert had_of([passed], 100) == 0


def test_another_server_sends_half_of_what_may_go_and_the_portal_the_rest() -> None:
    passed = Piece(0, 100, 0, is_passed_on=True)
    assert may_pass_on([], size=100, asked=100, most_times=2)
    assert not may_pass_on([passed], size=100, asked=1, most_times=2)
    assert may_pass_on([passed] * 9, size=100, asked=100, most_times=20)
    assert not may_pass_on([passed] * 9, size=100, asked=101, most_times=20)
    assert may_pass_on([Piece(0, 100, 100)] * 19, size=100, asked=100, most_times=20)


def test_an_empty_file_may_always_go() -> None:
    assert may_begin([Piece(0, 0, 0)] * 50, size=0, asked=0, most_times=1)


def test_a_sending_that_was_not_heard_of_has_ended() -> None:
    assert is_running(AT, AT + LOST_AFTER - timedelta(seconds=1))
    assert not is_running(AT, AT + LOST_AFTER)
    assert not is_running(None, AT)
