"""How well a recording agrees with what the applicant said, in bits, part by part. Law.

    S = (1 / duration) × ∫ p_time(t) × p_place(x(t)) dt × LR_officer × LR_reference

along those legs of the track that came within the place and the window,

compared with a recording taken at random from what was searched: nought bits is "no better than
that", each bit doubles the odds. The parts add up to the whole. docs/matching.md explains it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import lru_cache
from math import erf, pi, sqrt

import numpy as np

from portal.recordings.matching import Window
from portal.recordings.shapes import Inside, Legs, Near, Shape
from portal.recordings.tracks import Flags, Floats, Pieces

# How wrong people are about the time: a good guess; a clock an hour out, a morning taken for an
# evening, or "Saturday night" after midnight; or hardly any idea.
_GUESSED, _SLIPPED, _LOST = 0.85, 0.10, 0.05
_SLIPS_S = (-3600, 3600, -12 * 3600, 12 * 3600, -24 * 3600, 24 * 3600)
# What a good guess may be out by exactly, and how likely each is.
_OUT_BY_S = np.array([0, *_SLIPS_S], dtype=np.float64)
_OUT_BY = np.array([_GUESSED, *[_SLIPPED / len(_SLIPS_S)] * len(_SLIPS_S)])
_LOST_S = 2 * 3600.0
# And about the place: near it, or four times as far.
_NEAR, _FAR, _FAR_TIMES = 0.9, 0.1, 4.0

# A force of 22,000 cameras, and a number that is right nine times in ten.
_OFFICER_AGREES, _OFFICER_DIFFERS = 0.9 * 22_000, 0.1
_REFERENCE_AGREES, _REFERENCE_DIFFERS = 0.9 * 100_000, 0.3
# Where the track is silent, a sixteenth as likely to have been there as one taken at random: with
# more, what nobody saw there has most of the belief (docs/matching.md).
_UNPLACED_BITS = -4.0
# "None of these" is never less likely than one in ten, nor than a recording at random.
_LEAST_NONE = 1 / 9
_SHORTEST_REFERENCE = 4
_STEP_S = 60.0
# The normal distribution to six places: deviations, and the chance to be below each.
_DEVIATIONS = np.linspace(-8.0, 8.0, 6_401)
_NORMAL = (_DEVIATIONS, np.array([0.5 * (1.0 + erf(z / sqrt(2.0))) for z in _DEVIATIONS]))
_NOTHING = 1e-12


@dataclass(frozen=True)
class Said:
    """What the applicant said, as far as it can be scored. `spread` is how far out they may
    easily be in time (eight minutes for "about nine") and `place_spread_m` in place (120 m for
    "near the tube", 40 m for a pin). `references` are CAD, crime or custody numbers."""

    at: datetime
    spread: timedelta = timedelta(minutes=8)
    place_spread_m: float = 120.0
    shoulder_number: str | None = None
    references: tuple[str, ...] = ()

    def window(self) -> tuple[datetime, datetime]:
        """The times that hold 99.5 % of such errors, clock slips of an hour and all."""
        reach = max(timedelta(minutes=197), self.spread * 6)
        return self.at - reach, self.at + reach

    def radius_m(self) -> float:
        """The distance that holds 99.5 % of such errors."""
        return self.place_spread_m * 9.78


class Agreement(Enum):
    """How one fact of the recording compares with what was said."""

    NOT_SAID = auto()
    UNKNOWN = auto()
    AGREES = auto()
    DIFFERS = auto()


@dataclass(frozen=True)
class Weights:
    """The parts of one recording's score, in bits. `total` is their sum."""

    time: float
    place: float
    officer: float
    reference: float

    @property
    def total(self) -> float:
        """The score."""
        return self.time + self.place + self.officer + self.reference


def officer_agreement(said: str | None, known: str | None) -> Agreement:
    """Compare shoulder numbers; case, spaces and dashes do not matter."""
    return _compared([said] if said else [], [known] if known else [], whole=True)


