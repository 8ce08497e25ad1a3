"""The synthetic city: the same for a seed, accepted by the import, and plausible."""

from dataclasses import fields
from itertools import islice

import numpy as np
import pytest

from benchmarks.matching.city import (
    FIRST_DAY,
    OFFICERS,
    RECORDINGS_A_DAY,
    Block,
    blocks,
    drawn,
    lines,
    source_id,
)
from benchmarks.matching.ground import AREAS, gazetteer, ground, quick_degrees
from portal.recordings.lines import read_line
from portal.recordings.projection import to_degrees

COLUMNS = [field.name for field in fields(Block)]
OF_FIXES = {"at", "lat", "lon", "accuracy_m"}


def together(parts: list[Block]) -> dict[str, np.ndarray]:
    return {n: np.concatenate([getattr(p, n) for p in parts]) for n in COLUMNS[1:]}


@pytest.fixture(scope="module")
def day() -> Block:
    """More than the first day."""
    return next(blocks(seed=1, wanted=150_000, size=150_000))


def test_the_same_seed_draws_the_same_city_and_another_seed_another() -> None:
    first, again, other = (drawn(seed, 5) for seed in (1, 1, 2))
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert len(first) != len(other) or (first.end != other.end).any()


def test_the_first_recordings_are_the_same_however_many_are_wanted_and_at_once() -> None:
    few = together(list(blocks(seed=1, wanted=20_000, size=7_000)))
    many = together(list(islice(blocks(seed=1, wanted=1_000_000, size=25_000), 1)))
    fixes = int(few["counts"].sum())
    for name, column in few.items():
        np.testing.assert_array_equal(column, many[name][: fixes if name in OF_FIXES else 20_000])


def test_blocks_are_numbered_on_and_hold_exactly_what_was_wanted() -> None:
    held = list(blocks(seed=1, wanted=25_001, size=10_000))
    assert [(block.first, len(block)) for block in held] == [
        (0, 10_000),
        (10_000, 10_000),
        (20_000, 5_001),
    ]
    assert all(len(b.at) == b.counts.sum() == len(b.lat) == len(b.accuracy_m) for b in held)


def test_recordings_come_in_the_order_of_their_start(day: Block) -> None:
    assert (np.diff(day.start) >= 0).all()
    assert day.start[0] >= FIRST_DAY.timestamp()
    assert (day.end > day.start).all()


def test_fixes_come_in_order_inside_their_recording(day: Block) -> None:
    same = np.diff(day.owner) == 0
    assert (np.diff(day.at)[same] > 0).all()
    assert (day.at >= day.start[day.owner]).all()
    assert (day.at <= day.end[day.owner]).all()


def test_the_import_reads_back_what_the_columns_say() -> None:
    block = next(blocks(seed=3, wanted=3_000)).part(0, 3_000)
    read = [read_line(line) for line in lines(block)]
    assert [one.source_id for one in read] == [source_id(n) for n in range(3_000)]
    assert [one.started_at.timestamp() for one in read] == block.start.tolist()
    assert [one.ended_at.timestamp() for one in read] == block.end.tolist()
    assert [len(one.fixes.rows) for one in read] == block.counts.tolist()
    expected = np.stack([block.at, block.lat, block.lon, block.accuracy_m], axis=1)
    np.testing.assert_array_equal(np.concatenate([one.fixes.rows for one in read]), expected)
    areas = [AREAS[a] if a >= 0 else None for a in block.area.tolist()]
    assert [one.area for one in read] == areas
    officers = [f"L{o:05d}" if o >= 0 else None for o in block.officer.tolist()]
    assert [one.shoulder_number for one in read] == officers
    assert {one.incident for one in read} > {None}
    assert all(one.incident is None or one.incident.startswith("CAD ") for one in read)


def test_a_part_keeps_the_fixes_of_its_recordings(day: Block) -> None:
    part = day.part(100, 200)
    assert (part.first, len(part)) == (100, 100)
    assert (part.at >= part.start[part.owner]).all()
    assert (part.at <= part.end[part.owner]).all()


def test_it_is_about_as_long_and_as_often_located_as_in_a_force(day: Block) -> None:
    lasting = day.end - day.start
    assert 11.5 < np.median(lasting) / 60 < 12.5
    assert 7 < lasting.max() / 3600 <= 8
    assert 8.0 < day.counts.mean() < 9.0
    assert 0.02 < (day.counts == 0).mean() < 0.03
    assert 0.05 < np.isnan(day.accuracy_m).mean() < 0.25
    assert 0.01 < (day.accuracy_m > 50).mean() < 0.05
    assert 0 < ((day.lat == 0) & (day.lon == 0)).sum() < 300
    same = np.diff(day.owner) == 0
    between = np.diff(day.at)[same]
    assert 60 < np.percentile(between, 2) < np.percentile(between, 98) < 165
    assert 0.000_3 < (between > 300).mean() < 0.01


def test_a_week_has_seven_average_days_and_its_nights_out_are_busiest() -> None:
    counts = np.array([len(drawn(1, hour)) for hour in range(0, 7 * 24, 3)]) * 3
    assert abs(counts.sum() / 7 / RECORDINGS_A_DAY - 1) < 0.05
    saturday_night, monday_night = len(drawn(1, 5 * 24 + 21)), len(drawn(1, 21))
    assert saturday_night > 1.5 * monday_night


def test_nobody_goes_faster_than_a_car(day: Block) -> None:
    held = day.part(0, 20_000)
    good = held.lat > 1
    lat, lon, at, owner = (c[good] for c in (held.lat, held.lon, held.at, held.owner))
    metres = np.hypot(np.diff(lat) * 111_240, np.diff(lon) * 69_200)
    speed = metres / np.maximum(np.diff(at), 1)
    assert np.percentile(speed[np.diff(owner) == 0], 99.9) < 15


def test_everybody_records_and_the_centre_far_more_than_the_suburbs(day: Block) -> None:
    assert set(day.area.tolist()) == set(range(-1, len(AREAS)))
    assert day.officer.min() == -1
    assert OFFICERS // 2 < len(np.unique(day.officer)) <= OFFICERS
    by_area = np.bincount(day.area[day.area >= 0], minlength=len(AREAS))
    # Westminster is a seventh of Bromley in size.
    assert by_area[AREAS.index("Westminster")] > by_area[AREAS.index("Bromley")]


def test_the_gazetteer_has_every_area_and_some_streets() -> None:
    held = list(gazetteer())
    assert {place["name"] for place in held if place["kind"] == "borough"} == set(AREAS)
    assert sum(place["kind"] == "street" for place in held) > 500


def test_the_quick_degrees_are_those_of_the_projection() -> None:
    held = ground(1)
    lat, lon = quick_degrees(held.x, held.y)
    exact_lat, exact_lon = to_degrees(held.x, held.y)
    assert np.abs(lat - exact_lat).max() < 1e-6
    assert np.abs(lon - exact_lon).max() < 1e-6
