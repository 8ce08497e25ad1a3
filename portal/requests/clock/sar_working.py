"""A subject access request's sum in words."""

from collections.abc import Iterator
from datetime import date, timedelta

from portal.requests.clock.ledger import Extension, Ledger, Need, Question, Wait
from portal.requests.clock.result import Pause, Sum, WaitingFor
from portal.requests.clock.words import days, long_day, month, short_day, span
from portal.workdays import ONE_DAY, SATURDAY, Holidays

# SI 2026/82 regs 2 and 4: requests made before this day keep the earlier rules.
LAW_CHANGED_ON = date(2026, 2, 5)

_SECTION_54 = "UK GDPR Article 12A; Data Protection Act 2018, section 54"
_MONTH_LAW = "UK GDPR Articles 12(3) and 12A; Data Protection Act 2018, sections 45 and 54"

_CAME = {
    Need.IDENTITY: "We received proof of who you are on {}.",
    Need.AUTHORITY: "We received the authority to act for you on {}.",
    Need.FEE: "We received your fee on {}.",
}
_MISSING = {
    Need.IDENTITY: "We asked for proof of who you are on {}. We do not have it yet.",
    Need.AUTHORITY: "We asked for the authority to act for you on {}. We do not have it yet.",
    Need.FEE: "We asked for a fee on {}. We do not have it yet.",
}


def sar_lines(ledger: Ledger, total: Sum, _holidays: Holidays) -> Iterator[str]:
    """From the day of receipt to the last day the law allows."""
    if ledger.received_on < LAW_CHANGED_ON:
        yield (
            "The law changed on 5 February 2026. Your request came before that, so earlier rules "
            "still govern it (SI 2026/82, regulation 4)."
        )
    yield from _wait_lines(ledger)
    if total.start_on is None:
        yield f"Your time starts on the day we have everything we asked for ({_SECTION_54}(3))."
        return
    yield from _period_lines(ledger, total, total.start_on)
    yield from pause_lines(ledger, total, total.start_on)
    yield from _roll_lines(ledger, total)


def _wait_lines(ledger: Ledger) -> Iterator[str]:
    for wait in ledger.all(Wait):
        words = _MISSING if wait.until_on is None else _CAME
        yield words[wait.need].format(short_day(wait.until_on or wait.on, ledger.received_on.year))


def _period_lines(ledger: Ledger, total: Sum, start_on: date) -> Iterator[str]:
    year = ledger.received_on.year
    if start_on != ledger.received_on:
        yield (
            f"Your time started on {short_day(start_on, year)}, when we had everything we asked "
            f"for ({_SECTION_54}(3))."
        )
    for notice in ledger.all(Extension):
        yield (
            f"We told you on {short_day(notice.on, year)} that we need two more months, because "
            f"of how complex or how many your requests are ({_SECTION_54}(3A))."
        )
    yield from _month_lines(total, start_on, year)


def _month_lines(total: Sum, start_on: date, year: int) -> Iterator[str]:
    period = "three months" if total.is_extended else "one month"
    gives = f"The law gives us {period} from {short_day(start_on, year)}"
    if total.raw_on is None:
        yield f"{gives} ({_MONTH_LAW})."
        return
    ends_on = total.raw_on - timedelta(days=total.paused_days)
    yield f"{gives}, to {long_day(ends_on)} ({_MONTH_LAW})."
    if ends_on.day != start_on.day:
        yield (
            f"{month(ends_on)} has no day {start_on.day}, so its last day counts "
            "(Regulation 1182/71, Article 3(2))."
        )


def pause_lines(ledger: Ledger, total: Sum, start_on: date) -> Iterator[str]:
    """The days that did not count, and where that moves the end."""
    yield from _early_lines(ledger, start_on)
    for pause in total.pauses:
        yield _pause_line(pause, ledger.received_on.year)
    if WaitingFor.CLARIFICATION in total.waiting_for:
        yield f"There is no date until you answer. Your time goes on then ({_SECTION_54}(3C))."
    elif total.raw_on and total.paused_days:
        more = days(total.paused_days)
        yield f"That gives us {more} more, to {long_day(total.raw_on)} ({_SECTION_54}(3C))."


def _early_lines(ledger: Ledger, start_on: date) -> Iterator[str]:
    """Waiting that was over before a day counted: nothing is left out for it (s.54(3C))."""
    for question in ledger.all(Question):
        if question.answered_on is not None and question.answered_on <= start_on:
            waited = span(question.on, question.answered_on, ledger.received_on.year)
            yield f"We waited for your answer, {waited}. Your time was not running yet."


def _pause_line(pause: Pause, year: int) -> str:
    if pause.last_on is None:
        day = short_day(pause.first_on, year)
        return f"We do not count the days from {day}, while we are waiting for you."
    left_out = span(pause.first_on, pause.last_on, year)
    return f"We did not count {left_out}, when we were waiting for you."


def _roll_lines(ledger: Ledger, total: Sum) -> Iterator[str]:
    day, due_on = total.raw_on, total.legal_due_on
    if day is None or due_on is None or day == due_on:
        return
    while day < due_on:
        # What is rolled over is a weekend or a holiday; a holiday at a weekend is just that.
        kind = "a bank holiday" if day.weekday() < SATURDAY else "not a working day"
        yield f"{short_day(day, ledger.received_on.year)} is {kind}."
        day += ONE_DAY
    yield (
        f"So the law gives us to the next working day, {long_day(due_on)} "
        "(Regulation 1182/71, Article 3(4))."
    )
