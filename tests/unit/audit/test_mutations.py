"""Ten thousand ways to tamper with an export, none of them unseen (`make mutate-book`)."""

import os
from collections import Counter
from random import Random

import pytest

from portal.audit.verifier import read_export, walk
from tests.factories.tampering import (
    MUTATIONS,
    a_book,
    as_lines,
    chained,
    known_of,
    mutated,
    mutated_bytes,
)

HOW_MANY = int(os.environ.get("BOOK_MUTATIONS", "400"))
SEEDS = [2026, 1102]
BOOK = a_book(24)
LINES = as_lines(BOOK)
KNOWN = known_of(BOOK, 8, 16, 24)


def first_change(changed: list[bytes]) -> int:
    """The number of the first line that is not as it was."""
    pairs = zip(LINES, changed, strict=False)
    same = (number for number, (was, now) in enumerate(pairs, 1) if was != now)
    return next(same, min(len(LINES), len(changed)) + 1)


def test_the_book_itself_is_whole() -> None:
    verdict = walk(read_export(LINES), KNOWN)
    assert (verdict.is_whole, verdict.entries, verdict.witnessed) == (True, 24, 24)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_change_with_a_meaning_is_seen(seed: int) -> None:
    chance, seen = Random(seed), Counter[str]()
    for number in range(HOW_MANY):
        way, changed = mutated(BOOK, chance)
        lines = as_lines(changed)
        verdict = walk(read_export(lines), KNOWN)
        assert verdict.broken_at is not None, f"{way} at {number} of seed {seed} was not seen"
        # It is never said to be whole further than it is: one more, where only the next shows it.
        assert verdict.broken_at <= first_change(lines) + 1, (way, number, seed)
        seen[way] += 1
    assert set(seen) == {mutation.__name__ for mutation in MUTATIONS}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_change_of_bytes_is_seen_where_it_is(seed: int) -> None:
    chance = Random(seed)
    for number in range(HOW_MANY):
        way, changed = mutated_bytes(LINES, chance)
        verdict = walk(read_export(changed), KNOWN)
        assert verdict.broken_at is not None, f"{way} at {number} of seed {seed} was not seen"
        assert abs(verdict.broken_at - first_change(changed)) <= 1, (way, number, seed)


def test_what_no_checkpoint_knows_can_be_written_anew() -> None:
    """The limit of the promise, kept here so that nobody thinks it is more."""
    entries, _ = a_book(24)
    anew = [
        {**one.entry, "subject": "x"} if n > 16 else one.entry for n, one in enumerate(entries, 1)
    ]
    verdict = walk(read_export(as_lines(chained([dict(one) for one in anew]))), known_of(BOOK, 16))
    assert (verdict.is_whole, verdict.witnessed) == (True, 16)
