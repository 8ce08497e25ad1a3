"""The worked examples of the rules, and the cases that must also hold."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from portal.bank_holidays import load_shipped
from portal.dates import london_day
from portal.requests.clock import (
    About,
    ClarificationAnswered,
    ClarificationAsked,
    ExtensionNotified,
    IdentityReceived,
    Received,
    clock_of,
    legal_missed,
    promise_missed,
)
from portal.requests.clock_explaining import explain
from portal.workdays import Holidays

FOLDER = Path(__file__).parents[2] / "facts"
# The rules' own, and combinations whose dates were counted by numpy, apart from the clock.
FACTS: list[dict[str, Any]] = [
    fact
    for name in ("clock.json", "clock_more.json")
    for fact in json.loads((FOLDER / name).read_text(encoding="utf-8"))["facts"]
]
HOLIDAYS = load_shipped()


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["id"])
def test_a_worked_example_comes_out(fact: dict[str, Any]) -> None:
    (explained,) = explain(fact["input"], HOLIDAYS)
    assert {name: explained[name] for name in fact["expected"]} == fact["expected"]
    assert explained["refused"] is None


def test_an_extension_told_too_late_is_refused_and_the_request_is_overdue() -> None:
    events = [Received(date(2026, 3, 2)), ExtensionNotified(date(2026, 4, 3))]
    clock = clock_of("sar_part3", events, HOLIDAYS)

    assert clock.legal_due_on == clock.promise_due_on == date(2026, 4, 2)
    assert not clock.is_extended
    assert clock.refused == (
        "The notice of two more months on Friday 3 April 2026 came after the time had ended on "
        "Thursday 2 April 2026, so the date stays.",
    )
    assert legal_missed(clock, date(2026, 4, 3))


def test_identity_that_was_never_asked_for_does_not_move_the_start() -> None:
    events = [Received(date(2026, 3, 2)), IdentityReceived(date(2026, 3, 10))]
    clock = clock_of("sar_part3", events, HOLIDAYS)
    assert (clock.start_on, clock.refused) == (date(2026, 3, 2), ())


def test_a_question_about_the_format_cannot_pause() -> None:
    asked = ClarificationAsked(date(2026, 3, 9), question="q", about=About.FORMAT)
    events = [Received(date(2026, 3, 2)), asked]
    clock = clock_of("sar_part3", events, HOLIDAYS)

    assert (clock.legal_due_on, clock.pauses) == (date(2026, 4, 2), ())
    assert clock.refused == (
        "The question asked on Monday 9 March 2026 was about the format of the footage, so it "
        "cannot stop the time.",
    )


def test_an_unanswered_foi_question_is_never_overdue() -> None:
    events = [Received(date(2026, 3, 2)), ClarificationAsked(date(2026, 3, 4), question="q")]
    clock = clock_of("foi", events, HOLIDAYS)

    assert clock.start_on is None
    assert clock.legal_due_on is clock.promise_due_on is clock.target_due_on is None
    assert clock.staff_target_on is None
    assert not legal_missed(clock, date(2099, 1, 1))
    assert not promise_missed(clock, date(2099, 1, 1))


def test_received_late_at_night_in_summer_is_received_on_londons_day() -> None:
    received = Received(london_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)))
    assert clock_of("sar_part3", [received], HOLIDAYS).start_on == date(2026, 7, 2)


def test_a_bank_holiday_proclaimed_later_moves_an_open_request() -> None:
    new = date(2026, 3, 20)
    later = Holidays(
        HOLIDAYS.england_and_wales | {new}, HOLIDAYS.uk | {new}, HOLIDAYS.last_known_on
    )
    sar, foi = [Received(date(2026, 2, 20))], [Received(date(2026, 3, 2))]

    assert clock_of("sar_part3", sar, HOLIDAYS).legal_due_on == date(2026, 3, 20)
    assert clock_of("sar_part3", sar, later).legal_due_on == date(2026, 3, 23)
    assert clock_of("foi", foi, HOLIDAYS).legal_due_on == date(2026, 3, 31)
    assert clock_of("foi", foi, later).legal_due_on == date(2026, 4, 1)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 4, 6)])
def test_received_on_a_sunday_or_bank_holiday_is_still_day_0(day: date) -> None:
    for regime in ("sar_part3", "sar_gdpr", "foi", "foi_review", "dp_complaint"):
        assert clock_of(regime, [Received(day)], HOLIDAYS).start_on == day


def test_every_question_answered_ends_the_waiting() -> None:
    events = [
        Received(date(2026, 3, 2)),
        ClarificationAsked(date(2026, 3, 4), question="q"),
        ClarificationAnswered(date(2026, 3, 20), question="q"),
    ]
    assert clock_of("foi", events, HOLIDAYS).waiting_for == ()
