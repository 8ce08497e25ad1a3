"""A fresh answer after a review: the law's dates stay, a new promise is made."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from portal.bank_holidays import load_shipped
from portal.requests.afresh import afresh, first_answered_on, opened_again_on
from portal.requests.clock import Received, Regime, clock_of, legal_missed, promise_missed
from portal.requests.lifecycle import Event

HOLIDAYS = load_shipped()


@dataclass
class Step:
    """A line of the ledger."""

    event: Event
    on: date


RECEIVED = Step(Event.RECEIVED, date(2026, 3, 2))
ANSWERED = Step(Event.ANSWERED, date(2026, 3, 20))
UPHELD = Step(Event.REVIEW_UPHELD, date(2026, 5, 1))
AGAIN = Step(Event.ANSWERED, date(2026, 5, 20))
HELD = Step(Event.ANSWERED_WITH_HOLD, date(2026, 3, 20))
HOLD_ENDED = Step(Event.HOLD_ENDED, date(2026, 4, 20))


@pytest.mark.parametrize(
    ("steps", "opened_on"),
    [
        ([RECEIVED], None),
        ([RECEIVED, ANSWERED], None),
        ([RECEIVED, ANSWERED, UPHELD], UPHELD.on),
        ([RECEIVED, ANSWERED, UPHELD, Step(Event.DECIDED, date(2026, 5, 2))], UPHELD.on),
        ([RECEIVED, ANSWERED, UPHELD, AGAIN], None),
        ([RECEIVED, ANSWERED, UPHELD, Step(Event.ANSWERED_WITH_HOLD, AGAIN.on)], None),
        ([RECEIVED, ANSWERED, UPHELD, Step(Event.WITHDRAWN, AGAIN.on)], None),
    ],
)
def test_a_review_keeps_a_request_open_until_it_is_answered_again(
    steps: list[Step], opened_on: date | None
) -> None:
    assert opened_again_on(steps) == opened_on


@pytest.mark.parametrize(
    ("steps", "answered_on"),
    [
        ([RECEIVED], None),
        ([RECEIVED, ANSWERED, UPHELD], ANSWERED.on),
        ([RECEIVED, ANSWERED, UPHELD, AGAIN], ANSWERED.on),
        ([RECEIVED, HELD, HOLD_ENDED], None),
        ([RECEIVED, HELD, HOLD_ENDED, AGAIN], AGAIN.on),
        ([RECEIVED, HELD, HOLD_ENDED, AGAIN, UPHELD], AGAIN.on),
    ],
)
def test_the_laws_date_is_kept_or_missed_by_the_first_answer(
    steps: list[Step], answered_on: date | None
) -> None:
    assert first_answered_on(steps) == answered_on


def test_a_fresh_answer_has_a_promise_of_its_own_and_the_laws_date_stays() -> None:
    before = clock_of(Regime.SAR_PART3, [Received(RECEIVED.on)], HOLIDAYS)
    after = afresh(before, UPHELD.on, HOLIDAYS)
    assert after.legal_due_on == before.legal_due_on
    assert after.promise_due_on == before.promise_due_on
    assert after.target_due_on == date(2026, 6, 1)
    assert after.staff_target_on == date(2026, 6, 1)
    assert after.working[0] == before.working[0]
    assert len(after.working) == 3
    assert "1 May 2026" in after.working[1]
    assert "by Monday 1 June 2026" in after.working[2]
    assert not legal_missed(after, ANSWERED.on)
    assert not promise_missed(after, ANSWERED.on)


def test_the_staffs_day_is_a_working_day_of_the_law_that_governs() -> None:
    # 31 days after 15 July 2026 is a Saturday; 30 November is a holiday in Scotland only.
    foi = clock_of(Regime.FOI, [Received(RECEIVED.on)], HOLIDAYS)
    assert afresh(foi, date(2026, 7, 15), HOLIDAYS).staff_target_on == date(2026, 8, 14)
    opened_on = date(2026, 10, 30)
    sar = clock_of(Regime.SAR_PART3, [Received(RECEIVED.on)], HOLIDAYS)
    assert afresh(foi, opened_on, HOLIDAYS).staff_target_on == date(2026, 11, 27)
    assert afresh(sar, opened_on, HOLIDAYS).staff_target_on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("opened_on", "due_on"),
    [
        (date(2026, 3, 1), date(2026, 4, 1)),  # 31 days end before the law's date
        (date(2026, 3, 2), date(2026, 4, 2)),  # on it
        (date(2026, 3, 3), date(2026, 4, 2)),  # after it: the law's date is kept
        (date(2026, 4, 2), date(2026, 4, 2)),  # opened again on its very day
        (date(2026, 4, 3), date(2026, 5, 4)),  # it has passed: 31 days
    ],
)
def test_a_fresh_answer_is_never_promised_for_later_than_a_law_still_to_be_kept(
    opened_on: date, due_on: date
) -> None:
    before = clock_of(Regime.SAR_PART3, [Received(RECEIVED.on)], HOLIDAYS)
    assert before.legal_due_on == date(2026, 4, 2)
    after = afresh(before, opened_on, HOLIDAYS)
    assert after.target_due_on == due_on
    kept = "keeps it" in after.working[2]
    assert kept is (due_on < opened_on + timedelta(days=31))
