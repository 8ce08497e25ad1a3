"""Officers on shift, their cameras, and what those recorded over the last 45 days.

Pure and deterministic: the same city, seed and `now` give the same lines to the last byte, in
exactly the import format. Shifts are London local time; every instant in a line is UTC.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

from portal.dates import LONDON
from portal.demo.city import Area, City, Place, Point, chance, metres_between, moved
from portal.demo.scenes import Scene

DAYS = 45
RECORDINGS = 20_000
_MEDIAN_SECONDS = 12 * 60
_SHIFTS = {
    "early": (time(6), timedelta(hours=8), 0.8),
    "late": (time(14), timedelta(hours=8), 1.3),
    "night": (time(22), timedelta(hours=8), 1.1),
}
# Ten days: two of each shift, then four days' rest.
_ROTA = ("early", "early", "late", "late", "night", "night", None, None, None, None)

# What the evidence system calls things, what that means for deletion, and how common it is.
CATEGORIES: Mapping[str, tuple[str, int]] = {
    "Stop and search": ("non_evidential", 24),
    "Traffic stop": ("non_evidential", 18),
    "Welfare check": ("non_evidential", 16),
    "Crowd and event": ("non_evidential", 12),
    "Patrol, other": ("non_evidential", 16),
    "Arrest": ("evidential", 6),
    "Domestic incident": ("evidential", 5),
    "Assault": ("evidential", 3),
}
_MATTER_WORDS = ("BITTERN", "CURLEW", "DUNLIN", "EGRET", "GANNET", "JACKDAW", "OSPREY", "PETREL")

Fix: TypeAlias = list[str | float]
Line: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class PatrolOfficer:
    """An officer, the camera they wear and the streets they walk or drive."""

    number: str
    camera: str
    area: Area
    beat: tuple[Place, ...]
    drives: bool
    gives_accuracy: bool
    rota_day: int


@dataclass(frozen=True)
class _Duty:
    officer: PatrolOfficer
    starts_at: datetime
    lasts: timedelta
    weight: float


def recordings(
    city: City,
    *,
    seed: int,
    now: datetime,
    filmed: Mapping[Scene, str | None],
    wanted: int = RECORDINGS,
) -> list[Line]:
    """All lines of the force's catalogue, oldest first: `wanted` ordinary ones and the scenes.

    `now` is aware; nothing older than 45 days is listed, and nothing of a shift still running,
    because a camera hands over its recordings when it is docked. `filmed` gives each scene's
    SHA-256.
    """
    duties = list(_duties(officers(city, seed=seed, wanted=wanted), now))
    luck = chance(seed, "duties")
    busy = Counter(luck.choices(range(len(duties)), [d.weight for d in duties], k=wanted))
    lines = [
        line for k in sorted(busy) for line in _on_duty(duties[k], busy[k], chance(seed, "duty", k))
    ]
    lines.sort(key=lambda line: (line["started_at"], line["camera"]))
    _number(lines)
    lines += [_of_scene(scene, sha256) for scene, sha256 in filmed.items()]
    return sorted(lines, key=lambda line: (line["started_at"], line["id"]))


def as_json(line: Line) -> str:
    """One line of the import file, without its line end."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def officers(city: City, *, seed: int, wanted: int = RECORDINGS) -> list[PatrolOfficer]:
    """The officers of every borough that is ours; a larger catalogue has more of them."""
    ours = [area for area in city.areas if area.other_force is None]
    each = max(4, round(wanted / len(ours) / 21))
    return [
        _officer(city, area, chance(seed, "officer", area.name, k), (n * each) + k)
        for n, area in enumerate(ours)
        for k in range(each)
    ]


def _officer(city: City, area: Area, luck: random.Random, serial: int) -> PatrolOfficer:
    streets = city.streets(area.name)
    home = luck.choice(streets)
    near = sorted(streets, key=lambda street: _between(home, street))
    return PatrolOfficer(
        number=f"{area.name[0]}{5000 + serial}",
        camera=f"BWC-{10_000 + serial}",
        area=area,
        beat=tuple(near[: luck.randint(3, 6)]),
        drives=luck.random() < 0.25,
        gives_accuracy=luck.random() < 0.95,
        rota_day=luck.randrange(len(_ROTA)),
    )


def _between(a: Place, b: Place) -> float:
    return metres_between(_points(a)[0], _points(b)[0])


def _points(street: Place) -> tuple[Point, ...]:
    return street.line or ()


def _duties(force: list[PatrolOfficer], now: datetime) -> Iterator[_Duty]:
    today = now.astimezone(LONDON).date()
    for back in range(DAYS + 1, -1, -1):
        on = today - timedelta(days=back)
        for officer in force:
            shift = _ROTA[(on.toordinal() + officer.rota_day) % len(_ROTA)]
            duty = shift and _duty(officer, on, shift)
            if duty and now - timedelta(days=DAYS) <= duty.starts_at <= now - duty.lasts:
                yield duty


def _duty(officer: PatrolOfficer, on: date, shift: str) -> _Duty:
    begins, lasts, weight = _SHIFTS[shift]
    starts_at = datetime.combine(on, begins, LONDON).astimezone(UTC)
    weekend = 1.5 if on.weekday() in (4, 5) else 1.0
    return _Duty(officer, starts_at, lasts, weight * weekend)


def _on_duty(duty: _Duty, count: int, luck: random.Random) -> Iterator[Line]:
    """So many recordings of one shift, one in each equal part of it, so that none overlap."""
    part = int(duty.lasts.total_seconds()) // count
    for k in range(count):
        drawn = round(_MEDIAN_SECONDS * math.exp(luck.gauss(0, 0.75)))
        seconds = min(max(drawn, 40), part - 60, 3 * 3600)
        begins = k * part + luck.randrange(part - seconds)
        yield _line(duty.officer, duty.starts_at + timedelta(seconds=begins), seconds, luck)


