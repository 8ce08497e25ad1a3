"""When and where it was, as a handler writes it down for somebody who told us."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm

from portal.dates import london_day
from portal.recordings.london import window_in_london
from portal.requests.answers import NO_MOMENT
from portal.requests.extent import Window, whole_days, window_around
from portal.requests.intake import WhenAndWhere
from portal.requests.places import PlaceOnOffer
from portal.web.fields import DatePartsField, LineField, OneOfField, TimeField, options

NONE_OF_THESE = "none"
AROUND_MINUTES = 30
LONGEST_NIGHT = timedelta(hours=12)
MOST_DAYS_APART = 31
OLDEST_YEARS = 130
_METRES = {"50": "50 metres", "150": "150 metres", "500": "500 metres", "1000": "1 kilometre"}


class MomentForm(FlaskForm):  # type: ignore[misc]  # it publishes no types
    """A day or days, times, and a place that is chosen from those of its name."""

    happened_on = DatePartsField("Date it happened", subject="date it happened", optional=True)
    happened_until = DatePartsField(
        "Last date it can have been", subject="last date it can have been", optional=True
    )
    since = TimeField("From what time?")
    until = TimeField("To what time?")
    place = LineField("Street, place or postcode", at_most=200, subject="Place")
    which_place = OneOfField("Which place is closest?", choices=[])
    metres = OneOfField("How near was it?", choices=options(_METRES), default="150")
    borough = OneOfField("Borough", choices=[])

    def __init__(
        self, *, at: datetime, boroughs: Sequence[str], places: Sequence[PlaceOnOffer] = ()
    ) -> None:
        super().__init__()
        self._now, self._places = at, {place.value: place for place in places}
        self.borough.choices = options({"": "Not sure", **{name: name for name in boroughs}})
        offered = {place.value: place.label for place in places}
        self.which_place.choices = options({**offered, NONE_OF_THESE: "None of these"})

    @property
    def has_places(self) -> bool:
        """Whether there are places to choose from."""
        return bool(self._places)

    def refuse_a_day_to_come(self, field: DatePartsField) -> None:
        """Nothing can have happened on a day to come, nor in anybody's grandparents' time."""
        if field.errors or field.data is None:
            return
        subject = field.subject.capitalize()
        today = london_day(self._now)
        if field.data > today:
            field.errors = [f"{subject} must be today or in the past"]
        elif field.data.year < today.year - OLDEST_YEARS:
            field.errors = [f"{subject} must be in the last {OLDEST_YEARS} years"]

    def judge_moment(self) -> None:
        """A day is needed; a time is of one day; a night ends before the next midday."""
        if self.happened_on.data is None:
            self.happened_on.errors = self.happened_on.errors or ["Enter the date it happened"]
            return
        if any(field.errors for field in (self.since, self.until, self.happened_on)):
            return
        if self.happened_until.data and not self.happened_until.errors:
            self._judge_days()
        elif self.until.data and not self.since.data:
            self.since.errors = ["Enter the time from which to look, like 5:30pm"]
        else:
            self._judge_times()

    def _judge_days(self) -> None:
        days = (self.happened_until.data - self.happened_on.data).days
        if days < 0:
            words = "Last date must be the same as or after the date it happened"
            self.happened_until.errors = [words]
        elif days > MOST_DAYS_APART:
            words = f"The two dates must be at most {MOST_DAYS_APART} days apart"
            self.happened_until.errors = [words]
        elif days and (self.since.data or self.until.data):
            words = "Leave the times empty when it can have been on several days"
            self.since.errors = [words]

    def _judge_times(self) -> None:
        since, until = self.window()
        if since > self._now:
            self.since.errors = ["The time must be in the past"]
        elif self.until.data and until - since > LONGEST_NIGHT and self._is_over_midnight:
            self.until.errors = ["The time to look to must be after the time to look from"]

    def judge_place(self) -> None:
        """A place or a borough, and which of the places of its name."""
        if not self.place.data and not self.borough.data:
            self.place.errors = ["Enter a street, a place or a postcode, or select a borough"]
        elif self._places and not self.which_place.data:
            self.which_place.errors = ["Select the closest place"]

    @property
    def _is_over_midnight(self) -> bool:
        return bool(self.since.data and self.until.data and self.until.data <= self.since.data)

    @property
    def _is_several_days(self) -> bool:
        last = self.happened_until.data
        return last is not None and last != self.happened_on.data

    def window(self) -> Window:
        """What is searched, in UTC: every reading of a clock time, and whole days without one."""
        day, since, until = self.happened_on.data, self.since.data, self.until.data
        if day is None:
            return NO_MOMENT
        if since is None or self._is_several_days:
            return whole_days(day, self.happened_until.data or day)
        if until is None:
            return window_around(day, since, AROUND_MINUTES)
        last = day + timedelta(days=1) if self._is_over_midnight else day
        return window_in_london(datetime.combine(day, since), datetime.combine(last, until))

    def to_when_and_where(self) -> WhenAndWhere:
        """What is searched, and what was said. Only of a form that was found right."""
        since, until = self.window()
        return WhenAndWhere(
            earliest_at=since,
            latest_at=until,
            said_time=self._said_time(),
            place=self._place_words(),
            **self._ground(),
        )

    def _said_time(self) -> str:
        if self.since.data is None:
            return "Time not known"
        said = self.since.typed
        return f"{said} to {self.until.typed}" if self.until.data else f"About {said}"

    def _place_words(self) -> str:
        """The place by the name it was chosen under: what was typed may be half a word."""
        chosen = self._chosen
        return chosen.label if chosen else self.place.data or self.borough.data or ""

    @property
    def _chosen(self) -> PlaceOnOffer | None:
        return self._places.get(self.which_place.data)

    def _ground(self) -> dict[str, Any]:
        """Around the place that was chosen, all over a borough, or anywhere."""
        place = self._chosen
        if place is None or place.lat is None:
            return {"borough": place.borough if place else self.borough.data or ""}
        return {
            "latitude": place.lat,
            "longitude": place.lon,
            "line": place.line,
            "radius_m": max(int(self.metres.data or "150"), place.least_m),
            "borough": place.borough,
        }
