"""What holds on every day, whatever happened: ten years around today, all regimes."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bank_holidays import load_shipped
from portal.requests.clock import (
    ClarificationAnswered,
    ClarificationAsked,
    Clock,
    ClockEvent,
    ExtensionNotified,
    FeesNoticeGiven,
    FeesNoticePaid,
    IdentityReceived,
    IdentityRequested,
    PublicInterestNotified,
    Received,
    Regime,
    clock_of,
    legal_missed,
    promise_missed,
)
from portal.requests.clock_explaining import explain
from portal.workdays import is_working_day, months_after

HOLIDAYS = load_shipped()
FIRST, LAST = date(2021, 1, 1), date(2031, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
SAR = (Regime.SAR_PART3, Regime.SAR_GDPR)
SAR_REGIMES = st.sampled_from(SAR)
REGIMES = st.sampled_from(Regime)
DAYS = st.dates(FIRST, LAST)


def days_later(most: int) -> st.SearchStrategy[timedelta]:
    return st.builds(timedelta, days=st.integers(0, most))


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[date, list[ClockEvent]]:
    """A receipt and questions that were asked and answered some days later."""
    received_on = draw(DAYS)
    events: list[ClockEvent] = [Received(received_on)]
    for number in range(draw(st.integers(0, 4))):
        asked_on = received_on + draw(days_later(45))
        answered_on = asked_on + draw(days_later(20))
        events.append(ClarificationAsked(asked_on, question=str(number)))
        events.append(ClarificationAnswered(answered_on, question=str(number)))
    return received_on, events


@st.composite
def anything(draw: st.DrawFn) -> list[ClockEvent]:
    """Any events at all whose answers follow their questions."""
    received_on, events = draw(ledgers())
    later = days_later(80)
    if draw(st.booleans()):
        events.append(IdentityRequested(received_on + draw(later)))
    if draw(st.booleans()):
        events.append(IdentityReceived(received_on + draw(later)))
    if draw(st.booleans()):
        events.append(ExtensionNotified(received_on + draw(later)))
    if draw(st.booleans()):
        events.append(PublicInterestNotified(received_on + draw(later)))
    if draw(st.booleans()):
        given_on = received_on + draw(later)
        events.append(FeesNoticeGiven(given_on))
        if draw(st.booleans()):
            events.append(FeesNoticePaid(given_on + draw(days_later(120))))
    if draw(st.booleans()):
        events.append(ClarificationAsked(received_on + draw(later), question="open"))
    return events


def due(clock: Clock) -> date:
    assert clock.legal_due_on is not None
    return clock.legal_due_on


def counted_working_days(first_on: date, last_on: date) -> int:
    """Independent of the walk under test: look at each day on its own."""
    span = range(1, (last_on - first_on).days + 1)
    return sum(is_working_day(first_on + timedelta(days=n), HOLIDAYS.uk) for n in span)


@pytest.mark.parametrize("regime", SAR)
def test_every_day_of_eleven_years_a_month_ends_on_a_working_day(regime: Regime) -> None:
    for day in EVERY_DAY:
        clock = clock_of(regime, [Received(day)], HOLIDAYS)
        assert is_working_day(due(clock), HOLIDAYS.england_and_wales)
        assert 28 <= (due(clock) - day).days <= 36
        raw_on = months_after(day, 1)
        assert due(clock) >= raw_on
        skipped = [raw_on + timedelta(days=n) for n in range((due(clock) - raw_on).days)]
        assert not any(is_working_day(d, HOLIDAYS.england_and_wales) for d in skipped)
        assert clock.promise_due_on == day + timedelta(days=31)


@pytest.mark.parametrize(("regime"), [Regime.FOI, Regime.FOI_REVIEW])
def test_every_day_of_eleven_years_there_are_exactly_20_working_days(regime: Regime) -> None:
    for day in EVERY_DAY:
        clock = clock_of(regime, [Received(day)], HOLIDAYS)
        assert is_working_day(due(clock), HOLIDAYS.uk)
        assert counted_working_days(day, due(clock)) == 20


def test_every_day_of_eleven_years_a_complaint_has_30_days() -> None:
    for day in EVERY_DAY:
        clock = clock_of(Regime.DP_COMPLAINT, [Received(day)], HOLIDAYS)
        assert due(clock) == day + timedelta(days=30)


@pytest.mark.parametrize("regime", Regime)
def test_every_day_of_eleven_years_the_dates_and_their_working_agree(regime: Regime) -> None:
    """Each regime's own holidays; every weekday left out or rolled over is named as a holiday."""
    is_uk = regime in (Regime.FOI, Regime.FOI_REVIEW)
    closed = HOLIDAYS.uk if is_uk else HOLIDAYS.england_and_wales
    for day in EVERY_DAY:
        clock = clock_of(regime, [Received(day)], HOLIDAYS)
        assert clock.refused == () and clock.waiting_for == () and clock.has_duty
        assert (clock.received_on, clock.start_on, clock.paused_days) == (day, day, 0)
        promise_on = None if regime in UNPROMISED else day + timedelta(days=31)
        assert clock.promise_due_on == promise_on
        target_on = min(due(clock), promise_on or date.max)
        staff_on = target_on
        while not is_working_day(staff_on, closed):
            staff_on -= timedelta(days=1)
        assert (clock.target_due_on, clock.staff_target_on) == (target_on, staff_on)
        named = [line for line in clock.working if " is a bank holiday" in line]
        assert len(named) == len(left_out(regime, day, due(clock), closed))


