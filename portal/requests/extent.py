"""From the answers about when and where to what is searched: instants, and ground. Law: pure.

Answers are those of `journey`, which asks some questions by what is worked out here.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.recordings import criteria
from portal.recordings.london import readings, window_in_london
from portal.requests.intake import Sighting
from portal.requests.wanted import Widening, criteria_for

Answers = Mapping[str, Mapping[str, Any]]
Window = tuple[datetime, datetime]

RANGE = "range"
DESCRIBE = "describe"
UNKNOWN = "unknown"
PART = "part"
NIGHT_BEFORE, NIGHT_AFTER = "before", "after"

# The parts of a day, by London's clocks. A night ends on the next day: "Saturday night" is also
# Sunday's small hours.
PARTS: Mapping[str, tuple[time, time]] = {
    "early": (time(0), time(6)),
    "morning": (time(6), time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (time(18), time(0)),
    "night": (time(21), time(5)),
}
PARTS_IN_WORDS: Mapping[str, str] = {
    "early": "Early, from midnight to 6am",
    "morning": "In the morning, from 6am to midday",
    "afternoon": "In the afternoon, from midday to 6pm",
    "evening": "In the evening, from 6pm to midnight",
    "night": "At night, from 9pm to 5am the next morning",
}
_DAY = timedelta(days=1)


def window_around(day: date, at: time, minutes: int) -> Window:
    """What is searched for a known time, give or take some minutes, in UTC.

    In autumn an hour comes twice, and in spring a clock that was not put forward shows an hour
    that did not exist: then every reading is searched.
    """
    earliest, latest = readings(datetime.combine(day, at))
    return earliest - timedelta(minutes=minutes), latest + timedelta(minutes=minutes)


def whole_days(first: date, last: date) -> Window:
    """From London's midnight before the first day to the one after the last, in UTC."""
    return window_in_london(_midnight(first), _midnight(last + _DAY))


def part_of_day(day: date, part: str) -> Window:
    """A part of a day (see `PARTS`), in UTC. One that ends at midnight or after ends the day
    after."""
    since, until = PARTS[part]
    last = day if until > since else day + _DAY
    return window_in_london(datetime.combine(day, since), datetime.combine(last, until))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def window_of(answers: Answers) -> Window:
    """When to look, in UTC, by complete answers: around the time, a part of the day, the whole
    day, or all days of a range."""
    when, told = answers["when"], answers.get("time", {})
    if when["known"] == RANGE:
        return whole_days(date.fromisoformat(when["earliest"]), date.fromisoformat(when["latest"]))
    day, sure = date.fromisoformat(when["day"]), told.get("sure") or UNKNOWN
    if sure == UNKNOWN:
        return whole_days(day, day)
    if sure == PART:
        return part_of_day(day, told["part"])
    at = time.fromisoformat(told["at"])
    each = [window_around(night, at, int(sure)) for night in _nights(answers, day)]
    return each[0][0], each[-1][1]


def _nights(answers: Answers, day: date) -> list[date]:
    """The dates that a time in the small hours can mean: "Saturday at 1am" is often Sunday."""
    if not answers.get("time", {}).get("is_night"):
        return [day]
    night = answers.get("which-night", {}).get("night", UNKNOWN)
    return {NIGHT_BEFORE: [day], NIGHT_AFTER: [day + _DAY]}.get(night, [day, day + _DAY])


def ground_of(answers: Answers) -> dict[str, Any]:
    """Where to look, as `Sighting` takes it: around a point or street, all over a borough, or
    (words only) anywhere."""
    chosen = answers["which-place"]
    if chosen["choice"] == DESCRIBE:
        return {"borough": answers.get("which-borough", {}).get("borough", "")}
    if chosen["lat"] is None:
        return {"borough": chosen["borough"]}
    return {
        "latitude": chosen["lat"],
        "longitude": chosen["lon"],
        "line": tuple((lat, lon) for lat, lon in chosen["line"]),
        "radius_m": max(int(answers["how-near"]["metres"]), chosen.get("least_m", 0)),
        "borough": chosen["borough"],
    }


def is_too_wide(answers: Answers) -> bool:
    """Whether when and where are both answered, and are more than one search can cover."""
    if not (_has_window(answers) and _has_ground(answers)):
        return False
    since, until = window_of(answers)
    seen = Sighting(since, until, said_time="", place="", **ground_of(answers))
    return criteria.is_too_wide(criteria_for(seen, Widening()))


def _has_window(answers: Answers) -> bool:
    when = answers.get("when", {})
    if when.get("known") == RANGE:
        return bool(when.get("earliest") and when.get("latest"))
    return bool(when.get("day") and answers.get("time", {}).get("sure"))


def _has_ground(answers: Answers) -> bool:
    chosen = answers.get("which-place", {})
    if chosen.get("choice") == DESCRIBE:
        return "borough" in answers.get("which-borough", {})
    if not chosen.get("choice"):
        return False
    return chosen.get("lat") is None or "metres" in answers.get("how-near", {})
