"""The questions asked of the synthetic city: balanced, in their bounds, and mostly answered."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from benchmarks.matching.city import FIRST_DAY, drawn
from benchmarks.matching.questions import (
    BOROUGH,
    BROAD,
    KINDS,
    MEDIUM,
    NARROW,
    SATURDAY_NIGHT,
    SETTINGS,
    STREET,
    Question,
    questions,
)
from portal.dates import LONDON
from portal.recordings.criteria import AreaAsked, Criteria, LineAsked, PointAsked
from portal.recordings.projection import to_grid

DAYS = 7


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    return questions(seed=1, wanted=300, days=DAYS)


def test_the_kinds_and_settings_come_in_equal_parts(asked: list[Question]) -> None:
    assert Counter(q.kind for q in asked) == dict.fromkeys(KINDS, 60)
    assert Counter((q.kind, q.setting) for q in asked) == {
        (kind, setting): 20 for kind in KINDS for setting in SETTINGS
    }


def test_the_same_seed_asks_the_same(asked: list[Question]) -> None:
    assert questions(seed=1, wanted=15, days=DAYS) == asked[:15]


def test_every_window_lies_within_the_days(asked: list[Question]) -> None:
    assert min(q.criteria.since for q in asked) >= FIRST_DAY
    assert max(q.criteria.until for q in asked) <= FIRST_DAY + timedelta(days=DAYS)


def test_each_kind_has_its_size(asked: list[Question]) -> None:
    for question in asked:
        minutes = (question.criteria.until - question.criteria.since).total_seconds() / 60
        least, most = {
            NARROW: (5, 30),
            MEDIUM: (30, 120),
            STREET: (15, 60),
            BROAD: (6 * 60, 24 * 60),
            BOROUGH: (20, 4 * 60),
        }[question.kind]
        assert least - 1 <= minutes <= most
        place = question.criteria.place
        if isinstance(place, PointAsked):
            near, far = {NARROW: (50, 150), MEDIUM: (150, 500), BROAD: (1000, 2000)}[question.kind]
            assert near <= place.radius_m <= far
        else:
            assert isinstance(place, AreaAsked if question.kind == BOROUGH else LineAsked)


def test_a_saturday_night_is_one(asked: list[Question]) -> None:
    narrow = [q.criteria for q in asked if (q.kind, q.setting) == (NARROW, SATURDAY_NIGHT)]
    middles = [c.since + (c.until - c.since) / 2 for c in narrow]
    assert {(m.astimezone(LONDON) - timedelta(hours=8)).weekday() for m in middles} == {5}


def test_some_name_an_officer_or_a_reference(asked: list[Question]) -> None:
    assert 5 < sum(q.criteria.shoulder_number is not None for q in asked) < 60
    assert 0 < sum(q.criteria.reference is not None for q in asked) < 30


def test_most_have_an_answer(asked: list[Question]) -> None:
    """Not even counting what passed between two fixes."""
    medium = [q.criteria for q in asked if q.kind == MEDIUM][:12]
    assert sum(is_answered(one) for one in medium) > 8


def is_answered(one: Criteria) -> bool:
    assert isinstance(one.place, PointAsked)
    since, until = ((t - FIRST_DAY).total_seconds() for t in (one.since, one.until))
    for hour in range(int(since // 3600), int(until // 3600) + 1):
        held = drawn(1, hour)
        in_time = (held.at >= one.since.timestamp()) & (held.at <= one.until.timestamp())
        x, y = to_grid(held.lat[in_time], held.lon[in_time])
        px, py = to_grid(one.place.lat, one.place.lon)
        if (np.hypot(x - px, y - py) <= one.place.radius_m).any():
            return True
    return False
