"""The simulated requests, and the arithmetic of where the right recording comes."""

import numpy as np
import pytest

from benchmarks.matching.city import Block, blocks
from benchmarks.matching.ranking import (
    EVERY_SLIP_S,
    NEAREST_START,
    OVERLAP_OVER_DISTANCE,
    SCORE,
    Places,
    Ranked,
    Request,
    measured,
    requests,
    with_numbers,
)
from portal.recordings.criteria import Criteria
from portal.recordings.projection import to_grid


@pytest.fixture(scope="module")
def city() -> Block:
    return next(blocks(seed=1, wanted=50_000))


@pytest.fixture(scope="module")
def asked(city: Block) -> list[Request]:
    return requests(city, seed=1, wanted=1_000)


def test_the_same_seed_asks_the_same(city: Block, asked: list[Request]) -> None:
    assert requests(city, seed=1, wanted=20) == asked[:20]
    assert requests(city, seed=2, wanted=20) != asked[:20]


def off_s(asked: list[Request], city: Block) -> np.ndarray:
    """How far what was said lies outside the recording."""
    said = np.array([request.said.at.timestamp() for request in asked])
    number = np.array([request.number for request in asked])
    off: np.ndarray = np.maximum(0, np.maximum(city.start[number] - said, said - city.end[number]))
    return off


def test_people_are_out_by_minutes_and_some_by_an_hour(asked: list[Request], city: Block) -> None:
    off = off_s(asked, city)
    assert np.median(off) < 8 * 60
    assert 0.05 < (off > 40 * 60).mean() < 0.2
    assert (off > 197 * 60).mean() < 0.01


def test_half_a_day_out_is_only_said_when_that_is_asked_for(city: Block) -> None:
    off = off_s(requests(city, seed=1, wanted=1_000, slips_s=EVERY_SLIP_S), city)
    assert 0.03 < (off > 10 * 3600).mean() < 0.12


def test_the_place_is_near_the_track(asked: list[Request], city: Block) -> None:
    away = []
    for request in asked:
        mine = city.part(request.number, request.number + 1)
        x, y = to_grid(mine.lat, mine.lon)
        px, py = to_grid(request.lat, request.lon)
        away.append(np.hypot(x - px, y - py).min())
    assert 50 < np.median(away) < 250
    assert (np.array(away) > 1_174).mean() < 0.02


def test_the_search_is_the_window_and_distance_of_the_errors(asked: list[Request]) -> None:
    criteria = asked[0].criteria
    assert (criteria.until - criteria.since).total_seconds() == 2 * 197 * 60
    assert criteria.as_json()["point"]["radius_m"] == pytest.approx(1173.6)


def test_nine_in_ten_numbers_are_the_right_officers(asked: list[Request], city: Block) -> None:
    numbered = list(with_numbers(asked, city, seed=1))
    assert [(r.number, r.lat) for r in numbered] == [(r.number, r.lat) for r in asked]
    right = [r.said.shoulder_number == f"L{city.officer[r.number]:05d}" for r in numbered]
    assert 0.85 < np.mean(right) < 0.93


def test_places_are_counted_from_the_top() -> None:
    places = Places(np.array([1, 2, 0, 20]))
    assert places.reciprocal == pytest.approx((1 + 0.5 + 0.05) / 4)
    assert (places.within(1), places.within(10), places.missed) == (0.25, 0.5, 0.25)


def test_each_rule_puts_the_same_answers_in_its_own_order(city: Block) -> None:
    """Asked of a search that knows the answer: it offers the right recording second, after one
    that is nearer and overlaps longer, and before one that starts at the time that was said."""
    right = {request.criteria: request.number for request in requests(city, seed=1, wanted=40)}

    def ask(criteria: Criteria) -> Ranked:
        said = criteria.said
        assert said
        number = right.get(criteria, 7)
        same_start = int(np.abs(city.start - said.at.timestamp()).argmin())
        other = 0 if number else 1
        return Ranked(
            np.array([other, number, same_start]),
            np.array([0.5, 0.3, 0.1]),
            np.array([10.0, 20.0, np.nan]),
            np.array([100.0, 60.0, 60.0]),
        )

    report = measured(city, ask, seed=1, wanted=40)
    assert set(report.by_rule[SCORE].rank.tolist()) == {2}
    assert set(report.by_rule[OVERLAP_OVER_DISTANCE].rank.tolist()) == {2}
    assert report.by_rule[NEAREST_START].within(1) < 0.1
    assert report.gain == 1.0
    assert report.numbered.missed == 1.0
    assert report.candidates == 3
    assert [(t.count, t.said, t.true) for t in report.trust] == [(40, 0.5, 0.0)]
    assert "score is 1.00 times" in report.table()
