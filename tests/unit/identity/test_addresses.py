"""When another e-mail address counts, and what can have made sure of it."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.identity.addresses import (
    AGREE_WITHIN,
    WAIT,
    ChangeFacts,
    Way,
    counts_from,
    is_due,
    is_same_address,
    is_stale,
    waits,
    why_not,
)

PROPOSED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
AGREED = PROPOSED + timedelta(hours=2)
MOMENT = timedelta(microseconds=1)
THERE = {"phone": "020 7946 0000", "address": "1 Fountain Street"}


def test_it_counts_three_days_after_the_second_handler() -> None:
    change = ChangeFacts(PROPOSED, AGREED)
    assert counts_from(AGREED) == AGREED + timedelta(days=3)
    assert not is_due(change, AGREED + WAIT - MOMENT)
    assert is_due(change, AGREED + WAIT)
    assert is_due(change, AGREED + timedelta(days=40))


@pytest.mark.parametrize(
    ("change", "is_waiting"),
    [
        (ChangeFacts(PROPOSED), True),
        (ChangeFacts(PROPOSED, AGREED, stopped_at=AGREED), False),
        (ChangeFacts(PROPOSED, AGREED, applied_at=AGREED + WAIT), False),
    ],
)
def test_it_is_not_due_before_two_agreed_nor_stopped_nor_twice(
    change: ChangeFacts, is_waiting: bool
) -> None:
    assert not is_due(change, AGREED + WAIT)
    assert waits(change) is is_waiting


def test_what_was_made_sure_of_long_ago_is_made_sure_of_again() -> None:
    change = ChangeFacts(PROPOSED)
    assert not is_stale(change, PROPOSED + AGREE_WITHIN - MOMENT)
    assert is_stale(change, PROPOSED + AGREE_WITHIN)
    assert not is_stale(ChangeFacts(PROPOSED, AGREED), PROPOSED + AGREE_WITHIN)


@pytest.mark.parametrize("way", Way)
def test_any_way_will_do_where_we_could_go_it(way: Way) -> None:
    assert why_not(way, **THERE, must_show=False) is None


@pytest.mark.parametrize(
    ("way", "missing", "words"),
    [
        (Way.CALLED_BACK, "phone", "no phone number"),
        (Way.LETTER, "address", "no postal address"),
    ],
)
def test_a_way_that_we_could_not_have_gone_is_refused(way: Way, missing: str, words: str) -> None:
    told = why_not(way, **(THERE | {missing: ""}), must_show=False)
    assert told is not None and words in told


@pytest.mark.parametrize("way", Way)
def test_who_must_show_themselves_is_not_made_sure_of_by_a_call(way: Way) -> None:
    told = why_not(way, **THERE, must_show=True)
    assert (told is None) is way.shows_identity
    assert way.shows_identity is (way in (Way.PROOF, Way.IN_PERSON))


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("amara@example.org", True),
        (" Amara@Example.ORG ", True),
        ("amara@example.com", False),
        ("", False),
    ],
)
def test_the_same_mailbox_is_no_new_address(other: str, is_same: bool) -> None:
    assert is_same_address("amara@example.org", other) is is_same
