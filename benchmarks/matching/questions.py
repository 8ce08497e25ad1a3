"""Questions as applicants ask them, about the synthetic city: five kinds in equal parts.

Each begins with a real recording and somebody who saw it and is a little wrong about the time and
the place, so that most have an answer. A third are about the centre on a Saturday night, a third
about quiet suburbs, and a third about any place and time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.matching.city import (
    FIRST_DAY,
    Block,
    drawn,
    incidents,
    is_night_out,
    shoulder_number,
)
from benchmarks.matching.ground import AREAS, CENTRE_M, quick_degrees
from portal.dates import LONDON
from portal.recordings.criteria import AreaAsked, Criteria, LineAsked, PlaceAsked, PointAsked
from portal.recordings.projection import to_grid
from portal.recordings.tracks import Flags, Floats, Ints

NARROW, MEDIUM, STREET, BROAD, BOROUGH = "narrow", "medium", "street", "broad", "borough"
KINDS = (NARROW, MEDIUM, STREET, BROAD, BOROUGH)
SATURDAY_NIGHT, SUBURB, ANYWHERE = "centre on a Saturday night", "quiet suburb", "anywhere"
SETTINGS = (SATURDAY_NIGHT, SUBURB, ANYWHERE)
_CENTRAL_M, _SUBURBAN_M = 3_000.0, 12_000.0
# So many hours of the city are looked at for each setting; more would only take longer.
_MOST_HOURS = 16
_SAYS_NUMBER, _SAYS_REFERENCE, _NUMBER_IS_RIGHT = 0.08, 0.06, 0.9


@dataclass(frozen=True)
class Question:
    """One search, and what it is an example of: its kind of `KINDS`, its setting of `SETTINGS`."""

    kind: str
    criteria: Criteria
    setting: str = ANYWHERE


@dataclass(frozen=True)
class Sight:
    """A moment of a real recording: epoch seconds, metres on the grid, and the area (-1 unknown)
    it is filed under."""

    at: float
    x: float
    y: float
    area: int
    officer: str | None
    incident: str | None


@dataclass(frozen=True)
class _Seen:
    """An hour of the city, and those of its fixes that a setting may ask about."""

    hour: Block
    x: Floats
    y: Floats
    fixes: Ints


def questions(*, seed: int, wanted: int = 600, days: int = 31) -> list[Question]:
    """So many questions, the kinds in turn; every window lies within the first `days` days.

    Seven days or more: there must be a Saturday night among them.
    """
    luck = np.random.default_rng([seed, 4])
    seen = {setting: _hours(seed, luck, setting, days) for setting in SETTINGS}
    asked = []
    for number in range(wanted):
        kind, setting = KINDS[number % len(KINDS)], SETTINGS[number // len(KINDS) % len(SETTINGS)]
        sight = _sight(luck, seen[setting])
        asked.append(Question(kind, _criteria(luck, kind, sight, days), setting))
    return asked


def _hours(seed: int, luck: np.random.Generator, setting: str, days: int) -> list[_Seen]:
    """Some hours of the setting, each with its fixes there."""
    every = [hour for hour in range(days * 24) if _is_of(setting, hour)]
    some = luck.choice(every, min(len(every), _MOST_HOURS), replace=False).tolist()
    found = []
    for number in sorted(some):
        hour = drawn(seed, number)
        x, y = to_grid(hour.lat, hour.lon)
        far = np.hypot(x - CENTRE_M[0], y - CENTRE_M[1])
        fixes = np.flatnonzero(_where(setting, far) & (hour.lat > 1.0))
        if len(fixes):
            found.append(_Seen(hour, x, y, fixes))
    return found


def _is_of(setting: str, hour: int) -> bool:
    local = (FIRST_DAY + timedelta(hours=hour)).astimezone(LONDON).replace(tzinfo=None)
    evening = local - timedelta(hours=5)
    is_saturday_night = is_night_out(local) and evening.weekday() == 5
    return {
        SATURDAY_NIGHT: is_saturday_night,
        SUBURB: not is_night_out(local),
        ANYWHERE: True,
    }[setting]


def _where(setting: str, from_centre_m: Floats) -> Flags:
    if setting == SATURDAY_NIGHT:
        return from_centre_m <= _CENTRAL_M
    return from_centre_m >= (_SUBURBAN_M if setting == SUBURB else 0.0)


def _sight(luck: np.random.Generator, seen: list[_Seen]) -> Sight:
    held = seen[luck.integers(len(seen))]
    fix = int(luck.choice(held.fixes))
    whose = int(held.hour.owner[fix])
    return Sight(
        at=float(held.hour.at[fix]),
        x=float(held.x[fix]),
        y=float(held.y[fix]),
        area=int(held.hour.area[whose]),
        officer=shoulder_number(int(held.hour.officer[whose])),
        incident=incidents(held.hour.part(whose, whose + 1))[0],
    )


def _criteria(luck: np.random.Generator, kind: str, sight: Sight, days: int) -> Criteria:
    shortest, longest = {
        NARROW: (5 * 60.0, 30 * 60.0),
        MEDIUM: (30 * 60.0, 2 * 3600.0),
        STREET: (15 * 60.0, 3600.0),
        BROAD: (6 * 3600.0, 24 * 3600.0),
        BOROUGH: (20 * 60.0, 4 * 3600.0),
    }[kind]
    lasting = luck.uniform(shortest, longest)
    # What was seen lies anywhere in the window, now and then just outside.
    since, until = _within(sight.at - lasting * luck.uniform(-0.1, 1.1), lasting, days)
    officer, reference = _other_facts(luck, sight)
    return Criteria(
        since=since,
        until=until,
        place=_PLACES[kind](luck, sight),
        shoulder_number=officer,
        reference=reference,
    )


def _within(since: float, lasting: float, days: int) -> tuple[datetime, datetime]:
    """The window in whole seconds, moved into the days that are asked about."""
    first = FIRST_DAY.timestamp()
    latest = first + days * 86_400 - lasting
    begins = int(min(max(since, first), latest))
    return datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(begins + int(lasting), UTC)


def _other_facts(luck: np.random.Generator, sight: Sight) -> tuple[str | None, str | None]:
    officer = sight.officer if luck.random() < _SAYS_NUMBER else None
    if officer and luck.random() > _NUMBER_IS_RIGHT:
        officer = shoulder_number(int(luck.integers(22_000)))
    reference = sight.incident if luck.random() < _SAYS_REFERENCE else None
    return officer, reference


def _near(luck: np.random.Generator, sight: Sight, off_m: float) -> tuple[float, float]:
    x, y = sight.x + luck.normal(0.0, off_m), sight.y + luck.normal(0.0, off_m)
    lat, lon = quick_degrees(np.array([x]), np.array([y]))
    return float(lat[0]), float(lon[0])


def _point(least_m: float, most_m: float) -> Callable[[np.random.Generator, Sight], PlaceAsked]:
    def asked(luck: np.random.Generator, sight: Sight) -> PlaceAsked:
        radius = float(np.rint(luck.uniform(least_m, most_m)))
        return PointAsked(*_near(luck, sight, radius / 2), radius)

    return asked


def _street(luck: np.random.Generator, sight: Sight) -> PlaceAsked:
    """A street of three to six points and some hundred metres, past where it was seen."""
    heading = luck.uniform(0.0, 2 * np.pi) + np.cumsum(luck.normal(0.0, 0.3, luck.integers(2, 6)))
    steps = luck.uniform(80.0, 220.0, len(heading))
    x = np.r_[0.0, np.cumsum(steps * np.cos(heading))]
    y = np.r_[0.0, np.cumsum(steps * np.sin(heading))]
    middle = len(x) // 2
    lat, lon = quick_degrees(
        sight.x + x - x[middle] + luck.normal(0.0, 15.0),
        sight.y + y - y[middle] + luck.normal(0.0, 15.0),
    )
    positions = tuple(zip(lat.tolist(), lon.tolist(), strict=True))
    return LineAsked(positions, float(np.rint(luck.uniform(20.0, 60.0))))


def _borough(luck: np.random.Generator, sight: Sight) -> PlaceAsked:
    return AreaAsked(AREAS[sight.area if sight.area >= 0 else int(luck.integers(len(AREAS)))])


_PLACES: dict[str, Callable[[np.random.Generator, Sight], PlaceAsked]] = {
    NARROW: _point(50.0, 150.0),
    MEDIUM: _point(150.0, 500.0),
    STREET: _street,
    BROAD: _point(1_000.0, 2_000.0),
    BOROUGH: _borough,
}
