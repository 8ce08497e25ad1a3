"""A freedom of information request's sum in words, and an internal review's."""

from collections.abc import Iterator
from datetime import date

from portal.requests.clock.foi import (
    EXTENDED_WORKING_DAYS,
    WORKING_DAYS,
    is_disregarded,
    last_day_to_pay,
)
from portal.requests.clock.ledger import FeesNotice, Ledger, PublicInterest, Question
from portal.requests.clock.result import Sum
from portal.requests.clock.words import long_day, short_day, span
from portal.workdays import (
    ONE_DAY,
    SATURDAY,
    Holidays,
    is_holiday,
    is_working_day,
    next_working_day,
)

_ACT = "Freedom of Information Act 2000"


def foi_lines(ledger: Ledger, total: Sum, holidays: Holidays) -> Iterator[str]:
    """From the day of receipt to the 20th (or 40th) working day."""
    for question in ledger.all(Question):
        yield _question_line(question, ledger.received_on.year)
    if total.start_on is None:
        return
    day = short_day(total.start_on, ledger.received_on.year)
    yield f"The law gives us {WORKING_DAYS} working days after {day} ({_ACT}, section 10(1))."
    for notice in ledger.all(PublicInterest):
        yield (
            f"We told you on {short_day(notice.on, ledger.received_on.year)} that we need longer "
            f"to weigh the public interest: {EXTENDED_WORKING_DAYS} working days in all "
            f"({_ACT}, sections 10(3) and 17(2))."
        )
    for fees in ledger.all(FeesNotice):
        yield _fee_line(fees, total, ledger.received_on.year)
    yield from _count_lines(ledger, total, total.start_on, holidays)


def review_lines(ledger: Ledger, total: Sum, holidays: Holidays) -> Iterator[str]:
    """From the day the review was asked for to its 20th (or 40th) working day."""
    law = f"Code of Practice under section 45 of the {_ACT}"
    if total.is_extended:
        yield (
            "Yours is an exceptional case: we may take "
            f"{EXTENDED_WORKING_DAYS} working days after that day ({law})."
        )
    else:
        yield f"A review takes no more than {WORKING_DAYS} working days after that day ({law})."
    yield from _count_lines(ledger, total, ledger.received_on, holidays)


def _question_line(question: Question, year: int) -> str:
    asked = f"We asked you for more detail on {short_day(question.on, year)}"
    law = f"({_ACT}, sections 1(3) and 10(6))"
    if question.answered_on is None:
        return f"{asked}. There is no date until you answer: our time starts on that day {law}."
    answered = short_day(question.answered_on, year)
    return f"{asked} and you answered on {answered}. We count from your last answer {law}."


def _fee_line(fees: FeesNotice, total: Sum, year: int) -> str:
    last_on = last_day_to_pay(fees.on)
    if fees.paid_on is not None and fees.paid_on <= last_on:
        left_out = span(fees.on, fees.paid_on, year)
        law = f"({_ACT}, section 10(2))"
        return f"We did not count {left_out}, when we were waiting for your fee {law}."
    asked = f"We asked for a fee on {short_day(fees.on, year)}"
    law = f"({_ACT}, section 9(2))"
    if total.has_duty:
        return (
            f"{asked}. There is no date until you pay, by {long_day(last_on)} at the latest {law}."
        )
    return f"{asked}. It was not paid by {long_day(last_on)}, so we do not have to answer {law}."


def _count_lines(ledger: Ledger, total: Sum, start_on: date, holidays: Holidays) -> Iterator[str]:
    if total.legal_due_on is None:
        return
    year = ledger.received_on.year
    if not is_working_day(start_on, holidays.uk):
        first = short_day(next_working_day(start_on, holidays.uk), year)
        yield f"{short_day(start_on, year)} is not a working day. The next one is {first}."
    yield from _holiday_lines(ledger, start_on + ONE_DAY, total.legal_due_on, holidays)
    wanted = EXTENDED_WORKING_DAYS if total.is_extended else WORKING_DAYS
    yield f"Working day {wanted} is {long_day(total.legal_due_on)}."


def _holiday_lines(
    ledger: Ledger, first_on: date, last_on: date, holidays: Holidays
) -> Iterator[str]:
    """The weekdays left out: bank holidays in any part of the United Kingdom (FOIA s.10(6))."""
    day = first_on
    while day <= last_on:
        is_named = is_holiday(day, holidays.uk) and day.weekday() < SATURDAY
        if is_named and not is_disregarded(day, ledger.all(FeesNotice)):
            is_ours = is_holiday(day, holidays.england_and_wales)
            where = "" if is_ours else " in another part of the United Kingdom"
            yield f"{short_day(day, ledger.received_on.year)} is a bank holiday{where}."
        day += ONE_DAY
