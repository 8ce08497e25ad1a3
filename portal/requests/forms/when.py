"""When it happened: the day or days, and the time."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.dates import clock_in_words, weekday_in_words
from portal.recordings.london import readings
from portal.requests.extent import (
    NIGHT_AFTER,
    NIGHT_BEFORE,
    PART,
    PARTS_IN_WORDS,
    part_of_day,
)
from portal.requests.forms.question import Known, QuestionForm
from portal.requests.journey import EXACT, RANGE, UNKNOWN, said
from portal.web.fields import DatePartsField, OneOfField, TimeField, options

MOST_YEARS_AGO = 10
MOST_DAYS_APART = 31
GONE_AFTER_DAYS = 31
# Until then people speak of the night before.
SMALL_HOURS_END = time(5)


class WhenForm(QuestionForm):
    """One day, or the first and last day it can have been."""

    known_as = OneOfField(
        "When was it?",
        choices=options({EXACT: "I know the date", RANGE: "I do not know exactly"}),
        missing="Select if you know the date",
        name="known",
    )
    day = DatePartsField("Date", subject="date it happened", optional=True)
    earliest = DatePartsField("Earliest date it could be", subject="earliest date", optional=True)
    latest = DatePartsField("Latest date it could be", subject="latest date", optional=True)

    def shown(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The stored texts as dates."""
        dates = {name: _date(stored.get(name)) for name in ("day", "earliest", "latest")}
        return {"known_as": stored.get("known"), **dates}

    def validate(self, extra_validators: Any = None) -> bool:
        """Only the dates of the chosen answer count; a wrong one in the other is forgotten."""
        chosen = {EXACT: [self.day], RANGE: [self.earliest, self.latest]}
        wanted = chosen.get(self.known_as.data, [])
        for field in (self.day, self.earliest, self.latest):
            if field not in wanted:
                field.process(None)
        super().validate(extra_validators)
        for field in wanted:
            if not field.errors:
                self._judge(field)
        if self.known_as.data == RANGE and not self.errors:
            self._judge_range()
        return not self.errors

    def _judge(self, field: DatePartsField) -> None:
        subject = field.subject.capitalize()
        if field.data is None:
            _refuse(field, f"Enter the {field.subject}")
        elif field.data > self.known.today:
            _refuse(field, f"{subject} must be today or in the past")
        elif field.data < _years_before(self.known.today):
            _refuse(field, f"{subject} must be in the last {MOST_YEARS_AGO} years")

    def _judge_range(self) -> None:
        first, last = self.earliest.data, self.latest.data
        if last < first:
            _refuse(self.latest, "Latest date must be the same as or after the earliest date")
        elif (last - first).days > MOST_DAYS_APART:
            _refuse(self.latest, f"The two dates must be at most {MOST_DAYS_APART} days apart")

    def answer(self) -> dict[str, Any]:
        """The dates, and whether most video of them is gone. Two equal dates are one known day."""
        first = self.day.data or self.earliest.data
        last = self.day.data or self.latest.data
        is_old = last < self.known.today - timedelta(days=GONE_AFTER_DAYS)
        if first == last:
            return {"known": EXACT, "day": first.isoformat(), "is_old": is_old}
        return {
            "known": RANGE,
            "earliest": first.isoformat(),
            "latest": last.isoformat(),
            "is_old": is_old,
        }


class TimeForm(QuestionForm):
    """The time of day, and how sure they are."""

    at = TimeField("What time was it?")
    sure = OneOfField(
        "How sure are you?",
        choices=options(
            {
                "15": "Within 15 minutes",
                "30": "Within 30 minutes",
                "60": "Within 1 hour",
                "120": "Within 2 hours",
                PART: "I only know the part of the day",
                UNKNOWN: "I do not know the time",
            }
        ),
        missing="Select how sure you are of the time",
    )
    part = OneOfField("Which part of the day was it?", choices=options(PARTS_IN_WORDS))

    def shown(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The stored text as a time."""
        at = stored.get("at")
        return {**stored, "at": time.fromisoformat(at) if at else None}

    def validate(self, extra_validators: Any = None) -> bool:
        """A time is needed unless they do not know it; today's must have been."""
        if self.sure.data in (UNKNOWN, PART):
            self.at.process(None, None)
            self.at.typed = ""
        if self.sure.data != PART:
            self.part.process(None, None)
        super().validate(extra_validators)
        if self.sure.data == PART:
            self._judge_part()
        elif not self.at.errors and self.sure.data != UNKNOWN:
            self._judge()
        return not self.errors

    def _judge_part(self) -> None:
        if self.part.errors or not self.part.data:
            _refuse(self.part, "Select which part of the day it was")
        elif part_of_day(self._day, self.part.data)[0] > self.known.at:
            _refuse(self.part, "The part of the day must be in the past")

    def _judge(self) -> None:
        if self.at.data is None:
            _refuse(self.at, "Enter a time, like 5:30pm, or select “I do not know the time”")
        elif readings(datetime.combine(self._day, self.at.data))[0] > self.known.at:
            _refuse(self.at, "The time must be in the past")

    @property
    def _day(self) -> date:
        return date.fromisoformat(said(self.known.answers, "when", "day"))

    def answer(self) -> dict[str, Any]:
        """The time, and whether it may also be meant of the night after that day."""
        return {**super().answer(), "is_night": self._may_be_next_night()}

    def _may_be_next_night(self) -> bool:
        at = self.at.data
        if at is None or at >= SMALL_HOURS_END:
            return False
        return readings(datetime.combine(self._day + timedelta(days=1), at))[0] <= self.known.at


class WhichNightForm(QuestionForm):
    """Which of two nights a time in the small hours is of: "Saturday at 1am" is often Sunday."""

    night = OneOfField("Which night was it?", choices=[], missing="Select which night it was")

    def __init__(self, known: Known, stored: Mapping[str, Any] | None = None) -> None:
        super().__init__(known, stored)
        day = date.fromisoformat(said(known.answers, "when", "day"))
        at = clock_in_words(time.fromisoformat(said(known.answers, "time", "at")))
        self.night.choices = options(
            {
                NIGHT_BEFORE: _night_words(day, at),
                NIGHT_AFTER: _night_words(day + timedelta(days=1), at),
                UNKNOWN: "I am not sure",
            }
        )


def _night_words(day: date, at: str) -> str:
    evening = day - timedelta(days=1)
    return f"The night from {evening:%A} to {day:%A}: {at} on {weekday_in_words(day)}"


def _refuse(field: Any, words: str) -> None:
    field.errors = [words]


def _date(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _years_before(today: date) -> date:
    # 29 February has no like in most years.
    return (today - timedelta(days=1 if (today.month, today.day) == (2, 29) else 0)).replace(
        year=today.year - MOST_YEARS_AGO
    )
