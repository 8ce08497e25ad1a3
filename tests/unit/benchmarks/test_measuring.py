"""The method: what is asked, in which order, and which of the times counts."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from benchmarks.matching.measuring import Ask, Times, cold, forget, interleaved
from benchmarks.matching.results import Bar, shown
from portal.recordings.criteria import Anywhere, Criteria

ASKED = [
    Criteria(datetime(2026, 6, day, tzinfo=UTC), datetime(2026, 6, day + 1, tzinfo=UTC), Anywhere())
    for day in (1, 2, 3)
]


def test_every_engine_answers_everything_in_every_round_and_in_no_order() -> None:
    heard: list[tuple[str, Criteria]] = []
    engines = {name: lambda c, name=name: heard.append((name, c)) for name in ("one", "other")}
    times = interleaved(engines, ASKED, rounds=3, seed=1)
    assert Counter(heard) == dict.fromkeys([(n, c) for n in engines for c in ASKED], 3)
    assert sorted(times) == ["one", "other"]
    assert len({tuple(heard[begin : begin + 6]) for begin in (0, 6, 12)}) == 3
    assert all(np.isfinite(held.seconds).all() for held in times.values())


def test_a_slow_round_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([9.0, 1.0, 5.0])
    monkeypatch.setattr("benchmarks.matching.measuring.timed", lambda ask, criteria: next(told))
    times = interleaved({"one": print}, ASKED[:1], rounds=3, seed=1)
    assert times["one"].seconds.tolist() == [1.0]


def test_times_are_told_in_milliseconds_and_answers_a_second() -> None:
    times = Times(np.array([0.001, 0.002, 0.003, 0.004]))
    assert times.percentile(50) == pytest.approx(2.5)
    assert times.total == pytest.approx(0.01)
    assert times.per_second == pytest.approx(400.0)


def test_each_cold_question_has_cold_caches_of_its_own() -> None:
    deeds: list[str] = []

    @contextmanager
    def forgotten() -> Iterator[None]:
        deeds.append("forget")
        yield

    @contextmanager
    def opening() -> Iterator[Ask]:
        deeds.append("open")
        yield lambda criteria: deeds.append("ask")

    assert len(cold(opening, ASKED, forgotten).seconds) == 3
    assert deeds == ["forget", "open", "ask"] * 3


def test_what_is_forgotten_is_still_there(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"kept")
    forget(tmp_path)
    forget(tmp_path / "deep" / "file")
    assert (tmp_path / "deep" / "file").read_bytes() == b"kept"


def test_a_bar_is_met_or_not_and_says_what_it_wants() -> None:
    assert Bar("SQLite", "p99", 3.9, most=4.0).is_met
    assert not Bar("SQLite", "p99", 4.1, most=4.0).is_met
    assert not Bar("SQLite", "rate", 59_999.0, least=60_000).is_met
    assert Bar("SQLite", "p99", 3.9, most=4.0).words == "at most 4"
    assert Bar("SQLite", "rate", 1.0, least=60_000).words == "at least 60,000"
    assert [shown(value) for value in (0.625, 4.0, 12_345.6, 217.4)] == [
        "0.62", "4", "12,346", "217",
    ]  # fmt: skip
