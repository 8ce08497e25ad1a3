"""Bank holidays as data: GOV.UK's file is read whole or not at all, and loses nothing."""

from datetime import date, timedelta
from typing import Any

import holidays as second_opinion
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bank_holidays import (
    DIVISIONS,
    Table,
    holidays_of,
    load_shipped,
    more_in,
    overlaid,
    read_govuk,
    shipped_table,
    taken_in,
)

SHIPPED = load_shipped()
TODAY = date(2026, 11, 22)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def govuk(**changes: Any) -> dict[str, Any]:
    """The smallest table in GOV.UK's shape."""
    table: dict[str, Any] = {
        "england-and-wales": {"events": [{"date": "2026-12-28"}, {"date": "2026-01-01"}]},
        "scotland": {"events": [{"date": "2026-11-30"}]},
        "northern-ireland": {"events": [{"date": "2026-12-28"}, {"date": "2026-03-17"}]},
    }
    return table | changes


def titled(title: object) -> dict[str, object]:
    return {"date": "2026-01-01", "title": title}


class TestShippedTable:
    def test_it_agrees_with_another_library_but_for_what_that_one_lacks(self) -> None:
        nations = {
            nation: {
                day
                for day in second_opinion.country_holidays(
                    "GB", subdiv=nation, years=range(2024, 2029)
                )
                # It lists the holiday itself beside the day that stands in for it.
                if day.weekday() < 5
            }
            for nation in ("ENG", "WLS", "SCT", "NIR")
        }
        world_cup = {date(2026, 6, 15)}

        assert SHIPPED.england_and_wales == nations["ENG"] == nations["WLS"]
        assert SHIPPED.uk == set().union(*nations.values(), world_cup)

    def test_it_knows_the_days_to_the_end_of_2028(self) -> None:
        assert SHIPPED.last_known_on == date(2028, 12, 26)

    @pytest.mark.parametrize(
        ("day", "in_england_and_wales", "somewhere"),
        [
            (date(2026, 6, 15), False, True),
            (date(2026, 3, 17), False, True),
            (date(2026, 8, 3), False, True),
            (date(2026, 12, 28), True, True),
            (date(2026, 12, 26), False, False),
            (date(2028, 1, 3), True, True),
        ],
    )
    def test_some_days_are_holidays_only_elsewhere(
        self, day: date, in_england_and_wales: bool, somewhere: bool
    ) -> None:
        assert (day in SHIPPED.england_and_wales) is in_england_and_wales
        assert (day in SHIPPED.uk) is somewhere


