"""A synthetic city of body-worn cameras, drawn from a seed: millions of recordings, streaming.

Every hour is drawn by itself, from the seed and its number alone, forward from a fixed first day:
the first million recordings are the same whether one or twenty million are wanted. Memory holds
one block and the hour being drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import islice
from math import isnan
from typing import Self

import numpy as np
import orjson

from benchmarks.matching.ground import AREAS, ground, quick_degrees
from portal.dates import LONDON
from portal.recordings.tracks import Flags, Floats, Ints

FIRST_DAY = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday
RECORDINGS_A_DAY = 129_000
OFFICERS = 22_000
# Five teams: one is on early, two share the evening, one has the night, the others are off.
TEAMS, SHIFT_H, FIRST_SHIFT = 5, 8, 7
ON_FOOT, IN_A_CAR, ANYWHERE_IN_A_CAR = range(3)
_HOW_THEY_GO = (0.66, 0.29, 0.05)

_MEDIAN_S, _SPREAD, _SHORTEST_S, _LONGEST_S = 720.0, 0.7, 20.0, 4 * 3600.0
_FOR_HOURS = 0.004
_NO_FIX, _HAS_GAP, _NO_ACCURACY, _LAST_FIX = 0.025, 0.02, 0.15, 0.94
_POOR, _BROKEN, _ROUGH_ALL_ALONG = 0.02, 0.000_06, 0.01
_AREA_UNKNOWN, _OFFICER_UNKNOWN, _HAS_INCIDENT = 0.02, 0.01, 0.15
# By the clock in London: quiet before dawn, most in the evening.
_CLOCK = (6, 4, 3, 2, 2, 2, 3, 4, 5, 6, 6, 7, 7, 7, 7, 8, 8, 9, 9, 9, 9, 9, 9, 8)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


@dataclass(frozen=True, eq=False)
class Block:
    """Recordings `first` to `first` + len - 1, in the order of their start, as columns.

    Times are whole UTC epoch seconds. `officer` and `area` (index into `AREAS`) are -1 where
    unknown; `incident` is a CAD number of the day, or -1. `at` to `accuracy_m` hold all fixes one
    after the other, `counts[i]` of recording i; accuracy is NaN where unknown.
    """

    first: int
    start: Floats
    end: Floats
    officer: Ints
    area: Ints
    incident: Ints
    counts: Ints
    at: Floats
    lat: Floats
    lon: Floats
    accuracy_m: Floats

    def __len__(self) -> int:
        return len(self.start)

    @property
    def numbers(self) -> Ints:
        """The recordings' numbers."""
        return np.arange(self.first, self.first + len(self), dtype=np.int64)

    @property
    def owner(self) -> Ints:
        """For each fix, the index of its recording within the block."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.counts)

    def part(self, begin: int, end: int) -> Self:
        """The recordings from index `begin` up to, without, `end`."""
        fix = np.r_[0, np.cumsum(self.counts)]
        some, fixes = slice(begin, end), slice(int(fix[begin]), int(fix[end]))
        cut = {
            name: getattr(self, name)[fixes if name in _OF_FIXES else some]
            for name in (field.name for field in fields(self)[1:])
        }
        return type(self)(first=self.first + begin, **cut)


_OF_FIXES = frozenset({"at", "lat", "lon", "accuracy_m"})


def blocks(*, seed: int, wanted: int, size: int = 50_000) -> Iterator[Block]:
    """The first `wanted` recordings of the city, `size` at a time."""
    first, hour, held = 0, 0, list[Block]()
    while first < wanted:
        while sum(map(len, held)) < size:
            held.append(drawn(seed, hour))
            hour += 1
        drawn_so_far = _joined(first, held)
        block = drawn_so_far.part(0, min(size, wanted - first))
        yield block
        held = [drawn_so_far.part(len(block), len(drawn_so_far))]
        first += len(block)


def _joined(first: int, parts: Sequence[Block]) -> Block:
    names = [field.name for field in fields(Block)[1:]]
    return Block(first, **{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})


def drawn(seed: int, hour: int) -> Block:
    """Everything that starts in one hour, counted from the first day; numbered from nought."""
    luck = np.random.default_rng([seed, 1, hour])
    at = FIRST_DAY + timedelta(hours=hour)
    local = at.astimezone(LONDON)
    count = int(luck.poisson(RECORDINGS_A_DAY * _share_of_day()[local.weekday()][local.hour]))
    start = np.floor(np.sort(luck.uniform(0.0, 3600.0, count))) + at.timestamp()
    end = start + _durations(luck, count)
    officer, spot = _wearers(seed, luck, local, count)
    how = _officers(seed)[1][officer]
    counts, fixes = _fixes(seed, luck, start, end, spot, how)
    incident = 1 + (spot * 7 + hour * 331) % 9_999
    area = _officers(seed)[0][officer]
    area = np.where(how == ANYWHERE_IN_A_CAR, ground(seed).area[spot], area)
    return Block(
        0,
        start,
        end,
        np.where(luck.random(count) < _OFFICER_UNKNOWN, -1, officer),
        np.where(luck.random(count) < _AREA_UNKNOWN, -1, area),
        np.where(luck.random(count) < _HAS_INCIDENT, incident, -1),
        counts,
        *fixes,
    )


def is_night_out(local: datetime) -> bool:
    """Whether it is a Friday or Saturday night in London."""
    evening = local - timedelta(hours=5)
    return evening.weekday() in (4, 5) and evening.hour >= 15


@cache
def _share_of_day() -> list[list[float]]:
    """For each weekday and hour of London's clock, its part of an average day's recordings."""
    monday = datetime(2026, 6, 1)  # noqa: DTZ001 (a clock, not an instant)
    hours = [monday + timedelta(hours=hour) for hour in range(7 * 24)]
    rates = np.array([_CLOCK[at.hour] * (2.0 if is_night_out(at) else 1.0) for at in hours])
    shares: list[list[float]] = (rates / rates.sum() * 7).reshape(7, 24).tolist()
    return shares


def _durations(luck: np.random.Generator, count: int) -> Floats:
    usual = luck.lognormal(np.log(_MEDIAN_S), _SPREAD, count)
    hours = luck.uniform(1.5 * 3600, 8 * 3600.0, count)
    is_long = luck.random(count) < _FOR_HOURS
    clipped = np.clip(usual, _SHORTEST_S, _LONGEST_S)
    whole: Floats = np.rint(np.where(is_long, hours, clipped))
    return whole


@cache
def _officers(seed: int) -> tuple[Ints, Ints]:
    """Each officer's area, and how they get about."""
    luck = np.random.default_rng([seed, 2])
    area = luck.choice(len(AREAS), OFFICERS, p=ground(seed).area_weight)
    return area.astype(np.int64), luck.choice(3, OFFICERS, p=_HOW_THEY_GO).astype(np.int64)