def reference_agreement(said: tuple[str, ...], known: tuple[str | None, ...]) -> Agreement:
    """Compare references; one may be a part of the other, such as a CAD number without its day."""
    return _compared(list(said), [text for text in known if text], whole=False)


def _compared(said: list[str], known: list[str], *, whole: bool) -> Agreement:
    ours, theirs = ({_bare(text) for text in texts} - {""} for texts in (known, said))
    if not theirs:
        return Agreement.NOT_SAID
    if not ours:
        return Agreement.UNKNOWN
    if ours & theirs:
        return Agreement.AGREES
    parts = [sorted((a, b), key=len) for a in ours for b in theirs]
    is_part = any(len(a) >= _SHORTEST_REFERENCE and a in b for a, b in parts)
    return Agreement.AGREES if is_part and not whole else Agreement.DIFFERS


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text).upper()


def officer_bits(agreement: Agreement) -> float:
    """A wrong number is evidence against, never a filter."""
    return _bits_of(agreement, _OFFICER_AGREES, _OFFICER_DIFFERS)


def reference_bits(agreement: Agreement) -> float:
    """As for the officer; a recording often lacks the reference of the incident it shows."""
    return _bits_of(agreement, _REFERENCE_AGREES, _REFERENCE_DIFFERS)


def _bits_of(agreement: Agreement, agrees: float, differs: float) -> float:
    odds = {Agreement.AGREES: agrees, Agreement.DIFFERS: differs}.get(agreement, 1.0)
    return float(np.log2(odds))


def time_density(offset_s: Floats, spread_s: float) -> Floats:
    """How likely it is, per second, to be so many seconds from what was said."""
    away = np.abs(offset_s[:, None] - _OUT_BY_S) / spread_s
    spread = _lost_s(spread_s)
    lost = np.exp(-0.5 * (offset_s / spread) ** 2) / (spread * sqrt(2 * pi))
    density: Floats = np.exp(-away) @ _OUT_BY / (2 * spread_s) + _LOST * lost
    return density


def time_before(offset_s: Floats, spread_s: float) -> Floats:
    """How likely it is to be no later than so many seconds after what was said: the integral of
    `time_density`."""
    away = (offset_s[:, None] - _OUT_BY_S) / spread_s
    tail = 0.5 * np.exp(-np.abs(away))
    lost = np.interp(offset_s / _lost_s(spread_s), *_NORMAL, left=0.0, right=1.0)
    before: Floats = np.where(away < 0, tail, 1.0 - tail) @ _OUT_BY + _LOST * lost
    return before


def _lost_s(spread_s: float) -> float:
    """Whoever has hardly any idea is no nearer than whoever has some."""
    return max(_LOST_S, spread_s)


def place_likelihood(at: Legs, spread_m: float, shape: Shape) -> Floats:
    """How likely such a position is, against a place at random in what was searched."""
    if isinstance(shape, Inside):
        return np.ones_like(at.x0)
    distance_m, _ = shape.distance(at, np.full(len(at.x0), np.inf))
    mean = _mean_likelihood(shape.radius_m, spread_m, shape.is_point)
    return _likely(distance_m, spread_m, shape.is_point) / max(mean, _NOTHING)


def _likely(distance_m: Floats, spread_m: float, is_point: bool) -> Floats:
    thinner = _FAR_TIMES**2 if is_point else _FAR_TIMES
    near = np.exp(-0.5 * (distance_m / spread_m) ** 2)
    far = np.exp(-0.5 * (distance_m / (spread_m * _FAR_TIMES)) ** 2)
    made: Floats = _NEAR * near + _FAR / thinner * far
    return made


