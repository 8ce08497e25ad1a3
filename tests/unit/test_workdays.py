"""Working days."""

from datetime import date, timedelta
from itertools import islice

import numpy as np
import pytest
from dateutil.easter import easter
from hypothesis import given
from hypothesis import strategies as st

from portal.bank_holidays import load_shipped
from portal.workdays import (
    Holidays,
    add_working_days,
    good_friday,
    is_holiday,
    is_working_day,
    months_after,
    next_working_day,
    previous_working_day,
    working_days_after,
)

SHIPPED = load_shipped()
NONE: frozenset[date] = frozenset()
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))


class TestMonthsAhead:
    @pytest.mark.parametrize(
        ("today", "last_known_on", "months"),
        [
            (date(2026, 3, 26), date(2026, 12, 26), 9),
            (date(2026, 3, 27), date(2026, 12, 26), 8),
            (date(2026, 12, 26), date(2026, 12, 26), 0),
            (date(2027, 5, 1), date(2026, 12, 26), 0),
            (date(2026, 1, 31), date(2026, 2, 28), 1),
            (date(2025, 12, 26), date(2028, 12, 26), 36),
        ],
    )
    def test_only_whole_months_count(self, today: date, last_known_on: date, months: int) -> None:
        assert Holidays(NONE, NONE, last_known_on).months_ahead(today) == months

    def test_a_year_is_covered_to_its_end(self) -> None:
        known = Holidays(NONE, NONE, date(2026, 12, 28))
        assert known.covers(date(2026, 12, 31))
        assert not known.covers(date(2027, 1, 1))


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("day", "is_working"),
        [
            (date(2026, 3, 6), True),
            (date(2026, 3, 7), False),
            (date(2026, 3, 8), False),
            (date(2026, 3, 9), True),
            (date(2030, 12, 25), False),  # Wednesday, beyond any table
            (date(2030, 12, 26), True),
            (date(2030, 12, 24), True),
            (date(2030, 11, 25), True),
            (date(2030, 4, 19), False),  # Good Friday, beyond any table
            (date(2030, 4, 18), True),
            (date(2030, 4, 22), True),  # Easter Monday is not a holiday by common law
        ],
    )
    def test_christmas_and_good_friday_need_no_table(self, day: date, is_working: bool) -> None:
        assert is_working_day(day, NONE) is is_working

    def test_a_bank_holiday_is_no_working_day_where_it_is_kept(self) -> None:
        assert not is_working_day(date(2026, 6, 15), SHIPPED.uk)
        assert is_working_day(date(2026, 6, 15), SHIPPED.england_and_wales)

    def test_a_holiday_may_fall_at_a_weekend(self) -> None:
        assert is_holiday(date(2027, 12, 25), NONE)
        assert not is_holiday(date(2027, 12, 26), NONE)

    @pytest.mark.parametrize(
        ("day", "after", "before"),
        [
            (date(2026, 4, 2), date(2026, 4, 2), date(2026, 4, 2)),
            (date(2026, 4, 3), date(2026, 4, 7), date(2026, 4, 2)),
            (date(2026, 4, 6), date(2026, 4, 7), date(2026, 4, 2)),
            (date(2026, 12, 26), date(2026, 12, 29), date(2026, 12, 24)),
        ],
    )
    def test_the_nearest_working_day(self, day: date, after: date, before: date) -> None:
        assert next_working_day(day, SHIPPED.england_and_wales) == after
        assert previous_working_day(day, SHIPPED.england_and_wales) == before

    def test_working_days_after_a_day_do_not_include_it(self) -> None:
        days = list(islice(working_days_after(date(2026, 4, 2), SHIPPED.uk), 2))
        assert days == [date(2026, 4, 7), date(2026, 4, 8)]

    @given(DAYS, st.integers(1, 60))
    def test_counting_agrees_with_numpy(self, start: date, n: int) -> None:
        common_law = {good_friday(y) for y in range(2014, 2043)}
        common_law |= {date(y, 12, 25) for y in range(2014, 2043)}
        closed = np.array(sorted(SHIPPED.uk | common_law), dtype="datetime64[D]")
        expected = np.busday_offset(start, n, roll="backward", holidays=closed)
        assert add_working_days(start, n, SHIPPED.uk) == expected.astype(object)

    @pytest.mark.parametrize("n", [0, -1])
    def test_no_days_cannot_be_counted(self, n: int) -> None:
        with pytest.raises(ValueError, match=r"^Count at least one working day\.$"):
            add_working_days(date(2026, 1, 1), n, NONE)


class TestMonthsAfter:
    @pytest.mark.parametrize(
        ("day", "months", "after"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2028, 1, 31), 1, date(2028, 2, 29)),
            (date(2028, 1, 29), 1, date(2028, 2, 29)),
            (date(2026, 11, 30), 3, date(2027, 2, 28)),
            (date(2026, 12, 31), 1, date(2027, 1, 31)),
            (date(2026, 11, 15), 1, date(2026, 12, 15)),
            (date(2026, 3, 2), 0, date(2026, 3, 2)),
            (date(2026, 1, 15), -1, date(2025, 12, 15)),
        ],
    )
    def test_the_same_date_or_the_last(self, day: date, months: int, after: date) -> None:
        assert months_after(day, months) == after


def test_good_friday_agrees_with_another_library_for_two_thousand_years() -> None:
    for year in range(1752, 4100):
        assert good_friday(year) == easter(year) - timedelta(days=2)