@lru_cache(maxsize=8)
def _beats(seed: int, shift: int) -> Ints:
    """The spot that each officer patrols around during a shift, in their own area."""
    luck, held = np.random.default_rng([seed, 3, shift]), ground(seed)
    order = np.argsort(held.area, kind="stable")
    upto = np.cumsum(held.weight[order])
    bounds = np.r_[0.0, np.cumsum(held.area_weight)]
    area = _officers(seed)[0]
    aim = bounds[area] + luck.random(OFFICERS) * (bounds[area + 1] - bounds[area])
    found: Ints = order[np.minimum(np.searchsorted(upto, aim), len(order) - 1)]
    return found


def _wearers(
    seed: int, luck: np.random.Generator, local: datetime, count: int
) -> tuple[Ints, Ints]:
    """Who records, and around which spot: officers on shift, more in the centre on a night out."""
    shift = int((local - FIRST_DAY).total_seconds() // 3600 + 24 - FIRST_SHIFT) // SHIFT_H
    part_of_day = shift % 3
    teams = {shift % TEAMS, (shift + 2) % TEAMS} if part_of_day == 1 else {shift % TEAMS}
    on_duty = np.flatnonzero(np.isin(np.arange(OFFICERS) % TEAMS, list(teams)))
    held, beats = ground(seed), _beats(seed, shift)
    likely = np.ones(len(on_duty))
    if is_night_out(local.replace(tzinfo=None)):
        likely += 2.0 * np.exp(-held.from_centre_m[beats[on_duty]] / 4_000.0)
    upto = np.cumsum(likely)
    officer = on_duty[np.searchsorted(upto, luck.random(count) * upto[-1])]
    upto = np.cumsum(held.weight)
    anywhere = np.searchsorted(upto, luck.random(count) * upto[-1])
    roams = _officers(seed)[1][officer] == ANYWHERE_IN_A_CAR
    return officer, np.where(roams, anywhere, beats[officer])


def _fixes(
    seed: int, luck: np.random.Generator, start: Floats, end: Floats, spot: Ints, how: Ints
) -> tuple[Ints, tuple[Floats, Floats, Floats, Floats]]:
    """How many fixes each recording has, and all of them: when, where, and how accurate."""
    number, lasting = len(start), end - start
    every = luck.uniform(100.0, 145.0, number)
    late = luck.uniform(0.0, 12.0, number)
    counts = (np.floor((lasting - late) / every) + 1).astype(np.int64)
    # Most cameras take a last fix when they are stopped.
    told = luck.random(number) < _LAST_FIX
    counts = np.where(told, np.rint((lasting - late) / every).astype(np.int64) + 1, counts)
    every = np.where(told, (lasting - late) / np.maximum(counts - 1, 1), every)
    owner = np.repeat(np.arange(number), counts)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = start[owner] + late[owner] + step * every[owner] + luck.uniform(-12, 12, len(owner))
    at = np.clip(np.rint(at), start[owner], end[owner])
    x, y = _walk(seed, luck, at, owner, counts, spot, how)
    lat, lon = quick_degrees(x, y)
    broken = luck.random(len(owner)) < _BROKEN
    lat, lon = np.where(broken, 0.0, lat), np.where(broken, 0.0, lon)
    accuracy = _accuracies(luck, owner, number)
    kept = _heard(luck, at, owner, start, lasting)
    counts = np.bincount(owner[kept], minlength=number).astype(np.int64)
    return counts, (at[kept], lat[kept], lon[kept], accuracy[kept])


def _walk(
    seed: int,
    luck: np.random.Generator,
    at: Floats,
    owner: Ints,
    counts: Ints,
    spot: Ints,
    how: Ints,
) -> tuple[Floats, Floats]:
    """Metres on the grid: legs of changing heading at a walk or a car's pace, standing between."""
    number, total = len(counts), len(at)
    on_foot = how == ON_FOOT
    pace = np.where(on_foot, luck.uniform(0.4, 1.6, number), luck.uniform(2.0, 12.0, number))
    lasting = np.diff(at, prepend=at[:1]) * (np.diff(owner, prepend=-1) == 0)
    moves = luck.random(total) < 0.6
    length = lasting * pace[owner] * moves
    turns = _running(luck.normal(0.0, 0.8, total), counts)
    heading = luck.uniform(0, 2 * np.pi, number)[owner] + turns
    held, about = ground(seed), np.where(on_foot, 250.0, 700.0)
    x0 = held.x[spot] + luck.normal(0.0, 1.0, number) * about
    y0 = held.y[spot] + luck.normal(0.0, 1.0, number) * about
    x = x0[owner] + _running(length * np.cos(heading), counts) + luck.normal(0.0, 3.0, total)
    y = y0[owner] + _running(length * np.sin(heading), counts) + luck.normal(0.0, 3.0, total)
    return x, y


def _running(values: Floats, counts: Ints) -> Floats:
    """The running sum within each recording."""
    sums = np.r_[0.0, np.cumsum(values)]
    before = sums[np.cumsum(counts) - counts]
    running: Floats = sums[1:] - np.repeat(before, counts)
    return running


def _accuracies(luck: np.random.Generator, owner: Ints, number: int) -> Floats:
    usual = 2.0 + luck.exponential(5.0, len(owner))
    rough = (luck.random(len(owner)) < _POOR) | (luck.random(number) < _ROUGH_ALL_ALONG)[owner]
    metres = np.round(np.where(rough, usual * 15.0, usual), 1)
    silent = luck.random(number) < _NO_ACCURACY
    return np.where(silent[owner], np.nan, metres)


def _heard(
    luck: np.random.Generator, at: Floats, owner: Ints, start: Floats, lasting: Floats
) -> Flags:
    """Which fixes were received: none at all in some recordings, none for minutes in others."""
    number = len(start)
    deaf = luck.random(number) < _NO_FIX
    begins = start + luck.uniform(0.1, 0.7, number) * lasting
    ends = begins + luck.uniform(250.0, 900.0, number) * (luck.random(number) < _HAS_GAP)
    heard: Flags = ~deaf[owner] & ~((at > begins[owner]) & (at < ends[owner]))
    return heard


def lines(block: Block) -> Iterator[bytes]:
    """The block in the import format, a line for each recording, without line ends."""
    times = _iso(block.start), _iso(block.end)
    columns = (c.tolist() for c in (block.numbers, block.officer, block.area))
    rows = zip(*columns, *times, incidents(block), _tracks(block), strict=True)
    for number, officer, area, started_at, ended_at, incident, track in rows:
        is_evidence = incident is not None and number % 3 == 0
        held = {
            "id": source_id(number),
            "camera": f"BWC-{officer:05d}" if officer >= 0 else f"POOL-{number % 997:03d}",
            "officer": shoulder_number(officer),
            "started_at": started_at,
            "ended_at": ended_at,
            "area": AREAS[area] if area >= 0 else None,
            "track": track,
            "category": "evidential" if is_evidence else "non_evidential",
            "matter": None,
            "incident": incident,
            "media": None,
            "sha256": None,
        }
        yield orjson.dumps(held)


def source_id(number: int) -> str:
    """What the evidence system calls the recording of that number."""
    return f"SYN-{number:010d}"


def shoulder_number(officer: int) -> str | None:
    """What the officer wears on the shoulder; None for -1."""
    return f"L{officer:05d}" if officer >= 0 else None


def incidents(block: Block) -> list[str | None]:
    """The incident that each recording is filed under, as a force writes it, or None."""
    days = (block.start // 86_400).astype(np.int64)
    names = {day: _day_name(day) for day in np.unique(days).tolist()}
    rows = zip(block.incident.tolist(), days.tolist(), strict=True)
    return [f"CAD {cad}/{names[day]}" if cad >= 0 else None for cad, day in rows]


def _day_name(day: int) -> str:
    date = datetime.fromtimestamp(day * 86_400, UTC).date()
    return f"{date.day:02d}{_MONTHS[date.month - 1]}{date:%y}"


def _iso(epoch_s: Floats) -> Iterator[str]:
    days, seconds = np.divmod(epoch_s.astype(np.int64), 86_400)
    first = int(days[0]) if len(days) else 0
    first = int(days.min(initial=first))
    names = [_date(day) for day in range(first, int(days.max(initial=first)) + 1)]
    clock = _clock()
    rows = zip((days - first).tolist(), seconds.tolist(), strict=True)
    return (names[day] + clock[second] for day, second in rows)


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


@cache
def _clock() -> list[str]:
    """How each second of a day is written: looked up, because it is written ten million times."""
    return [f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in range(86_400)]


def _tracks(block: Block) -> Iterator[list[list[str | float]]]:
    columns = (c.tolist() for c in (block.lat, block.lon, block.accuracy_m))
    fixes = zip(_iso(block.at), *columns, strict=True)
    for count in block.counts.tolist():
        yield [
            [at, lat, lon] if isnan(metres) else [at, lat, lon, metres]
            for at, lat, lon, metres in islice(fixes, count)
        ]
