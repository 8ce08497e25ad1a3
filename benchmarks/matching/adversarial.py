"""Recordings and questions made to be answered wrongly: what broke other searches, and this one.

A scene is a dozen recordings about one position and one instant, both chosen for trouble (the
corner of a square kilometre, a borough's outline, the frame of the grid and what lies beyond it;
an hour's, a day's and a month's edge, the hour that comes twice), and questions that touch them
where they begin and end.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import orjson

from benchmarks.matching.city import Block, lines
from benchmarks.matching.ground import AREAS
from benchmarks.matching.questions import Question
from portal.demo.city import areas
from portal.recordings.criteria import Anywhere, AreaAsked, Criteria, LineAsked, PointAsked
from portal.recordings.projection import to_degrees, to_grid

# No recording of the city has such a number.
FIRST_NUMBER = 9_000_000_000
SCENES, QUESTIONS_EACH, RECORDINGS_EACH = 300, 92, 12
SQUARE_M = 1_000.0
FRAME_X_M, FRAME_Y_M = 700_000.0, 1_300_000.0
POINT, LINE, AREA, NOWHERE = "point", "line", "area", "anywhere"

XY = tuple[float, float]

EDGES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "2026-10-25T01:00",  # London's clocks go back: 01:00 to 02:00 comes twice
        "2026-10-25T00:00",
        "2026-03-29T01:00",  # and forward: the hour that never was
        "2026-11-01T00:00",  # a month, the same in London
        "2026-06-30T23:00",  # a month by London's clock
        "2026-12-31T00:00",
        "2027-01-01T00:00",
        "2024-02-29T00:00",
        "2026-09-14T17:00",  # an hour like any other
    )
)
IN_THE_CITY: tuple[XY, ...] = ((531_000.0, 175_000.0), (529_500.0, 180_000.0))
OUTLYING: tuple[XY, ...] = (
    (0.0, 0.0),
    (FRAME_X_M, FRAME_Y_M),
    (-4_000.0, 175_000.0),
    (FRAME_X_M + 9_000.0, 4_000.0),
    (300_000.0, -60_000.0),
    (380_000.0, FRAME_Y_M + 2_500.0),
)


@dataclass(frozen=True)
class Film:
    """One recording in the making: epoch seconds, fixes (when, x, y, accuracy) in metres on the
    grid, in the order of time; x is NaN where the receiver said 0° N 0° E."""

    start: int
    end: int
    area: int
    fixes: tuple[tuple[int, float, float, float], ...]


@dataclass(frozen=True)
class Trial:
    """The recordings, as columns (fixes by time) and as lines of the import format in the same
    order (the fixes of some out of order), and the questions; `kind` is POINT, LINE, AREA or
    NOWHERE."""

    recordings: Block
    lines: tuple[bytes, ...]
    questions: tuple[Question, ...]


def trial(*, seed: int, scenes: int = SCENES, each: int = QUESTIONS_EACH) -> Trial:
    """Everything of so many scenes, with `each` questions about every one; from the seed alone."""
    luck = random.Random(seed)  # noqa: S311 (a benchmark, not a secret)
    films, asked = list[Film](), list[Question]()
    for number in range(scenes):
        scene = _Scene(luck, number)
        films += scene.films
        asked += scene.questions(each)
    block = _block(sorted(films, key=lambda film: film.start))
    return Trial(block, tuple(_shuffled(luck, line) for line in lines(block)), tuple(asked))


class _Scene:
    """A dozen recordings about one position and instant, and questions about them."""

    def __init__(self, luck: random.Random, number: int) -> None:
        self.luck = luck
        self.middle, self.boroughs = _middle(luck, number)
        self.is_outlying = not self.boroughs
        self.edge = int(luck.choice(EDGES).timestamp())
        self.films = [self.film() for _ in range(RECORDINGS_EACH)]

    def film(self) -> Film:
        luck = self.luck
        start = self.edge + luck.choice([0, -3600, -60, luck.randrange(-7200, 7200), -8 * 3600])
        end = start + luck.choice([1, 60, 3600, luck.randrange(1, 9000), 16 * 3600])
        fixes = tuple(self.fixes(start, end)) if luck.random() > 0.04 else ()
        known = self.boroughs if luck.random() < 0.6 else ()
        area = luck.choice(known) if known else -1
        return Film(start, end, area, fixes)

    def fixes(self, start: int, end: int) -> Iterator[tuple[int, float, float, float]]:
        """Along edges of squares and through their corners, standing still, with gaps at and
        about five minutes, several at one time, some before the start and after the end."""
        luck = self.luck
        t = max(start - 120, start + luck.choice([0, 0, -30, -120, 40]))
        x, y = (self.edgy(c) for c in self.middle)
        accuracy = luck.choice([float("nan"), float("nan"), 5.0, 50.0, 51.0, 300.0])
        for _ in range(luck.choice([1, 2, 8, 8, 30])):
            if t > end + 120:
                return
            is_broken = luck.random() < 0.01
            yield t, float("nan") if is_broken else x, y, accuracy
            t += luck.choice([0, 1, 10, 30, 60, 299, 300, 301, 900])
            x, y = luck.choice(
                [
                    (x, y),
                    (x + luck.randrange(-600, 600) / 10, y + luck.randrange(-600, 600) / 10),
                    (x + luck.choice([-SQUARE_M, SQUARE_M]), y),
                    (x, y + luck.choice([-SQUARE_M, SQUARE_M])),
                    (x + SQUARE_M, y + SQUARE_M),
                    (x - 333.3, y + 999.9),
                ]
            )

    def edgy(self, middle: float) -> float:
        """A coordinate that likes the edges of squares; tenths of a metre are what is stored."""
        luck = self.luck
        some = luck.randrange(-25_000, 25_000) / 10
        return middle + luck.choice([0.0, 0.1, -0.1, SQUARE_M, -SQUARE_M, 500.0, some])

    def questions(self, count: int) -> list[Question]:
        """So many questions, their degrees reckoned all at once."""
        luck, drafts = self.luck, []
        for _ in range(count):
            is_area = bool(self.boroughs) and luck.random() < 0.12
            line = [] if is_area else self.line()
            drafts.append((self.window(), line, self.radius_m(), luck.random()))
        x, y = np.array([p for _, line, _, _ in drafts for p in line]).reshape(-1, 2).T
        degrees = iter(zip(*(c.tolist() for c in _degrees(x, y)), strict=True))
        return [
            self.question(window, tuple(next(degrees) for _ in line), radius, chance)
            for window, line, radius, chance in drafts
        ]

    def question(
        self,
        window: tuple[datetime, datetime],
        line: tuple[XY, ...],
        radius_m: float,
        chance: float,
    ) -> Question:
        if chance < 0.005:
            return Question(NOWHERE, Criteria(*window, Anywhere()))
        if not line:
            name = AREAS[self.boroughs[int(chance * 100) % len(self.boroughs)]]
            return Question(AREA, Criteria(*window, AreaAsked(name)))
        if len(line) == 1:
            return Question(POINT, Criteria(*window, PointAsked(*line[0], radius_m)))
        return Question(LINE, Criteria(*window, LineAsked(line, radius_m)))

    def window(self) -> tuple[datetime, datetime]:
        """Touching a recording's start or end, one of its fixes, or the hour's edge; from no time
        at all to longer than any of them."""
        luck, film = self.luck, self.luck.choice(self.films)
        touched = luck.choice([film.start, film.end, self.edge, *(fix[0] for fix in film.fixes)])
        since = touched + luck.choice([0, 0, 0, 1, -1, -600])
        lasting = luck.choice([0, 0, 1, 60, 300, 3600, 20_000])
        if luck.random() < 0.3:
            since -= lasting  # it ends where the other would begin
        return datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(since + lasting, UTC)

    def line(self) -> list[XY]:
        """Points at fixes, and exactly 30, 40 or 50 metres from them."""
        held = [film for film in self.films if film.fixes]
        points = []
        for _ in range(self.luck.choice([1, 1, 1, 2, 3, 12])):
            _, x, y, _ = self.luck.choice(self.luck.choice(held).fixes)
            off_x, off_y = self.luck.choice([0, 0, 30, -40]), self.luck.choice([0, 40, -30])
            points.append((x + off_x, y + off_y))
        return points

    def radius_m(self) -> float:
        luck, any_m = self.luck, float(self.luck.randrange(0, 2_000))
        # Far from the grid's middle line a kilometre is a metre longer or shorter.
        widest = 500.0 if self.is_outlying else 2_000.0
        return min(widest, luck.choice([0.0, 30.0, 40.0, 50.0, 100.0, 1_000.0, 1_500.0, any_m]))


def _middle(luck: random.Random, number: int) -> tuple[XY, tuple[int, ...]]:
    """Where the scene is, and the boroughs that meet there (none: not in the city)."""
    if number % 3 == 0:
        outlying = OUTLYING[number // 3 % (len(OUTLYING) + 1) - 1]
        # Every seventh is where a receiver that knows nothing says it is.
        is_nought = number // 3 % (len(OUTLYING) + 1) == 0
        return (_nought() if is_nought else outlying), ()
    if number % 3 == 1:
        return luck.choice(IN_THE_CITY), tuple(range(len(AREAS)))[20:27]
    corner = luck.choice(luck.choice(areas()).polygon)
    meeting = tuple(i for i, area in enumerate(areas()) if corner in area.polygon)
    x, y = to_grid([corner[0]], [corner[1]])
    return (round(float(x[0]), 1), round(float(y[0]), 1)), meeting


def _nought() -> XY:
    x, y = to_grid([0.0], [0.0])
    return round(float(x[0]), 1), round(float(y[0]), 1)


def _degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """To 9 decimals, so that an edge stays an edge; NaN is 0° N 0° E."""
    broken = np.isnan(x)
    lat, lon = to_degrees(np.where(broken, 0.0, x), y)
    return np.where(broken, 0.0, np.round(lat, 9)), np.where(broken, 0.0, np.round(lon, 9))


def _block(films: Sequence[Film]) -> Block:
    fixes = np.array([fix for film in films for fix in film.fixes]).reshape(-1, 4)
    lat, lon = _degrees(fixes[:, 1], fixes[:, 2])
    unknown = np.full(len(films), -1, dtype=np.int64)
    return Block(
        first=FIRST_NUMBER,
        start=np.array([float(film.start) for film in films]),
        end=np.array([float(film.end) for film in films]),
        officer=unknown,
        area=np.array([film.area for film in films], dtype=np.int64),
        incident=unknown,
        counts=np.array([len(film.fixes) for film in films], dtype=np.int64),
        at=fixes[:, 0],
        lat=lat,
        lon=lon,
        accuracy_m=fixes[:, 3],
    )


def _shuffled(luck: random.Random, line: bytes) -> bytes:
    """Every third line with its fixes out of order; those of one moment stay in theirs."""
    if luck.randrange(3):
        return line
    held = orjson.loads(line)
    order = {at: luck.random() for at, *_ in held["track"]}
    held["track"].sort(key=lambda fix: order[fix[0]])
    return orjson.dumps(held)
