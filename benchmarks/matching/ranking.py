"""Whether the right recording is near the top, for people who are a little wrong about it.

Somebody was filmed: a moment of a real recording of the city, drawn at random, where its track
says where it was. They remember the time and the place as docs/matching.md says people do. They
ask with the window and the distance that hold 99.5 % of such errors, and the answer is ranked by
the portal's score, and the same candidates by two rules that others use.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from benchmarks.matching.city import OFFICERS, Block, shoulder_number
from benchmarks.matching.ground import quick_degrees
from portal.recordings.criteria import Criteria, PointAsked
from portal.recordings.finding import search
from portal.recordings.projection import to_grid
from portal.recordings.scoring import Said
from portal.recordings.tracks import LONGEST_LINE_S, Floats, Ints

REQUESTS = 1_500
LEAST_GAIN, MOST_MISSED = 1.9, 0.01

# How wrong people are: see docs/matching.md, "The score".
_GUESSED, _SLIPPED = 0.85, 0.10
_SPREAD, _LOST_S = timedelta(minutes=8), 2 * 3600.0
_PLACE_SPREAD_M, _NEAR, _FAR_TIMES = 120.0, 0.9, 4.0
_NUMBER_IS_RIGHT = 0.9
# A clock an hour out, either way: what the window of 99.5 % holds. A morning taken for an evening
# and the wrong day lie outside any such window; "widen" is for them.
HOUR_SLIPS_S = (-3600.0, 3600.0)
EVERY_SLIP_S = (*HOUR_SLIPS_S, -12 * 3600.0, 12 * 3600.0, -24 * 3600.0, 24 * 3600.0)

SCORE, OVERLAP_OVER_DISTANCE, NEAREST_START = "score", "overlap / distance", "nearest start"
_SHARES = (0.0, 0.1, 0.2, 0.4, 1.0)


@dataclass(frozen=True)
class Request:
    """What somebody said, and the number of the recording that they are in."""

    number: int
    said: Said
    lat: float
    lon: float

    @property
    def criteria(self) -> Criteria:
        """The search: the window and the distance that hold 99.5 % of the errors."""
        since, until = self.said.window()
        place = PointAsked(self.lat, self.lon, self.said.radius_m())
        return Criteria(since, until, place, said=self.said)


@dataclass(frozen=True)
class Ranked:
    """An answer, the likeliest first: the city's numbers, each one's share of the belief, how
    near it came (NaN unknown) and how long it overlaps the window."""

    numbers: Ints
    share: Floats
    distance_m: Floats
    overlap_s: Floats


Search = Callable[[Criteria], Ranked]


@dataclass(frozen=True)
class Places:
    """Where the right recording was in each answer, by one rule: 1 is the top, 0 is missed."""

    rank: Ints

    @property
    def reciprocal(self) -> float:
        """The mean reciprocal rank."""
        held = self.rank.astype(float)
        return float(np.where(held > 0, 1.0 / np.maximum(held, 1.0), 0.0).mean())

    def within(self, first: int) -> float:
        """The part of the requests that have it among the first so many."""
        return float(((self.rank > 0) & (self.rank <= first)).mean())

    @property
    def missed(self) -> float:
        """The part that did not find it at all."""
        return float((self.rank == 0).mean())


@dataclass(frozen=True)
class Trust:
    """Of the top recordings with about so large a share: how many, the mean of what the share
    said, and how often it was the right one."""

    count: int
    said: float
    true: float


@dataclass(frozen=True)
class Report:
    """What the simulation measured. `by_rule` has `SCORE` and both others on the same answers;
    `numbered` is the score when an officer's number is given as well; `slipped` when people are
    half a day or a day out, too."""

    by_rule: dict[str, Places]
    numbered: Places
    slipped: Places
    candidates: float
    trust: tuple[Trust, ...]

    @property
    def gain(self) -> float:
        """The mean reciprocal rank, as a multiple of that of overlap over distance."""
        return self.by_rule[SCORE].reciprocal / self.by_rule[OVERLAP_OVER_DISTANCE].reciprocal

    def table(self) -> str:
        """The measurements as a small table."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        count = len(self.numbered.rank)
        yield f"{count:,} simulated requests, median {self.candidates:,.0f} candidates"
        yield f"{'':<34}{'MRR':>7}{'first':>8}{'in ten':>8}{'missed':>8}"
        rows = self.by_rule | {
            "score, with an officer's number": self.numbered,
            "score, half a day or a day out too": self.slipped,
        }
        for name, held in rows.items():
            parts = f"{held.within(1):>8.1%}{held.within(10):>8.1%}{held.missed:>8.2%}"
            yield f"{name:<34}{held.reciprocal:>7.3f}{parts}"
        yield f"score is {self.gain:.2f} times overlap / distance"
        yield "the share said of the top recording, and how often it is right:"
        for trust in self.trust:
            yield f"  said {trust.said:.2f}  true {trust.true:.2f}  ({trust.count:,})"


def by_portal(session: Session, *, first_number: int) -> Search:
    """The portal's own search, in a database whose number `first_number` is the city's first."""

    def ask(criteria: Criteria) -> Ranked:
        found = search(session, criteria)
        numbers = found.numbers - first_number
        return Ranked(numbers, found.share, found.distance_m, found.overlap_s)

    return ask


