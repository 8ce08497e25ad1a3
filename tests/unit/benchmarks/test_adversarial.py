"""The adversarial recordings and questions: the same for a seed, and as nasty as they say."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.matching.adversarial import (
    AREA,
    EDGES,
    LINE,
    NOWHERE,
    POINT,
    QUESTIONS_EACH,
    SCENES,
    Trial,
    trial,
)
from benchmarks.matching.ground import AREAS
from portal.recordings.criteria import PointAsked
from portal.recordings.lines import read_line
from portal.recordings.projection import to_grid


@pytest.fixture(scope="module")
def held() -> Trial:
    return trial(seed=1, scenes=60, each=40)


def test_a_whole_trial_has_at_least_27_000_questions() -> None:
    assert SCENES * QUESTIONS_EACH >= 27_000


def test_the_same_seed_makes_the_same(held: Trial) -> None:
    again = trial(seed=1, scenes=60, each=40)
    assert again.lines == held.lines
    assert again.questions == held.questions
    assert trial(seed=2, scenes=6, each=4).questions != trial(seed=1, scenes=6, each=4).questions


def test_the_import_reads_back_what_the_columns_say(held: Trial) -> None:
    read = [read_line(line) for line in held.lines]
    block = held.recordings
    assert len({one.source_id for one in read}) == len(read) == len(block) == 720
    assert [one.started_at.timestamp() for one in read] == block.start.tolist()
    assert [one.ended_at.timestamp() for one in read] == block.end.tolist()
    expected = np.stack([block.at, block.lat, block.lon, block.accuracy_m], axis=1)
    np.testing.assert_array_equal(np.concatenate([one.fixes.rows for one in read]), expected)
    assert [one.area for one in read] == [AREAS[a] if a >= 0 else None for a in block.area]


def test_every_kind_is_asked(held: Trial) -> None:
    kinds = Counter(question.kind for question in held.questions)
    assert kinds.total() == 60 * 40
    assert set(kinds) == {POINT, LINE, AREA, NOWHERE}
    assert min(kinds[kind] for kind in (POINT, LINE, AREA)) > 100


def test_it_holds_what_it_says(held: Trial) -> None:
    block = held.recordings
    same = np.diff(block.owner) == 0
    between = np.diff(block.at)[same]
    assert {0, 299, 300, 301} <= set(between.tolist())
    assert (block.counts == 0).any()
    assert (block.at < block.start[block.owner]).any()
    assert (block.at > block.end[block.owner]).any()
    assert ((block.lat == 0) & (block.lon == 0)).any()
    windows = {(q.criteria.since.timestamp(), q.criteria.until.timestamp()) for q in held.questions}
    assert any(since == until for since, until in windows)
    assert {since for since, _ in windows} & set(block.start.tolist())
    assert {until for _, until in windows} & set(block.start.tolist())
    assert {since for since, _ in windows} & {edge.timestamp() for edge in EDGES}


def test_fixes_lie_on_the_edges_of_squares_and_beyond_the_frame(held: Trial) -> None:
    x, y = to_grid(held.recordings.lat, held.recordings.lon)
    tenths = np.rint(x * 10)
    assert ((tenths % 10_000 == 0) & (np.rint(y * 10) % 10_000 == 0)).sum() > 20
    assert (x < 0).any()
    assert (x > 700_000).any()
    assert (y < 0).any()
    assert (y > 1_300_000).any()


def test_some_questions_are_exactly_at_the_radius_from_a_fix(held: Trial) -> None:
    x, y = to_grid(held.recordings.lat, held.recordings.lon)
    places = [q.criteria.place for q in held.questions if q.kind == POINT]
    exact = 0
    for place in places[:300]:
        assert isinstance(place, PointAsked)
        px, py = to_grid(place.lat, place.lon)
        exact += bool((np.abs(np.hypot(x - px, y - py) - place.radius_m) < 0.001).any())
    assert exact > 30


def test_the_fixes_of_some_lines_are_out_of_order(held: Trial) -> None:
    unordered = 0
    for line in held.lines:
        times = [fix.split(b'"', 1)[0] for fix in line.split(b'["')[1:]]
        unordered += times != sorted(times)
    assert unordered > 50
