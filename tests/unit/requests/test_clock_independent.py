"""A second opinion: the same dates by another library's working-day arithmetic.

The set of holidays is made here, from another package for each nation, with the days that package
lists or lacks put right by hand; months and working days are counted by numpy. So one slip of ours
cannot be in both.
"""

from datetime import date, timedelta

import holidays as nations
import numpy as np
import pytest

from portal.bank_holidays import load_shipped
from portal.requests.clock import (
    ClarificationAnswered,
    ClarificationAsked,
    ExtensionNotified,
    FeesNoticeGiven,
    FeesNoticePaid,
    IdentityReceived,
    IdentityRequested,
    PublicInterestNotified,
    Received,
    ReviewFoundExceptional,
    clock_of,
)

SHIPPED = load_shipped()
YEARS = range(2024, 2029)
WORLD_CUP = date(2026, 6, 15)


def closed(*names: str, also: tuple[date, ...] = ()) -> np.ndarray:
    days = {
        day for name in names for day in nations.country_holidays("GB", subdiv=name, years=YEARS)
    }
    return np.array(sorted(days.union(also)), dtype="datetime64[D]")


ENGLAND_AND_WALES = closed("ENG", "WLS")
UNITED_KINGDOM = closed("ENG", "WLS", "SCT", "NIR", also=(WORLD_CUP,))
# Far enough from the end of the table for three months and a pause.
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(365 * 4 + 240)]


def later(day: date, months: int) -> np.datetime64:
    """Numpy adds months to months; the day is put back, at most to the month's last."""
    month = np.datetime64(day, "M") + months
    first, last = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]") - 1
    return min(first + (day.day - 1), last)


def rolled(raw: np.datetime64) -> date:
    roll = np.busday_offset(raw, 0, roll="forward", holidays=ENGLAND_AND_WALES)
    return date.fromisoformat(str(roll))


def nth(day: date, n: int) -> date:
    return date.fromisoformat(
        str(np.busday_offset(day, n, roll="backward", holidays=UNITED_KINGDOM))
    )


def before(day: date, holidays: np.ndarray) -> date:
    return date.fromisoformat(str(np.busday_offset(day, 0, roll="backward", holidays=holidays)))


def test_a_month_of_subject_access() -> None:
    for day in DAYS:
        clock = clock_of("sar_part3", [Received(day)], SHIPPED)
        due_on = rolled(later(day, 1))
        target_on = min(due_on, day + timedelta(days=31))
        assert (clock.legal_due_on, clock.target_due_on) == (due_on, target_on)
        assert clock.staff_target_on == before(target_on, ENGLAND_AND_WALES)


@pytest.mark.parametrize("lasting", [1, 2, 3, 8, 13])
def test_a_month_with_a_pause(lasting: int) -> None:
    for day in DAYS:
        asked_on = day + timedelta(days=5)
        events = [
            Received(day),
            ClarificationAsked(asked_on, question="q"),
            ClarificationAnswered(asked_on + timedelta(days=lasting - 1), question="q"),
        ]
        clock = clock_of("sar_gdpr", events, SHIPPED)
        assert clock.legal_due_on == rolled(later(day, 1) + lasting)


def test_three_months_of_subject_access() -> None:
    for day in DAYS:
        clock = clock_of("sar_part3", [Received(day), ExtensionNotified(day)], SHIPPED)
        assert clock.legal_due_on == rolled(later(day, 3))


def test_twenty_working_days_of_freedom_of_information() -> None:
    for day in DAYS:
        clock = clock_of("foi", [Received(day)], SHIPPED)
        due_on = nth(day, 20)
        target_on = min(due_on, day + timedelta(days=31))
        assert (clock.legal_due_on, clock.target_due_on) == (due_on, target_on)
        assert clock.staff_target_on == before(target_on, UNITED_KINGDOM)


def test_forty_working_days_of_freedom_of_information() -> None:
    for day in DAYS:
        clock = clock_of("foi", [Received(day), PublicInterestNotified(day)], SHIPPED)
        assert clock.legal_due_on == nth(day, 40)


def test_the_review_of_an_answer() -> None:
    for day in DAYS:
        assert clock_of("foi_review", [Received(day)], SHIPPED).legal_due_on == nth(day, 20)


def test_forty_working_days_of_an_exceptional_review() -> None:
    for day in DAYS:
        events = [Received(day), ReviewFoundExceptional(day + timedelta(days=9))]
        assert clock_of("foi_review", events, SHIPPED).legal_due_on == nth(day, 40)


@pytest.mark.parametrize(("given", "waited"), [(0, 0), (1, 1), (7, 9), (12, 30), (20, 4)])
def test_the_working_days_of_a_fees_notice_are_left_out(given: int, waited: int) -> None:
    for day in DAYS:
        given_on = day + timedelta(days=given)
        paid_on = given_on + timedelta(days=waited)
        events = [Received(day), FeesNoticeGiven(given_on), FeesNoticePaid(paid_on)]
        # Numpy counts up to the day before its end; the day of receipt never counts.
        left_out = np.busday_count(
            max(given_on, day + timedelta(days=1)),
            paid_on + timedelta(days=1),
            holidays=UNITED_KINGDOM,
        )
        due_on = nth(day, 20 + max(0, int(left_out)))
        assert clock_of("foi", events, SHIPPED).legal_due_on == due_on


@pytest.mark.parametrize(("asked", "waited"), [(0, 1), (2, 16), (20, 40)])
def test_twenty_working_days_after_the_answer(asked: int, waited: int) -> None:
    for day in DAYS:
        asked_on = day + timedelta(days=asked)
        answered_on = asked_on + timedelta(days=waited)
        events = [Received(day), ClarificationAsked(asked_on), ClarificationAnswered(answered_on)]
        clock = clock_of("foi", events, SHIPPED)
        assert (clock.start_on, clock.legal_due_on) == (answered_on, nth(answered_on, 20))


@pytest.mark.parametrize("late", [1, 8, 29, 31])
def test_everything_at_once(late: int) -> None:
    """Proof that comes later, two questions that overlap, and two more months."""
    for day in DAYS[:-60]:
        start_on = day + timedelta(days=late)
        first, second = start_on + timedelta(days=3), start_on + timedelta(days=6)
        events = [
            Received(day),
            IdentityRequested(day),
            IdentityReceived(start_on),
            ClarificationAsked(first, question="1"),
            ClarificationAnswered(first + timedelta(days=5), question="1"),
            ClarificationAsked(second, question="2"),
            ClarificationAnswered(second + timedelta(days=5), question="2"),
            ExtensionNotified(start_on + timedelta(days=28)),
        ]
        clock = clock_of("sar_part3", events, SHIPPED)
        # From the third day after the start to the eleventh: nine days.
        assert clock.paused_days == 9
        assert clock.legal_due_on == clock.target_due_on == rolled(later(start_on, 3) + 9)