def measured(whole: Block, ask: Search, *, seed: int, wanted: int = REQUESTS) -> Report:
    """Simulate so many requests about the whole city, and rank each one's answer."""
    asked = requests(whole, seed=seed, wanted=wanted)
    answers = [(request, ask(request.criteria)) for request in asked]
    number_said = list(with_numbers(asked, whole, seed=seed))
    slipped = requests(whole, seed=seed, wanted=wanted, slips_s=EVERY_SLIP_S)
    return Report(
        by_rule={
            SCORE: _places(answers, lambda request, found: -np.arange(len(found.numbers))),
            OVERLAP_OVER_DISTANCE: _places(answers, _overlap_over_distance),
            NEAREST_START: _places(answers, _nearest_start(whole)),
        },
        numbered=_by_score(number_said, ask),
        slipped=_by_score(slipped, ask),
        candidates=float(np.median([len(found.numbers) for _, found in answers])),
        trust=tuple(_trust(answers)),
    )


def requests(
    whole: Block, *, seed: int, wanted: int, slips_s: Sequence[float] = HOUR_SLIPS_S
) -> list[Request]:
    """So many requests about recordings of the city that have a track."""
    luck = np.random.default_rng([seed, 5])
    errors = np.random.default_rng([seed, 6])
    first = np.cumsum(whole.counts) - whole.counts
    tracked = np.flatnonzero(whole.counts >= 2)
    made = list[Request]()
    while len(made) < wanted:
        index = int(luck.choice(tracked))
        fixes = slice(int(first[index]), int(first[index] + whole.counts[index]))
        moment = _moment(luck, whole.at[fixes], whole.lat[fixes], whole.lon[fixes])
        if moment is not None:
            made.append(_remembered(errors, whole.first + index, moment, slips_s))
    return made


def with_numbers(asked: Iterable[Request], whole: Block, *, seed: int) -> Iterator[Request]:
    """The same requests with the officer's number, right nine times in ten."""
    luck = np.random.default_rng([seed, 7])
    for request in asked:
        right = int(whole.officer[request.number - whole.first])
        is_right = luck.random() < _NUMBER_IS_RIGHT and right >= 0
        number = shoulder_number(right if is_right else int(luck.integers(OFFICERS)))
        yield replace(request, said=replace(request.said, shoulder_number=number))


def _moment(
    luck: np.random.Generator, at: Floats, lat: Floats, lon: Floats
) -> tuple[float, float, float] | None:
    """A moment of the track, and metres on the grid; None where the track does not say."""
    t = luck.uniform(at[0], at[-1])
    after = int(np.clip(np.searchsorted(at, t, side="right"), 1, len(at) - 1))
    is_known = at[after] - at[after - 1] <= LONGEST_LINE_S and lat[after - 1 : after + 1].min() > 1
    if not is_known:
        return None
    x, y = to_grid(lat, lon)
    return float(t), float(np.interp(t, at, x)), float(np.interp(t, at, y))


def _remembered(
    luck: np.random.Generator,
    number: int,
    moment: tuple[float, float, float],
    slips_s: Sequence[float],
) -> Request:
    at, x, y = moment
    said_at = datetime.fromtimestamp(round(at + _time_error(luck, slips_s)), UTC)
    times = 1.0 if luck.random() < _NEAR else _FAR_TIMES
    off_x, off_y = luck.normal(0.0, _PLACE_SPREAD_M * times, 2)
    lat, lon = quick_degrees(np.array([x + off_x]), np.array([y + off_y]))
    said = Said(said_at, _SPREAD, _PLACE_SPREAD_M)
    return Request(number, said, float(lat[0]), float(lon[0]))


def _time_error(luck: np.random.Generator, slips_s: Sequence[float]) -> float:
    kind, near = luck.random(), luck.laplace(0.0, _SPREAD.total_seconds())
    slip, lost = luck.choice(slips_s), luck.normal(0.0, _LOST_S)
    if kind < _GUESSED:
        return float(near)
    return float(near + slip) if kind < _GUESSED + _SLIPPED else float(lost)


Rule = Callable[[Request, Ranked], Floats | Ints]


def _by_score(asked: Iterable[Request], ask: Search) -> Places:
    answers = [(request, ask(request.criteria)) for request in asked]
    return _places(answers, lambda request, found: -np.arange(len(found.numbers)))


def _places(answers: Sequence[tuple[Request, Ranked]], rule: Rule) -> Places:
    return Places(np.array([_place(*answer, rule) for answer in answers], dtype=np.int64))


def _place(request: Request, found: Ranked, rule: Rule) -> int:
    """The rank of the right one, the greatest first; of equals the first recorded."""
    values = rule(request, found)
    order = np.lexsort((found.numbers, -values))
    where = np.flatnonzero(found.numbers[order] == request.number)
    return int(where[0]) + 1 if len(where) else 0


def _overlap_over_distance(request: Request, found: Ranked) -> Floats:
    held: Floats = found.overlap_s / np.maximum(np.nan_to_num(found.distance_m, nan=np.inf), 1.0)
    return held


def _nearest_start(whole: Block) -> Rule:
    def rule(request: Request, found: Ranked) -> Floats:
        start: Floats = whole.start[found.numbers - whole.first]
        return -np.abs(start - request.said.at.timestamp())

    return rule


def _trust(answers: Iterable[tuple[Request, Ranked]]) -> Iterator[Trust]:
    tops = [(f.share[0], f.numbers[0] == r.number) for r, f in answers if len(f.numbers)]
    said, right = (np.array(column) for column in zip(*tops, strict=True))
    band = np.clip(np.digitize(said, _SHARES) - 1, 0, len(_SHARES) - 2)
    for number in np.unique(band).tolist():
        here = band == number
        yield Trust(int(here.sum()), float(said[here].mean()), float(right[here].mean()))
