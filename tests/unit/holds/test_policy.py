"""The gate: everything that is not known to be free is barred."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.holds.policy import (
    Asker,
    Bar,
    HoldFact,
    HoldKind,
    Level,
    RecordingFacts,
    Segment,
    bar_on_release,
    may_delete,
    next_review_on,
    strictest,
    why_not_review_on,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
MONTH = timedelta(days=31)
H1 = HoldKind.INVESTIGATION

holds = st.lists(
    st.builds(
        HoldFact, st.booleans(), st.sampled_from(Level), st.sampled_from(HoldKind), st.booleans()
    )
).map(tuple)
askers = st.builds(Asker, st.uuids(), st.booleans())
facts = st.builds(
    RecordingFacts,
    started_at=st.datetimes(timezones=st.just(UTC)),
    is_evidential=st.booleans(),
    is_deleted=st.booleans(),
    holds=st.none() | holds,
    is_preserved=st.booleans(),
)


@given(facts)
def test_nothing_goes_that_is_held_deleted_or_unknown(recording: RecordingFacts) -> None:
    is_free = (
        recording.holds is not None
        and not recording.is_deleted
        and not any(hold.is_open for hold in recording.holds)
    )
    assert (bar_on_release(recording) is None) == is_free


@given(facts, askers)
def test_for_one_asker_only_a_claim_alone_and_a_court_order_let_pass(
    recording: RecordingFacts, to: Asker
) -> None:
    lets_pass = all(
        hold.is_overridden or (to.is_sar and hold.kind is HoldKind.LEGAL_CLAIM)
        for hold in recording.holds or ()
        if hold.is_open
    )
    is_free = recording.holds is not None and not recording.is_deleted and lets_pass
    assert (bar_on_release(recording, to) is None) == is_free


@given(facts)
def test_nothing_is_deleted_that_something_keeps(recording: RecordingFacts) -> None:
    if may_delete(recording, retention=MONTH, now=NOW):
        assert recording.holds is not None
        assert not any(hold.is_open for hold in recording.holds)
        assert not (recording.is_evidential or recording.is_preserved or recording.is_deleted)
        assert recording.started_at + MONTH <= NOW


@pytest.mark.parametrize(
    ("recording", "bar"),
    [
        (RecordingFacts(NOW, False, False, None), Bar.UNKNOWN),
        (RecordingFacts(NOW, False, True, ()), Bar.DELETED),
        (RecordingFacts(NOW, False, False, (HoldFact(True, Level.OPEN, H1),)), Bar.HELD),
        (RecordingFacts(NOW, False, False, (HoldFact(False, Level.OPEN, H1),)), None),
        (RecordingFacts(NOW, True, False, ()), None),
    ],
)
def test_the_bar_says_why(recording: RecordingFacts, bar: Bar | None) -> None:
    assert bar_on_release(recording) is bar


@pytest.mark.parametrize(("seconds", "may"), [(-1, False), (0, True)])
def test_deletion_waits_for_the_last_second(seconds: int, may: bool) -> None:
    recording = RecordingFacts(NOW - MONTH - timedelta(seconds=seconds), False, False, ())
    assert may_delete(recording, retention=MONTH, now=NOW) is may


def test_several_holds_are_told_of_by_the_strictest() -> None:
    assert strictest([Level.OPEN, Level.LIMITED]) is Level.LIMITED
    assert strictest(list(Level)) is Level.NEITHER_CONFIRM_NOR_DENY


def test_a_hold_is_looked_at_again_after_90_days() -> None:
    assert next_review_on(date(2026, 11, 2)) == date(2027, 1, 31)


def test_everything_has_words() -> None:
    assert all(kind.label for kind in HoldKind)
    assert all(level.label for level in Level)


@given(st.integers(0, 359_999), st.integers(0, 359_999))
def test_a_part_is_read_as_it_is_written(begins: int, ends: int) -> None:
    assert Segment.read(str(Segment(begins, ends))) == Segment(begins, ends)


def test_a_part_needs_no_hours() -> None:
    assert Segment.read("0:30-12:05") == Segment(30, 725)


def test_a_look_is_after_today_and_within_90_days() -> None:
    today = date(2026, 11, 2)
    right = [
        days
        for days in range(-1, 100)
        if not why_not_review_on(today + timedelta(days=days), today=today)
    ]
    assert right == list(range(1, 91))
