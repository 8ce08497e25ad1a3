"""Lines read in a second process: the same lines, and no process left behind."""

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.recordings.importing.reading import Piece, Read, read_elsewhere, read_here
from tests.factories.catalogue import line

NINE = datetime(2026, 11, 1, 21, tzinfo=UTC)


def pieces(count: int = 4) -> Iterator[Piece]:
    for number in range(count):
        good = line(f"R{number}", NINE + timedelta(minutes=number), category="evidential")
        still = line(f"S{number}", NINE, track=[], officer=None)
        lines = [good, "not JSON", "", still] if number % 2 else ["", '{"id": 7}']
        yield Piece(4 * number + 1, [each.encode() for each in lines])


def told(read: Read) -> Any:
    taken = [(n, (*one[:6], *one[7:]), one.fixes.rows.tolist()) for n, one in read.taken]
    return str(taken), read.rejected


def test_it_says_what_reading_here_says() -> None:
    here = [(piece, told(read)) for piece, read in read_here(pieces())]
    elsewhere = [(piece, told(read)) for piece, read in read_elsewhere(pieces())]
    assert elsewhere == here
    assert multiprocessing.active_children() == []


def test_nothing_to_read_is_read_at_once() -> None:
    assert list(read_elsewhere(iter([]))) == []
    assert multiprocessing.active_children() == []


def test_an_import_that_fails_leaves_no_process_behind() -> None:
    reading = read_elsewhere(pieces())
    next(reading)
    assert len(multiprocessing.active_children()) == 1
    reading.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_a_process_that_was_killed_is_said() -> None:
    reading = read_elsewhere(pieces())
    next(reading)
    (process,) = multiprocessing.active_children()
    process.kill()
    with pytest.raises(ChildProcessError, match="has ended"):
        list(reading)
