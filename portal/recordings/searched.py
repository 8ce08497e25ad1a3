"""What the records of searches say was searched, in words. Law: pure.

What was found is never said here: a letter that says no video is held must read the same whatever
lies behind it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from portal.dates import day_in_words, in_london, london_day, time_in_words, weekday_in_words


class Recorded(Protocol):
    """A search as it was written down (see `models.Search`)."""

    criteria: dict[str, Any]
    at: datetime
    complete_up_to: datetime | None


@dataclass(frozen=True)
class Extent:
    """A window and a place. `ground` tells one place from another; `radius_m` is 0 for an area."""

    since: datetime
    until: datetime
    ground: str
    radius_m: float
    place: str

    def covers(self, other: "Extent") -> bool:
        """Whether a search of this has searched all of the other too."""
        return (
            self.ground in (other.ground, _EVERYWHERE)
            and self.radius_m >= other.radius_m * (self.ground != _EVERYWHERE)
            and self.since <= other.since
            and self.until >= other.until
        )

    @property
    def words(self) -> str:
        """When and where, such as "5pm to 6pm on Friday 20 November 2026, in all of Lambeth"."""
        return f"{window_words(self.since, self.until)}, {self.place}"


_EVERYWHERE = "everywhere"


def is_whole(search: Recorded) -> bool:
    """Whether the search was of all that was asked for, not only of a part (`part_of`)."""
    return "part_of" not in search.criteria


def extents(searches: Iterable[Recorded]) -> list[Extent]:
    """What was searched whole, the first search first, each extent that no other one covers. Of
    two that cover each other, such as one place under two names, the first stands."""
    made = list(dict.fromkeys(_extent(search.criteria) for search in searches if is_whole(search)))
    return [one for at, one in enumerate(made) if not _is_covered(one, made[:at], made[at + 1 :])]


def _is_covered(one: Extent, before: Iterable[Extent], after: Iterable[Extent]) -> bool:
    by_earlier = any(other.covers(one) for other in before)
    return by_earlier or any(other.covers(one) and not one.covers(other) for other in after)


def last_words(searches: Sequence[Recorded]) -> list[str]:
    """When we searched last, and up to when the catalogue was thought complete then."""
    whole = [search for search in searches if is_whole(search)]
    if not whole:
        return []
    last = max(whole, key=lambda search: search.at)
    said = [f"We last searched on {day_in_words(london_day(last.at))}."]
    if last.complete_up_to is not None:
        up_to = f"{time_in_words(last.complete_up_to)} on {_day(last.complete_up_to)}"
        said.append(f"Our list of video was then complete up to {up_to}.")
    return said


def _extent(criteria: dict[str, Any]) -> Extent:
    since, until = (datetime.fromisoformat(criteria[name]) for name in ("from", "until"))
    return Extent(since, until, *_ground(criteria))


def _ground(criteria: dict[str, Any]) -> tuple[str, float, str]:
    if "area" in criteria:
        area = criteria["area"]
        return f"area {area}", 0.0, f"in all of {area}"
    point, line = criteria.get("point"), criteria.get("line")
    if point is None and line is None:
        return _EVERYWHERE, 0.0, "everywhere that our officers were"
    radius_m = float(point["radius_m"] if point else criteria["radius_m"])
    where = [point["lat"], point["lon"]] if point else line
    name = ", ".join(criteria.get("place_name", "").split("\n")) or "the place you named"
    return f"near {where}", radius_m, f"within {_distance(radius_m)} of {name}"


def _distance(metres: float) -> str:
    if metres >= 1000:
        kilometres = f"{metres / 1000:.2f}".rstrip("0").rstrip(".")
        return f"{kilometres} kilometre{'' if kilometres == '1' else 's'}"
    return f"{metres:.0f} metres"


def window_words(since: datetime, until: datetime) -> str:
    """A window as London's clocks showed it. Whole days are said as days."""
    if _is_midnight(since) and _is_midnight(until) and until > since:
        return _days_words(since, until - timedelta(hours=1))
    if london_day(since) == london_day(until):
        return f"{time_in_words(since)} to {time_in_words(until)} on {_day(since)}"
    return f"{time_in_words(since)} on {_day(since)} to {time_in_words(until)} on {_day(until)}"


def _days_words(first: datetime, last: datetime) -> str:
    if london_day(first) == london_day(last):
        return f"all of {_day(first)}"
    return f"{_day(first)} to {_day(last)}, all day"


def _is_midnight(at: datetime) -> bool:
    return in_london(at).time() == time()


def _day(at: datetime) -> str:
    return weekday_in_words(london_day(at))