UNPROMISED = (Regime.FOI_REVIEW, Regime.DP_COMPLAINT)


def left_out(regime: Regime, start_on: date, due_on: date, closed: frozenset[date]) -> list[date]:
    """The weekdays that were holidays: those not counted, or those the last day rolled over."""
    first_on = months_after(start_on, 1) if regime in SAR else start_on + timedelta(days=1)
    span = [first_on + timedelta(days=n) for n in range((due_on - first_on).days)]
    if regime is Regime.DP_COMPLAINT:
        return []
    return [day for day in span if day.weekday() < 5 and not is_working_day(day, closed)]


@given(DAYS, st.integers(0, 19))
def test_a_public_interest_notice_makes_exactly_40(day: date, later: int) -> None:
    events = [Received(day), PublicInterestNotified(day + timedelta(days=later))]
    clock = clock_of(Regime.FOI, events, HOLIDAYS)
    assert counted_working_days(day, due(clock)) == 40


@given(DAYS, st.integers(0, 19), st.integers(0, 60))
def test_the_days_of_a_fee_are_left_out_exactly(day: date, later: int, wait: int) -> None:
    given_on = day + timedelta(days=later)
    paid_on = given_on + timedelta(days=wait)
    events = [Received(day), FeesNoticeGiven(given_on), FeesNoticePaid(paid_on)]
    clock = clock_of(Regime.FOI, events, HOLIDAYS)
    first_out = max(given_on - timedelta(days=1), day)
    left_out = counted_working_days(first_out, paid_on)
    assert counted_working_days(day, due(clock)) == 20 + left_out


@given(SAR_REGIMES, ledgers())
def test_a_pause_never_shortens(regime: Regime, ledger: tuple[date, list[ClockEvent]]) -> None:
    received_on, events = ledger
    plain = clock_of(regime, [Received(received_on)], HOLIDAYS)
    paused = clock_of(regime, events, HOLIDAYS)
    assert due(paused) >= due(plain)
    assert (due(paused) > due(plain)) or paused.paused_days <= 5


@given(REGIMES, anything(), st.randoms(use_true_random=False))
def test_the_order_of_telling_does_not_matter(
    regime: Regime, events: list[ClockEvent], random: Random
) -> None:
    told = random.sample(events, len(events))
    # A question and its answer on one day keep their order: the ledger's.
    told.sort(key=lambda event: isinstance(event, ClarificationAnswered))
    assert clock_of(regime, told, HOLIDAYS) == clock_of(regime, events, HOLIDAYS)


@given(SAR_REGIMES, ledgers())
def test_paused_days_are_the_union_after_the_start(
    regime: Regime, ledger: tuple[date, list[ClockEvent]]
) -> None:
    _, events = ledger
    clock = clock_of(regime, events, HOLIDAYS)
    assert clock.start_on is not None
    days = {
        pause.first_on + timedelta(days=n) for pause in clock.pauses for n in range(pause.days())
    }
    assert len(days) == clock.paused_days
    assert all(day > clock.start_on for day in days)