class TestReadingGovukTable:
    def test_three_divisions_become_two_sets(self) -> None:
        read = holidays_of(read_govuk(govuk()))

        assert read.england_and_wales == {date(2026, 12, 28), date(2026, 1, 1)}
        assert read.uk == read.england_and_wales | {date(2026, 11, 30), date(2026, 3, 17)}

    def test_it_is_known_no_further_than_the_shortest_division(self) -> None:
        assert holidays_of(read_govuk(govuk())).last_known_on == date(2026, 11, 30)

    @pytest.mark.parametrize(
        ("document", "message"),
        [
            ([], "^Bank holidays must be one JSON object with three divisions"),
            (None, "one JSON object with three divisions"),
            (govuk(scotland=None), r"^Bank holidays have no events for scotland\.$"),
            (govuk(scotland={}), "no events for scotland"),
            (govuk(scotland={"events": []}), "no events for scotland"),
            (govuk(scotland={"events": {"date": "2026-01-01"}}), "no events for scotland"),
            (
                govuk(scotland={"events": ["2026-01-01"]}),
                r"^A bank holiday of scotland has no date .* None$",
            ),
            (govuk(scotland={"events": [{"date": 5}]}), r"scotland has no date .* 5"),
            (govuk(scotland={"events": [{"date": "31/12/2026"}]}), r"2026-12-25: '31/12/2026'"),
            (govuk(scotland={"events": [{"date": "2026-02-30"}]}), r"2026-12-25: '2026-02-30'"),
            (govuk(scotland={"events": [{"date": "20261225"}]}), r"2026-12-25: '20261225'"),
            (govuk(scotland={"events": [{"date": "1999-12-27"}]}), r"in 1999: it must be 2000 to"),
            (govuk(scotland={"events": [{"date": "2100-01-01"}]}), r"in 2100: it must be .* 2099"),
            (govuk(wales={"events": []}), r"a division that is not known: 'wales'\.$"),
            (govuk(scotland={"events": [titled("x" * 121)]}), "scotland on 2026-01-01 has a title"),
            (govuk(scotland={"events": [titled("A\nB")]}), "not one line of at most 120 letters"),
            (govuk(scotland={"events": [titled("\x00")]}), "not one line"),
            (govuk(scotland={"events": [titled(5)]}), "not one line"),
        ],
    )
    def test_what_is_wrong_is_said(self, document: object, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            read_govuk(document)


@pytest.mark.parametrize("day", [date(2000, 1, 3), date(2099, 12, 25)])
def test_the_years_a_file_may_speak_of(day: date) -> None:
    events = [{"date": day.isoformat(), "title": "x" * 120}]
    assert read_govuk(govuk(scotland={"events": events}))["scotland"] == {day: "x" * 120}


def test_titles_are_kept() -> None:
    titles = shipped_table()["scotland"]
    assert "World Cup" in titles[date(2026, 6, 15)]
    assert read_govuk(govuk())["scotland"] == {date(2026, 11, 30): ""}


def table(*days: date, others: Table | None = None) -> Table:
    """A table with these days in England and Wales."""
    return {**(others or shipped_table()), "england-and-wales": dict.fromkeys(days, "")}


def year(number: int) -> list[date]:
    """As many days as a whole year has."""
    return [date(number, month, 1) for month in range(1, 9)]


class TestOverlaying:
    def test_an_imported_year_stands_for_that_year_of_that_division_alone(self) -> None:
        day = date(2026, 7, 1)
        above: Table = {"england-and-wales": {day: "One"}, "scotland": {}, "northern-ireland": {}}
        whole = overlaid(shipped_table(), above)

        assert [d for d in whole["england-and-wales"] if d.year == 2026] == [day]
        assert len([d for d in whole["england-and-wales"] if d.year == 2027]) == 8
        assert whole["scotland"] == shipped_table()["scotland"]

    def test_nothing_imported_is_the_shipped_table(self) -> None:
        assert overlaid(shipped_table(), {}) == shipped_table()


class TestTakingIn:
    def test_years_the_file_does_not_have_are_not_its_business(self) -> None:
        stored = taken_in(shipped_table(), table(*year(2027)), today=TODAY)
        assert {day.year for day in stored["england-and-wales"]} == {2027}
        assert set(year(2027)) == set(stored["england-and-wales"])

    def test_a_day_that_has_passed_stays(self) -> None:
        known = table(*year(2026))
        file = table(*(day.replace(day=2) for day in year(2026)), date(2026, 12, 2))
        stored = taken_in(known, file, today=date(2026, 4, 1))["england-and-wales"]
        gone = [day for day in year(2026) if day not in stored]
        assert gone == [day for day in year(2026) if day >= date(2026, 4, 1)]

    @pytest.mark.parametrize(("days", "goes"), [(7, False), (8, True)])
    def test_only_a_whole_year_takes_days_to_come_away(self, days: int, goes: bool) -> None:
        known = table(date(2027, 12, 27))
        stored = taken_in(known, table(*year(2027)[:days]), today=TODAY)
        assert (date(2027, 12, 27) not in stored["england-and-wales"]) is goes

    def test_a_day_of_another_year_does_not_make_a_year_whole(self) -> None:
        known = table(date(2027, 12, 27))
        file = table(*year(2027)[:7], *year(2028))
        assert date(2027, 12, 27) in taken_in(known, file, today=TODAY)["england-and-wales"]

    def test_days_in_order_whatever_the_file_s(self) -> None:
        file = table(*reversed(year(2027)))
        assert list(taken_in(table(), file, today=TODAY)["england-and-wales"]) == year(2027)

    def test_the_file_s_title_is_the_newer(self) -> None:
        day = date(2026, 1, 1)
        file = {name: {day: "New"} for name in DIVISIONS}
        stored = taken_in(shipped_table(), file, today=TODAY)
        assert stored["scotland"][day] == "New"

    @given(
        st.dates(date(2024, 1, 1), date(2028, 12, 31)),
        st.lists(st.dates(date(2024, 1, 1), date(2028, 12, 31)), min_size=1),
    )
    def test_no_past_day_ever_vanishes(self, today: date, days: list[date]) -> None:
        file: Table = {name: dict.fromkeys(days, "") for name in DIVISIONS}
        before = shipped_table()
        after = overlaid(before, taken_in(before, file, today=today))
        assert all(day >= today for day, _ in more_in(before, after))
        assert not list(more_in(file, after))
        again = overlaid(after, taken_in(after, file, today=today + timedelta(days=400)))
        assert again == after


def test_what_is_more_in_one_than_in_the_other() -> None:
    one: Table = {
        "england-and-wales": {date(2027, 1, 2): ""},
        "scotland": {date(2027, 1, 1): "", date(2026, 1, 1): ""},
        "northern-ireland": {},
    }
    other: Table = {name: {date(2026, 1, 1): ""} for name in DIVISIONS}
    assert list(more_in(one, other)) == [
        (date(2027, 1, 1), "scotland"),
        (date(2027, 1, 2), "england-and-wales"),
    ]