@lru_cache(maxsize=1_024)
def _mean_likelihood(radius_m: float, spread_m: float, is_point: bool) -> float:
    """The mean over what was searched: a disc weighs its rim, a strip along a line does not."""
    steps = (np.arange(200) + 0.5) / 200 * max(radius_m, 1.0)
    likely = _likely(steps, spread_m, is_point)
    return float(np.average(likely, weights=steps if is_point else None))


def time_and_place_bits(
    seen: Pieces,
    start: Floats,
    end: Floats,
    placed: Flags,
    window: Window,
    shape: Shape | None,
    said: Said,
) -> tuple[Floats, Floats]:
    """The bits for time and for place of each recording.

    `seen` are their pieces within the window, owners numbered like `start` and `end` (epoch
    seconds). Where `placed` is not set, the place counts the same for all.
    """
    lasting = np.maximum(end - start, 1.0)
    chance = 1.0 / max(window.lasting, 60.0)
    since, until = np.maximum(start, window.since), np.minimum(end, window.until)
    time = _time_mean(since, until, said) * np.maximum(until - since, 1.0) / lasting / chance
    both = _along(seen, len(start), shape, said) / lasting / chance if shape else time
    time_bits = np.log2(np.maximum(time, _NOTHING))
    place_bits = np.log2(np.maximum(both, _NOTHING)) - time_bits
    if shape is None:
        return time_bits, np.zeros_like(time_bits)
    return time_bits, np.where(placed, place_bits, _UNPLACED_BITS)


def _time_mean(since: Floats, until: Floats, said: Said) -> Floats:
    """The mean density of the time over each stretch; at its middle, where it has no length."""
    spread, at = said.spread.total_seconds(), said.at.timestamp()
    lasting = until - since
    before = time_before(np.concatenate([since, until]) - at, spread)
    mean = (before[len(since) :] - before[: len(since)]) / np.maximum(lasting, 1.0)
    short = np.flatnonzero(lasting < 1.0)
    if len(short):
        mean[short] = time_density((since + until)[short] / 2.0 - at, spread)
    return mean


def _along(seen: Pieces, count: int, shape: Shape, said: Said) -> Floats:
    """The integral along each track of time times place, by the middle of short steps."""
    sure = np.flatnonzero(seen.certain)
    steps = np.maximum(1, np.ceil((seen.t1[sure] - seen.t0[sure]) / _STEP_S)).astype(np.int64)
    which = np.repeat(sure, steps)
    begins = np.repeat(np.cumsum(steps) - steps, steps)
    part = (np.arange(len(which)) - begins + 0.5) / np.repeat(steps, steps)
    t = seen.t0[which] + part * (seen.t1[which] - seen.t0[which])
    x = seen.x0[which] + part * (seen.x1[which] - seen.x0[which])
    y = seen.y0[which] + part * (seen.y1[which] - seen.y0[which])
    density = time_density(t - said.at.timestamp(), said.spread.total_seconds())
    likely = density * place_likelihood(Legs(x, y, x, y), said.place_spread_m, shape)
    lasting = np.maximum((seen.t1 - seen.t0)[sure] / steps, 1.0 / steps)
    weights = likely * np.repeat(lasting, steps)
    sums: Floats = np.bincount(seen.owner[which], weights=weights, minlength=count).astype(float)
    return sums


def shares(bits: Floats) -> Floats:
    """Each recording's share of the belief; what is missing from one is "none of these"."""
    weights = np.exp2(np.minimum(bits, 60.0))
    total = float(weights.sum())
    share: Floats = weights / (total + max(1.0, total * _LEAST_NONE))
    return share


def default_said(window: Window, shape: Shape | None, number: str | None, ref: str | None) -> Said:
    """What a bare search implies: most likely the middle, most likely at the place itself."""
    radius = shape.radius_m if isinstance(shape, Near) else 0.0
    return Said(
        at=window.middle_at,
        spread=timedelta(seconds=max(window.lasting / 6, 60.0)),
        place_spread_m=max(radius / 3, 20.0),
        shoulder_number=number,
        references=(ref,) if ref else (),
    )