def _line(officer: PatrolOfficer, started_at: datetime, seconds: int, luck: random.Random) -> Line:
    names = list(CATEGORIES)
    name = luck.choices(names, [CATEGORIES[n][1] for n in names])[0]
    category = CATEGORIES[name][0]
    evidential = category == "evidential"
    return {
        "id": "",
        "camera": officer.camera,
        "officer": officer.number if luck.random() < 0.98 else None,
        "started_at": _instant(started_at),
        "ended_at": _instant(started_at + timedelta(seconds=seconds)),
        "area": officer.area.name if luck.random() < 0.97 else None,
        "track": _track(officer, started_at, seconds, luck),
        "category": category,
        "matter": _matter(luck) if evidential and luck.random() < 0.5 else None,
        "incident": _incident(started_at, evidential, luck),
        "media": None,
        "sha256": None,
    }


def _matter(luck: random.Random) -> str:
    return f"OP-{luck.choice(_MATTER_WORDS)}-{luck.randrange(500, 512):04d}"


def _incident(at: datetime, evidential: bool, luck: random.Random) -> str | None:
    drawn = luck.random()
    if evidential and drawn < 0.6:
        return f"CR {luck.randrange(5_000_000, 6_000_000)}/{at:%y}"
    if drawn < 0.75:
        return f"CAD {luck.randrange(1, 9000)}/{at.astimezone(LONDON):%d%b%y}".upper()
    return None


def _track(
    officer: PatrolOfficer, started_at: datetime, seconds: int, luck: random.Random
) -> list[Fix]:
    """Fixes every 30 to 60 seconds along the beat; 6 in 100 have none, 8 in 100 a long gap."""
    if luck.random() < 0.06:
        return []
    moments = _moments(seconds, luck)
    path = _path(officer, luck)
    pace = luck.uniform(5.0, 9.0) if officer.drives else luck.uniform(0.3, 1.4)
    sky = luck.uniform(3.0, 14.0)
    legs = _legs(path)
    gone = luck.uniform(0, sum(legs))
    track: list[Fix] = []
    last = moments[0]
    for moment in moments:
        gone += pace * (moment - last) * luck.choice((0.0, 0.6, 1.0, 1.0))
        last = moment
        where = _along(path, legs, gone)
        spread = sky / 3
        lat, lon = moved(where, luck.gauss(0, spread), luck.gauss(0, spread))
        fix: Fix = [_instant(started_at + timedelta(seconds=moment)), lat, lon]
        track.append(
            [*fix, round(sky * luck.uniform(0.8, 1.3), 1)] if officer.gives_accuracy else fix
        )
    return track


def _moments(seconds: int, luck: random.Random) -> list[int]:
    """Seconds from the start at which there is a fix: some start late, some lose the sky."""
    moments = [0 if luck.random() < 0.85 else luck.randrange(min(90, seconds))]
    while moments[-1] + 60 < seconds:
        moments.append(moments[-1] + luck.randint(30, 60))
    if moments[-1] < seconds:
        moments.append(seconds)
    if seconds > 600 and luck.random() < 0.12:
        lost = luck.randrange(90, seconds - 480)
        found = min(lost + luck.randint(400, 1500), seconds)
        moments = [m for m in moments if m <= lost or m >= found]
    return moments


def _path(officer: PatrolOfficer, luck: random.Random) -> tuple[Point, ...]:
    """One street on foot; by car from street to street. Boroughs are convex, so it stays inside."""
    if officer.drives:
        streets = luck.sample(officer.beat, min(3, len(officer.beat)))
        return tuple(point for street in streets for point in _points(street))
    return _points(luck.choice(officer.beat))


def _legs(path: tuple[Point, ...]) -> tuple[float, ...]:
    return tuple(metres_between(a, b) for a, b in pairwise(path))


def _along(path: tuple[Point, ...], legs: tuple[float, ...], metres: float) -> Point:
    """The point so many metres along the path, turning back at either end."""
    whole = sum(legs)
    metres %= 2 * whole
    metres = 2 * whole - metres if metres > whole else metres
    for (a, b), leg in zip(pairwise(path), legs, strict=True):
        if metres <= leg and leg:
            share = metres / leg
            return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
        metres -= leg
    return path[-1]


def _number(lines: list[Line]) -> None:
    """Give each line its identifier: the UTC day and a running number within it."""
    days: Counter[str] = Counter()
    for line in lines:
        day = line["started_at"][:10]
        days[day] += 1
        line["id"] = f"EV-{day}-{days[day]:04d}"


def _of_scene(scene: Scene, sha256: str | None) -> Line:
    luck = chance("scene track", scene.name)
    seconds = round((scene.ended_at - scene.started_at).total_seconds())
    track: list[Fix] = [
        [
            _instant(scene.started_at + timedelta(seconds=s)),
            *moved(scene.point, luck.uniform(-6, 6), luck.uniform(-6, 6)),
            5.0,
        ]
        for s in (0, seconds // 2, seconds)
    ]
    return {
        "id": scene.recording_id,
        "camera": scene.camera,
        "officer": scene.officer,
        "started_at": _instant(scene.started_at),
        "ended_at": _instant(scene.ended_at),
        "area": scene.borough,
        "track": track,
        "category": scene.category,
        "matter": scene.matter,
        "incident": scene.incident,
        "media": scene.media,
        "sha256": sha256,
    }


def _instant(at: datetime) -> str:
    return at.isoformat()[:19] + "Z"