@given(SAR_REGIMES, DAYS, st.lists(st.tuples(st.integers(0, 27), st.integers(0, 30)), max_size=4))
def test_months_and_pauses_are_added_raw_and_rolled_once(
    regime: Regime, received_on: date, questions: list[tuple[int, int]]
) -> None:
    events: list[ClockEvent] = [Received(received_on)]
    paused = set()
    for number, (after, lasting) in enumerate(questions):
        asked_on = received_on + timedelta(days=after)
        answered_on = asked_on + timedelta(days=lasting)
        events.append(ClarificationAsked(asked_on, question=str(number)))
        events.append(ClarificationAnswered(answered_on, question=str(number)))
        paused |= {asked_on + timedelta(days=n) for n in range(lasting + 1)} - {received_on}
    clock = clock_of(regime, events, HOLIDAYS)
    due_on = months_after(received_on, 1) + timedelta(days=len(paused))
    while not is_working_day(due_on, HOLIDAYS.england_and_wales):
        due_on += timedelta(days=1)
    assert clock.paused_days == len(paused)
    assert due(clock) == due_on
    assert clock.promise_due_on == received_on + timedelta(days=31 + len(paused))


@given(SAR_REGIMES, DAYS, st.integers(0, 60))
def test_an_extension_is_three_months_or_refused(
    regime: Regime, received_on: date, later: int
) -> None:
    plain = clock_of(regime, [Received(received_on)], HOLIDAYS)
    told_on = received_on + timedelta(days=later)
    clock = clock_of(regime, [Received(received_on), ExtensionNotified(told_on)], HOLIDAYS)
    assert clock.is_extended is (told_on <= due(plain))
    assert bool(clock.refused) is not clock.is_extended
    assert due(clock) >= (months_after(received_on, 3) if clock.is_extended else due(plain))
    assert clock.is_extended or (due(clock), clock.promise_due_on) == (
        due(plain),
        plain.promise_due_on,
    )


@given(REGIMES, anything())
def test_the_dates_always_belong_together(regime: Regime, events: list[ClockEvent]) -> None:
    clock = clock_of(regime, events, HOLIDAYS)
    known = [day for day in (clock.legal_due_on, clock.promise_due_on) if day]
    assert clock.target_due_on == min(known, default=None)
    assert (clock.staff_target_on is None) is (clock.target_due_on is None)
    assert (clock.target_due_on is None) is bool(clock.waiting_for or not clock.has_duty)
    assert clock.working[0].startswith("We received your ")
    if clock.staff_target_on and clock.target_due_on and clock.start_on:
        assert clock.start_on <= clock.staff_target_on <= clock.target_due_on
        assert f"by {clock.target_due_on:%A} {clock.target_due_on.day} " in " ".join(clock.working)
        assert not legal_missed(clock, clock.target_due_on)
        assert not promise_missed(clock, clock.target_due_on)


@given(REGIMES, anything())
def test_a_refused_event_moves_nothing(regime: Regime, events: list[ClockEvent]) -> None:
    """Only for rules that admit events one by one: the last one told, if refused, changes none."""
    clock = clock_of(regime, events, HOLIDAYS)
    extra = ExtensionNotified(date(2040, 1, 1))
    told_late = clock_of(regime, [*events, extra], HOLIDAYS)
    if len(told_late.refused) > len(clock.refused):
        assert told_late.legal_due_on == clock.legal_due_on
        assert told_late.promise_due_on == clock.promise_due_on
        assert told_late.working == clock.working


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | DAYS.map(date.isoformat),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)
ENTRIES = st.fixed_dictionaries(
    {"regime": st.sampled_from(["sar", "foi", "foi-review", "dp-complaint"])},
    optional={
        "received_on": DAYS.map(date.isoformat) | JSON,
        "identity_received_on": JSON,
        "authority_received_on": JSON,
        "fee_paid_on": JSON,
        "clarifications": st.lists(st.lists(DAYS.map(date.isoformat), max_size=2)) | JSON,
        "extension_notice_on": JSON,
        "public_interest_notice_on": JSON,
        "fees_notice": JSON,
        "exceptional": JSON,
        "surprise": JSON,
    },
)


@given(JSON | ENTRIES | st.lists(ENTRIES, max_size=3))
def test_whatever_is_typed_gets_an_answer_or_a_reason(typed: object) -> None:
    explained = explain(typed, HOLIDAYS)
    assert len(explained) == (len(typed) if isinstance(typed, list) else 1)
    for result in explained:
        assert result["working"] or result["refused"]
